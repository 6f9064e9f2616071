"""Pages of generated images: what they say, and that they open."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from iactflow.compare.run import run as compare
from iactflow.data.result import BASELINE, FLOOR, Result
from iactflow.page.config import Report
from iactflow.page.generation_cost import cost_blocks
from iactflow.page.generation_verdict import goals, statement, teacher_of
from iactflow.report.run import run as report
from iactflow.validate.config import Validate
from iactflow.validate.run import run


@pytest.fixture(scope="module")
def result(toy_generated, toy_simulation, tmp_path_factory):
    out = tmp_path_factory.mktemp("toy") / "faithful"
    config = Validate(bootstrap=20, folds=2, images=500)
    return run([toy_generated("faithful")], [toy_simulation], out, config=config).path


@pytest.fixture(scope="module")
def other(toy_generated, toy_simulation, tmp_path_factory):
    out = tmp_path_factory.mktemp("toy") / "faint"
    config = Validate(bootstrap=20, folds=2, images=500)
    return run([toy_generated("faint")], [toy_simulation], out, config=config).path


def with_metrics(result, **values):
    """Give a result with other values, their intervals and replicas at the values."""
    changed = {name: replace(result.metrics[name], value=v, low=v, high=v) for name, v in values.items()}
    replicas = result.replicas
    for name, value in values.items():
        column = replicas.column_names.index(name)
        replicas = replicas.set_column(column, name, pa.array(np.full(len(replicas), float(value))))
    return replace(result, metrics={**result.metrics, **changed}, replicas=replicas)


def test_goals_are_held_against_value_and_floor(result):
    ours, floor = Result.load(result), Result.load(result / BASELINE)
    distances = {name: 0.02 for name in ours.metrics if name.startswith("w1_")}
    read = {"energy_mae": 0.2, "impact_mae": 50.0}
    floor = with_metrics(floor, correlation_difference=0.01, **read, **distances)
    good = with_metrics(ours, hillas_auc=0.55, occupancy=-0.01, correlation_difference=0.02, **read, **distances)
    assert [goal.reached for goal in goals(good, floor)] == [True] * 6
    assert statement({"ours": good, FLOOR: floor}).headline.startswith("ours reaches all 6 goals")
    worse = {"hillas_auc": 0.56, "occupancy": -0.011, "correlation_difference": 0.021, "w1_width": 0.041}
    bad = with_metrics(good, **worse, energy_mae=0.21, impact_mae=51.0)
    assert [goal.reached for goal in goals(bad, floor)] == [False] * 6
    told = statement({"ours": bad, FLOOR: floor})
    assert (told.tone, told.headline) == ("bad", "ours reaches 0 of 6 goals.")
    assert "Width" in told.reasons[3]
    assert f"{len(distances) - 3} of {len(distances) - 2} Wasserstein distances" in told.reasons[3]
    assert "above the floor's by 0.01 [0.01, 0.01] dex" in told.reasons[4]


def test_a_condition_is_obeyed_if_the_interval_of_its_error_reaches_the_floors(result):
    ours, floor = Result.load(result), with_metrics(Result.load(result / BASELINE), impact_mae=50.0)
    ours = with_metrics(ours, impact_mae=52.0)
    assert not goals(ours, floor)[-1].reached
    column = ours.replicas.column_names.index("impact_mae")
    spread = pa.array(np.linspace(49.0, 55.0, len(ours.replicas)))
    ours = replace(ours, replicas=ours.replicas.set_column(column, "impact_mae", spread))
    assert goals(ours, floor)[-1].reached
    assert goals(with_metrics(ours, impact_mae=48.0), floor)[-1].reached


def test_a_student_is_held_against_its_teacher_where_that_is_there(result):
    loaded = Result.load(result)

    def made(auc, **model):
        return replace(with_metrics(loaded, hillas_auc=auc), model={**loaded.model, **model})

    student = made(0.545, teacher={"content": "abc"})
    few, many = made(0.56, networks="abc", steps=2), made(0.52, networks="abc", steps=10)
    stranger = made(0.5, networks="xyz", steps=20)
    results = {"student": student, "few": few, "many": many, "stranger": stranger}
    assert teacher_of(student, results) == ("many", many)
    assert teacher_of(many, results) is None
    assert teacher_of(student, {"student": student, "stranger": stranger}) is None
    told = statement({"student": student}, ("many", many)).reasons[-1]
    assert "above that of many by 0.0250 [0.0250,\u00a00.0250], at most 0.02 wanted: not reached" in told
    assert statement({"student": student}, ("few", few)).reasons[-1].endswith("wanted: reached")


def test_an_interval_that_holds_the_limit_is_told(result):
    ours = Result.load(result)
    wide = {**ours.metrics, "occupancy": replace(ours.metrics["occupancy"], value=0.02, low=-0.05, high=0.09)}
    assert goals(replace(ours, metrics=wide), None)[1].told.endswith("not reached, but the interval holds the limit")


def test_the_cost_is_scaled_to_100000_images(result):
    ours = Result.load(result)
    ours = replace(ours, cost={**ours.cost, "ms_per_event": 2.0, "n_events_timed": 900})
    ours.data["simulation_cost"] = {"cpu_seconds": 50.0, "images": 1000}
    [table] = cost_blocks({"toy": ours})
    assert table.rows[0][:2] == ["toy", "3.33 min (900 timed, trials of the trigger included)"]
    [apart] = cost_blocks({"toy": replace(ours, cost={**ours.cost, "ms_of_trials": 0.6})})
    assert apart.rows[0][1] == "3.33 min (900 timed; trials of the trigger 60.0 s more)"
    [teacher] = cost_blocks({"teacher": replace(ours, model={**ours.model, "method": "flow", "steps": 10})})
    assert teacher.rows[0][4] == "19"
    assert table.rows[1][1] == "83.3 min (1\u202f000 timed)"
    assert [row[0] for row in table.rows[2:]] == [
        "Published: CORSIKA and sim_telarray",
        "Published: WGAN",
        "Published: diffusion",
    ]


@pytest.mark.parametrize("kind", ["report", "compare"])
def test_a_page_opens_without_complaint(kind, result, other, browser, tmp_path):
    if kind == "report":
        page = report(result, tmp_path / "page.html", config=Report())
    else:
        page = compare([result, other], tmp_path / "page.html", config=Report())
    text = page.path.read_text()
    assert page.n_results == (2 if kind == "report" else 3)
    assert FLOOR in text
    assert page.n_bytes < 6e6
    for width in (1280, 400):
        browser.open(page.path, width=width)
        assert browser.messages == []
        assert browser.run("document.documentElement.scrollWidth - window.innerWidth") <= 0
        drawn = "[...document.querySelectorAll('.figure')].map(f => f.querySelectorAll('.main-svg').length > 0)"
        assert len(browser.run(drawn)) >= 17
        assert all(browser.run(drawn))
