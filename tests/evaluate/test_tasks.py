"""Scoring of every task on predictors whose estimates are known."""

from typing import ClassVar

import numpy as np
import pytest

from iactflow.data import schema
from iactflow.data.direction import true_camera_position, true_sky_offset
from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import IactflowError, InputError
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.events import Events
from iactflow.evaluate.score import score
from iactflow.models.predictor import Cost

ALL = ["type", "energy", "cameradirection", "skydirection"]
CONFIG = Evaluate(bootstrap=20)


class Known:
    """A predictor that adds known errors to the truth."""

    name = "known"
    info: ClassVar = {"instrument": "sst1m-mono"}

    def __init__(self, tasks, **errors):
        self.tasks = tasks
        self.errors = {"gammaness": 0.0, "energy": 1.0, "sky": (0.0, 0.0), "camera": (0.0, 0.0)} | errors

    def predict(self, store, rows):
        gammas = store.column(schema.PRIMARY)[rows] == 0
        sky = true_sky_offset(store, rows) + self.errors["sky"]
        camera = true_camera_position(store, rows) + self.errors["camera"]
        energy = store.column(schema.TRUE_ENERGY)[rows]
        return {
            "gammaness": np.abs(gammas - self.errors["gammaness"]),
            "energy": np.where(gammas, self.errors["energy"] * energy, 1e3 * energy),
            "fov_lon": sky[:, 0],
            "fov_lat": np.where(gammas, sky[:, 1], 9.0),
            "cam_x": camera[:, 0],
            "cam_y": np.where(gammas, camera[:, 1], 0.9),
        }

    def cost(self):
        return Cost(1, None, 1.0, 1, 0.1, 10, "here", 1, 1)


@pytest.fixture(scope="module")
def events(mixed_store):
    [found] = Events.choose(Store([mixed_store]), "all", Selection())
    return found


@pytest.fixture(scope="module")
def result(events):
    known = Known(ALL, gammaness=0.2, energy=1.1, sky=(0.1, 0.0), camera=(0.0, 0.0098))
    return score(known, events, CONFIG, {"command": "test"})


def test_each_task_gets_back_what_was_put_in(result):
    values = {name: metric.value for name, metric in result.metrics.items()}
    assert values["type_auc"] == values["type_accuracy"] == 1
    assert values["type_brier"] == pytest.approx(0.04)
    assert values["energy_bias"] == pytest.approx(0.1)
    assert values["skydirection_bias_lon"] == pytest.approx(0.1)
    assert values["skydirection_resolution"] == pytest.approx(0.1, rel=1e-3)
    # 9.8 mm in the camera's y are longitude: 0.1 deg at a focal length of 5.6 m
    assert values["cameradirection_mean_distance"] == pytest.approx(0.0098)
    assert values["cameradirection_bias_lon"] == pytest.approx(0.1, rel=0.01)
    assert values["cameradirection_bias_lat"] == pytest.approx(0, abs=1e-9)


def test_energy_and_direction_count_gammas_alone_and_the_type_all(result, events):
    gammas = events.column(schema.PRIMARY) == 0
    assert 0 < gammas.sum() < len(gammas)
    assert result.metrics["type_auc"].n == len(gammas)
    for name in ("energy_bias", "cameradirection_resolution", "skydirection_resolution"):
        assert result.metrics[name].n == gammas.sum()
        assert result.metrics[name].n_showers == len(np.unique(events.showers[gammas]))
    assert result.curves["skydirection_performance"]["n"].sum() == gammas.sum()


def test_the_table_holds_truth_and_estimate_of_every_quantity(result):
    table = result.predictions
    gammas = table["true_shower_primary_id"].to_numpy() == 0
    for name, error in (("fov_lon", 0.1), ("cam_x", 0.0)):
        apart = table[f"reco_{name}"].to_numpy() - table[f"true_{name}"].to_numpy()
        np.testing.assert_allclose(apart[gammas], error, atol=1e-9)
    assert table.schema.field("reco_cam_y").metadata[b"unit"] == b"m"
    assert table.schema.field("gammaness").metadata[b"unit"] == b""


def test_the_examples_are_sorted_by_the_first_task_and_leave_out_what_it_says_nothing_of(events):
    found = score(Known(["skydirection", "type"]), events, CONFIG, {"command": "test"}).examples
    assert set(found["true_shower_primary_id"].to_pylist()) == {0}
    assert len(found) == 6


def test_a_result_of_all_tasks_survives_its_folder_and_is_drawn(result, tmp_path):
    from iactflow.data.result import Result
    from iactflow.page.config import Report
    from iactflow.report.run import run

    result.save(tmp_path / "result")
    assert Result.load(tmp_path / "result").metrics == result.metrics
    page = run(tmp_path / "result", tmp_path / "report.html", config=Report()).path.read_text(encoding="utf-8")
    for name in ("type-roc", "type-confusion", "energy-bias", "skydirection-containment", "cameradirection-bias-map"):
        assert f'<article class="plot" id="{name}"' in page
    assert "Background rejection at 80 % gammas" in page
    assert "Angular resolution, sky" in page
    assert "Angular resolution, camera" in page


def test_gammas_alone_have_no_roc_curve_and_say_why(sst1m_store, tmp_path):
    from iactflow.page.config import Report
    from iactflow.report.run import run

    [gammas] = Events.choose(Store([sst1m_store]), "test", Selection())
    found = score(Known(["type"], gammaness=0.2), gammas, CONFIG, {"command": "test"})
    assert found.metrics["type_auc"].value is None
    assert found.metrics["type_auc"].reason == "undefined: it takes both gammas and background"
    assert found.metrics["type_recall"].value == 1
    assert "type_roc" not in found.curves
    found.save(tmp_path / "result")
    page = run(tmp_path / "result", tmp_path / "report.html", config=Report()).path.read_text(encoding="utf-8")
    assert "it takes both gammas and background" in page
    assert 'id="type-roc"' not in page


def test_energies_of_background_alone_cannot_be_scored(events):
    protons = events.rows[events.column(schema.PRIMARY) == 101]
    some = Events(events.store, protons, "all", events.selection, [], events.origin)
    with pytest.raises(InputError, match="scored on gammas"):
        score(Known(["energy"]), some, CONFIG, {"command": "test"})


@pytest.mark.parametrize(
    ("tasks", "errors", "words"),
    [
        (["energy"], {"energy": -1.0}, "positive numbers"),
        (["type"], {"gammaness": -0.5}, "numbers from 0 to 1"),
        (["skydirection"], {"sky": (np.nan, 0.0)}, "fov_lon that are not numbers"),
    ],
)
def test_estimates_that_are_no_such_quantities_are_refused(events, tasks, errors, words):
    with pytest.raises(IactflowError, match=words):
        score(Known(tasks, **errors), events, CONFIG, {"command": "test"})
