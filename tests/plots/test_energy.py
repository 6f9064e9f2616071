import numpy as np
import pytest

from iactflow.data.result import Result
from iactflow.plots import energy, style
from iactflow.plots.catalogue import TRAINING, plots_for
from iactflow.plots.reference import reference_for


@pytest.fixture(scope="module")
def results(energy_result):
    loaded = [Result.load(path) for path in (energy_result, energy_result / "baseline")]
    return {result.name: result for result in loaded}


@pytest.fixture(scope="module")
def one(results):
    name, result = next(iter(results.items()))
    return {name: result}


def test_one_result_has_no_ratio_panel_and_two_have(one, results):
    assert "yaxis2" not in energy.resolution(one, None)[0].figure.layout
    figure = energy.resolution(results, None)[0].figure
    assert figure.layout.yaxis2.title.text == "Ratio"
    assert [trace.name for trace in figure.data if trace.name] == [
        "ctlearn.SingleCNN",
        "Random forest",
        "Random forest",
    ]


def test_curves_are_the_saved_ones_and_few_images_are_open(one):
    table = next(iter(one.values())).curves["energy_performance"]
    bars, trace = energy.bias(one, None)[0].figure.data
    np.testing.assert_allclose(trace.y, np.ma.filled(table["bias"], np.nan))
    assert all(symbol.endswith("-open") == (n < 30) for symbol, n in zip(trace.marker.symbol, table["n"], strict=True))
    with_interval = table[np.asarray(table["n_showers"]) > 1]
    np.testing.assert_allclose(bars.y, with_interval["bias"])
    np.testing.assert_allclose(bars.y + bars.error_y.array, with_interval["bias_high"])
    np.testing.assert_allclose(bars.y - bars.error_y.arrayminus, with_interval["bias_low"])


def test_the_matrix_has_true_energy_along_x(one):
    table = next(iter(one.values())).curves["energy_migration"]
    heat = energy.migration(one, None)[0].figure.data[0]
    assert np.asarray(heat.z).shape == (len(heat.y) - 1, len(heat.x) - 1)
    np.testing.assert_allclose(np.nansum(heat.z, axis=0)[np.nansum(heat.z, axis=0) > 0], 1)
    assert np.isclose(heat.x[0], table["true_energy_low"].min())


def test_the_distribution_counts_every_image(one):
    traces = {trace.name: trace for trace in energy.distribution(one, None)[0].figure.data}
    assert set(traces) == {"True energy", "ctlearn.SingleCNN"}
    assert sum(traces["True energy"].y[:-1]) == 43


def test_the_published_curve_is_labelled_with_its_source(one):
    reference = reference_for("sst1m", "sst1m-mono")
    trace = energy.resolution(one, reference)[0].figure.data[-1]
    assert "A&A 699" in trace.name
    assert dict(zip(trace.x, trace.y, strict=True))[10.0] == 0.202
    assert reference_for("sst1m", "sst1m-stereo").resolution[1] == 0.137
    assert reference_for("none", "sst1m-mono") is None
    assert [reference_for("sst1m", other) for other in ("ct5", "mst-flashcam", "from-data", "")] == [None] * 4


def test_a_model_has_one_colour_whatever_stands_beside_it():
    alone, beside = style.looks(["net"]), style.looks(["Random forest", "net"])
    assert alone["net"] == beside["net"]
    assert len({look.colour for look in style.looks(["a", "b", "c", "Random forest"]).values()}) == 4


def test_plots_are_small_and_nothing_is_drawn_without_a_history(results):
    for entry in plots_for(["energy"]):
        for panel in entry.draw(results, None):
            assert len(panel.figure.to_json()) < 30_000
    assert len(TRAINING.draw(results, None)) == 1
    assert TRAINING.draw({"Random forest": results["Random forest"]}, None) == []
