import pytest

from iactflow.cache import cache_folder


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A read-only folder like an image's, and an empty cache."""
    folder = tmp_path / "shipped"
    (folder / "samples").mkdir(parents=True)
    (folder / "samples" / "showers.zst").write_text("showers")
    (folder / "tables.npz").write_text("tables")
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    monkeypatch.setenv("IACTFLOW_SHIPPED", str(folder))
    monkeypatch.setenv("IACTFLOW_CACHE", str(tmp_path / "cache"))
    return folder


def test_what_an_image_brings_along_is_in_the_cache(shipped, tmp_path):
    assert cache_folder() == tmp_path / "cache"
    assert (tmp_path / "cache" / "samples" / "showers.zst").read_text() == "showers"
    assert (tmp_path / "cache" / "tables.npz").resolve() == shipped / "tables.npz"


def test_a_file_of_ones_own_stays(shipped, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "tables.npz").write_text("newer")
    cache_folder()
    assert (tmp_path / "cache" / "tables.npz").read_text() == "newer"


def test_more_may_be_put_beside_it(shipped, tmp_path):
    (cache_folder() / "samples" / "mine.zst").write_text("mine")
    assert {path.name for path in (tmp_path / "cache" / "samples").iterdir()} == {"showers.zst", "mine.zst"}


def test_without_an_image_nothing_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv("IACTFLOW_SHIPPED", raising=False)
    monkeypatch.setenv("IACTFLOW_CACHE", str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache"
    assert not (tmp_path / "cache").exists()
