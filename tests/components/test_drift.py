"""What the pipeline is given by the step that looks for drift."""

import json
import math
from types import SimpleNamespace

import pytest
from kfp import dsl

from iactflow.components.drift.component import drift


@pytest.fixture
def stores(sst1m_store, tmp_path):
    folder = tmp_path / "stores"
    folder.mkdir()
    (folder / "train").symlink_to(sst1m_store)
    return folder


def step(reference, current, tmp_path, champion=""):
    made = {
        "verdict": SimpleNamespace(path=str(tmp_path / "verdict")),
        "page": SimpleNamespace(path=str(tmp_path / "page.html")),
        "metrics": dsl.Metrics(),
    }
    outputs = drift.python_func(
        config="{task: energy, instrument: sst1m-mono}",
        settings=["drift.showers_min=5", "drift.permutations=100"],
        reference=SimpleNamespace(path=str(reference)),
        current=SimpleNamespace(path=str(current)),
        champion=champion,
        **made,
    )
    return outputs, json.loads((tmp_path / "verdict" / "verdict.json").read_text()), made["metrics"].metadata


def test_the_same_showers_have_not_drifted(stores, tmp_path):
    outputs, verdict, logged = step(stores, stores, tmp_path)
    assert outputs.drifted is verdict["drifted"] is False
    assert logged["reference n_images"] == logged["current n_images"] == 129
    assert logged["noise distance"] == 0
    assert all(math.isfinite(value) for value in logged.values())
    page = (tmp_path / "page.html").read_text()
    assert page == (tmp_path / "verdict" / "report.html").read_text()
    assert "No drift: none of 19 quantities is beyond its threshold." in page


def test_nothing_new_is_no_failure(stores, tmp_path):
    (tmp_path / "none").mkdir()
    outputs, verdict, logged = step(stores, tmp_path / "none", tmp_path)
    assert outputs.drifted is verdict["drifted"] is False
    assert verdict["cautions"] == ["Nothing to compare: current: it has no store."]
    assert logged["current n_images"] == 0
    assert "Nothing to compare" in (tmp_path / "page.html").read_text()


def test_scores_of_the_champion_are_compared_too(stores, energy_model, tmp_path):
    _, verdict, logged = step(stores, stores, tmp_path, champion=str(energy_model))
    assert "log_energy" in [one["column"] for one in verdict["columns"]]
    assert math.isfinite(logged["log_energy distance"])
