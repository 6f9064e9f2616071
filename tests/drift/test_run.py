import json
import os
import re
import socket

import numpy as np
import pytest

from iactflow.drift.config import Drift
from iactflow.drift.measure import measure
from iactflow.drift.permutation import distance
from iactflow.drift.run import EVIDENTLY, REPORT, VERDICT, WHY, run, run_folders
from iactflow.errors import ConfigError, InputError, OutputExistsError

CONFIG = Drift(permutations=300)

#: What makes a browser fetch something.
FROM_ELSEWHERE = r"""<(?:script|img|iframe)[^>]+src=["']?https?:|<link[^>]+href=["']?https?:|@import +(?:url|["'])"""


@pytest.fixture(scope="module")
def same(healthy, tmp_path_factory):
    """A store beside itself."""
    return run([healthy], [healthy], tmp_path_factory.mktemp("same") / "drift", config=CONFIG)


def test_the_same_data_have_not_drifted(same):
    assert not same.drifted
    assert same.reasons == []
    assert {one.distance for one in same.verdict.columns} == {0.0}
    assert same.verdict.camera.changed == {21: []}


def test_the_verdict_is_json_with_a_version_and_both_samples(same):
    verdict = json.loads((same.path / VERDICT).read_text())
    assert verdict["format"] == 1
    assert verdict["drifted"] is False
    assert verdict["reasons"] == []
    for side in ("reference", "current"):
        assert verdict[side]["n_images"] >= 250
        assert verdict[side]["n_showers"] >= 20
    assert {"column", "distance", "threshold", "p_value", "n"} <= set(verdict["columns"][0])
    assert (same.path / VERDICT).stat().st_size < 50_000


@pytest.mark.parametrize("page", [REPORT, EVIDENTLY])
def test_the_pages_load_nothing_from_elsewhere(page, same):
    text = (same.path / page).read_text()
    assert not re.findall(FROM_ELSEWHERE, text)
    assert len(text) < 6_000_000


def test_evidently_sends_nothing(healthy, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError(f"a connection was tried: {args}")

    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    run([healthy], [healthy], tmp_path / "drift", config=CONFIG)
    assert os.environ["DO_NOT_TRACK"] == "1"


def test_too_few_showers_are_refused(sst1m_store, tmp_path):
    with pytest.raises(InputError, match=r"holds 11 showers that pass the cuts; at least 20 are needed"):
        run([sst1m_store], [sst1m_store], tmp_path / "drift", config=Drift())
    assert not (tmp_path / "drift").exists()


def test_another_camera_is_refused(healthy, flashcam_store, tmp_path):
    with pytest.raises(ConfigError, match="camera"):
        run([healthy], [flashcam_store], tmp_path / "drift", config=Drift())


def test_stores_and_files_of_one_side_are_refused_before_anything_is_read(healthy, few_telescopes, tmp_path):
    with pytest.raises(InputError, match="must be stores or files, not both"):
        run([healthy, few_telescopes], [healthy], tmp_path / "drift", config=CONFIG)
    assert not (tmp_path / "drift").exists()


def test_an_existing_folder_is_refused(same, healthy):
    with pytest.raises(OutputExistsError):
        run([healthy], [healthy], same.path, config=Drift())


def test_a_step_with_nothing_new_says_why(healthy, tmp_path):
    (tmp_path / "stores").mkdir()
    (tmp_path / "stores" / "train").symlink_to(healthy)
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / WHY).write_text("no file is new.\n")
    done = run_folders(tmp_path / "stores", tmp_path / "none", tmp_path / "out", config=Drift())
    assert not done.drifted
    assert done.finite()["current n_images"] == 0
    assert json.loads((done.path / VERDICT).read_text())["cautions"] == ["Nothing to compare: current: no file is new."]
    assert "no file is new" in (done.path / REPORT).read_text()


def test_a_step_takes_the_stores_of_its_folders(healthy, tmp_path):
    (tmp_path / "stores").mkdir()
    (tmp_path / "stores" / "train").symlink_to(healthy)
    done = run_folders(tmp_path / "stores", tmp_path / "stores", tmp_path / "out", config=CONFIG)
    assert done.verdict.reference["stores"] == [str(tmp_path / "stores" / "train")]


def test_evidently_measures_what_the_thresholds_are_made_for():
    rng = np.random.default_rng(4)
    one, two = rng.normal(10, 3, 800), rng.normal(11, 3, 300)
    gaps = np.append(two, [np.nan] * 50)
    measured = measure({"x": one}, {"x": gaps}, {"x": 0.1})
    assert measured.distances["x"] == pytest.approx(distance(one, two), rel=1e-9)
    assert "not detected" not in measured.html()
