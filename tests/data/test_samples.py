import pytest

from iactflow.data.samples import SAMPLES, file_sha256, sample
from iactflow.errors import ConfigError, InputError


def test_sample_has_the_published_content(sst1m_simtel):
    assert file_sha256(sst1m_simtel) == SAMPLES["sst1m-prod4-gamma"].sha256
    assert sst1m_simtel.stat().st_size == 6_383_034


def test_unknown_sample_names_the_known_ones():
    with pytest.raises(ConfigError, match="sst1m-prod4-gamma"):
        sample("crab")


def test_without_an_index_the_message_says_where_to_put_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("IACTFLOW_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(InputError, match=r"(?s)could not be fetched.*place the file at .*simtel\.zst"):
        sample("sst1m-prod4-gamma")
    assert not list(tmp_path.rglob("*.zst"))


def test_damaged_sample_in_the_cache_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("IACTFLOW_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    damaged = tmp_path / "samples" / SAMPLES["sst1m-prod4-gamma"].file
    damaged.parent.mkdir()
    damaged.write_bytes(b"not the published content")
    with pytest.raises(InputError, match="could not be fetched"):
        sample("sst1m-prod4-gamma")
