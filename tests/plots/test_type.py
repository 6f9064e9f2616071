"""Figures of particle types show the numbers of the curves, on the axes that they name."""

from types import SimpleNamespace

import numpy as np
import pytest

from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Axis
from iactflow.evaluate.type import score_type
from iactflow.plots import type as plots

SIGNAL = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], bool)
GAMMANESS = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.75, 0.5, 0.4, 0.3, 0.1])


def result(signal=SIGNAL, gammaness=GAMMANESS, against=()):
    scores = score_type(signal, gammaness, np.arange(len(signal)), Bootstrap(20, 1, 0.95), 0.5, against)
    return SimpleNamespace(curves=scores.curves, replicas=scores.replicas)


def named(panel, name):
    return next(trace for trace in panel.figure.data if trace.name == name)


def test_the_roc_curve_has_background_to_the_right_and_gammas_upwards():
    [panel] = plots.roc({"net": result()}, None)
    trace = named(panel, "net")
    at_80 = list(trace.y).index(0.8)
    assert trace.x[at_80] == pytest.approx(0.2)  # one of five background images is above the cut of .6
    assert panel.figure.layout.xaxis.title.text == "Background efficiency"


def test_the_background_left_is_that_of_the_metric_at_the_marked_efficiencies():
    [panel] = plots.background({"net": result()}, None)
    trace = named(panel, "net")
    marked = {round(x, 2): y for x, y, size in zip(trace.x, trace.y, trace.marker.size, strict=True) if size}
    assert marked == {0.5: pytest.approx(0.2), 0.8: pytest.approx(0.2), 0.9: pytest.approx(0.8)}
    assert panel.figure.layout.yaxis.type == "log"


def test_the_auc_per_bin_is_that_of_the_images_of_the_bin():
    """Bright images are told apart without fault, faint ones the wrong way round; a third bin has gammas alone."""
    charge = np.array([1000.0] * 4 + [100.0] * 4 + [10.0] * 2)
    signal = np.array([1, 1, 0, 0, 1, 1, 0, 0, 1, 1], bool)
    gammaness = np.array([0.9, 0.8, 0.2, 0.1, 0.2, 0.1, 0.9, 0.8, 0.5, 0.5])
    found = result(signal, gammaness, [Axis.energy(np.full(10, 2.0)), *Axis.charge(charge)])
    curve = found.curves["type_intensity"]
    filled = curve[curve["n"] > 0]
    assert filled["auc"].tolist() == [None, 0.0, 1.0]
    assert filled["n_rarer"].tolist() == [0, 2, 2]
    [panel] = plots.auc_against_charge({"net": found, "Random forest": found}, None)
    assert panel.figure.layout.xaxis2.title.text == "Charge of the cleaned image / p.e."
    assert len(plots.auc_against_energy({"net": found}, None)) == 1
    assert plots.auc_against_energy({"net": result()}, None) == []


def test_without_background_there_is_no_roc_curve():
    gammas = result(np.ones(3, bool), np.array([0.2, 0.6, 0.9]), [Axis.energy(np.ones(3))])
    assert plots.roc({"net": gammas}, None) == plots.background({"net": gammas}, None) == []
    assert plots.auc_against_energy({"net": gammas}, None) == []
    assert len(plots.gammaness({"net": gammas}, None)) == 1


def test_the_confusion_has_the_truth_along_x():
    [panel] = plots.confusion({"net": result()}, None)
    [matrix] = panel.figure.data
    assert panel.figure.layout.xaxis.title.text == "True type"
    x, y = list(matrix.x), list(matrix.y)
    assert matrix.z[y.index("gamma")][x.index("background")] == pytest.approx(2 / 5)
    assert matrix.z[y.index("background")][x.index("gamma")] == pytest.approx(1 / 5)
    for column in range(2):
        assert sum(row[column] for row in matrix.z) == pytest.approx(1)


def test_gammas_and_background_are_counted_apart_for_every_model():
    panels = plots.gammaness({"net": result(), "Random forest": result()}, None)
    assert [panel.caption for panel in panels] == ["net", "Random forest"]
    for name in ("Gammas", "Background"):
        assert sum(named(panels[0], name).y[:-1]) == 5
    assert named(panels[0], "Gammas").x[-1] == 1


def test_the_calibration_stands_at_the_mean_gammaness_of_its_bins():
    gammaness = np.repeat([0.11, 0.89], 50)
    signal = np.tile([True, False], 50)
    [panel] = plots.calibration({"net": result(signal, gammaness)}, None)
    trace = named(panel, "net")
    known = np.isfinite(np.array(trace.y, float))
    np.testing.assert_allclose(np.array(trace.x)[known], [0.11, 0.89])
    np.testing.assert_allclose(np.array(trace.y)[known], 0.5)
