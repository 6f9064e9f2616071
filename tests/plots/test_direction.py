"""Figures of directions show the numbers of the curves."""

from types import SimpleNamespace

import numpy as np
import pytest

from iactflow.data.result import Bootstrap
from iactflow.evaluate.direction import Seen, score_direction
from iactflow.plots.direction import Direction
from iactflow.plots.reference import reference_for

PLOTS = Direction("skydirection")


def result(error):
    rng = np.random.default_rng(3)
    n = 400
    true = rng.uniform(-1, 1, (n, 2))
    seen = Seen(
        np.repeat(np.arange(n // 4), 4), np.full(n, 1.2), np.full(n, 300.0), np.full(n, 70.0), np.full(n, 180.0)
    )
    scores = score_direction("skydirection", true, true + error, seen, Bootstrap(20, 1, 0.95))
    return SimpleNamespace(curves=scores.curves, replicas=scores.replicas)


@pytest.fixture(scope="module")
def results():
    return {"net": result(np.array([0.1, 0.0])), "Random forest": result(np.array([0.2, 0.0]))}


def named(panel, name, row=0):
    return [trace for trace in panel.figure.data if trace.name == name][row]


def test_the_resolution_and_its_ratio_to_the_first_model(results):
    [panel] = PLOTS.resolution(results, reference_for("sst1m", "sst1m-mono"))
    assert named(panel, "net").y[0] == pytest.approx(0.1, rel=1e-3)
    assert named(panel, "Random forest", row=1).y[0] == pytest.approx(2, rel=1e-3)
    published = named(panel, "SST-1M mono, published (A&A 699, A255)")
    assert published.y[0] == 0.201  # degrees; the energy resolution there is 0.268
    assert "deg" in panel.figure.layout.yaxis.title.text


def test_the_charge_is_on_the_axis_where_it_is_known(results):
    [panel] = PLOTS.against_intensity(results, None)
    assert 10 ** panel.figure.layout.xaxis.range[0] <= 300 <= 10 ** panel.figure.layout.xaxis.range[1]
    without = SimpleNamespace(curves={k: v for k, v in results["net"].curves.items() if "intensity" not in k})
    assert PLOTS.against_intensity({"net": without}, None) == []


def test_the_containment_reaches_all_at_the_error(results):
    [panel] = PLOTS.containment(results, None)
    trace = named(panel, "net")
    radius, share = np.array(trace.x), np.array(trace.y)
    assert share[radius < 0.099].max() < 0.01
    assert share[-1] > 0.98


def test_arrows_lead_from_the_true_direction_to_where_it_is_moved(results):
    panel = PLOTS.bias_map(results, None)[0]
    for arrow in panel.figure.layout.annotations:
        assert arrow.x - arrow.ax == pytest.approx(0.1)
        assert arrow.y - arrow.ay == pytest.approx(0)


def test_altitude_and_azimuth_are_drawn_apart(results):
    altitude, azimuth = PLOTS.horizon(results, None)
    assert (altitude.caption, azimuth.caption) == ("Altitude", "Azimuth")
    x = np.array(named(altitude, "True direction").x)
    assert x.min() < 69 < 71 < x.max() < 80
    # a degree beside the pointing is more in azimuth at an altitude of 70 deg
    shift = np.average(np.array(named(azimuth, "net").x), weights=named(azimuth, "net").y)
    shift -= np.average(np.array(named(azimuth, "True direction").x), weights=named(azimuth, "True direction").y)
    assert shift == pytest.approx(0.1 / np.cos(np.radians(70)), rel=0.3)
