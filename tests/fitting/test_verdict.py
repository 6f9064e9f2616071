from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from astropy.table import Table

from iactflow.data.result import Bootstrap, Result
from iactflow.errors import InputError
from iactflow.evaluate.energy import score_energy
from iactflow.fitting.verdict import compare_metric, overall, ratio_per_bin, require_comparable


def result(bias, width, *, n_showers=50, seed=5):
    """Score estimates with a known bias and width; the same seed gives the same showers."""
    rng = np.random.default_rng(seed)
    showers = np.repeat(np.arange(n_showers), 8)
    true = (10 ** rng.uniform(0, 1, n_showers))[showers]
    reco = true * (1 + bias + width * rng.normal(0, 1, true.size))
    settings = Bootstrap(n=100, seed=1, level=0.95)
    scores = score_energy(true, reco, showers, settings)
    empty = pa.table({})
    return Result(
        name="model",
        tasks=["energy"],
        model={},
        cost={},
        data={},
        bootstrap=settings,
        events_hash="a",
        provenance={},
        predictions=empty,
        examples=empty,
        pixels=Table(),
        **scores._asdict(),
    )


def test_the_narrower_model_is_better_and_the_other_way_round_worse():
    wide, narrow = result(0.0, 0.30), result(0.0, 0.10)
    assert compare_metric(wide, narrow, "energy_resolution").word == "better"
    assert compare_metric(narrow, wide, "energy_resolution").word == "worse"
    assert compare_metric(wide, narrow, "energy_resolution").difference == pytest.approx(-0.2, abs=0.03)
    assert (overall(wide, narrow), overall(narrow, wide)) == ("better", "worse")


def test_higher_r2_is_better():
    assert compare_metric(result(0.0, 0.30), result(0.0, 0.10), "energy_r2_log").word == "better"


def test_a_bias_below_zero_is_no_better_than_one_above():
    assert compare_metric(result(0.1, 0.05), result(-0.3, 0.05), "energy_bias").word == "worse"
    assert compare_metric(result(-0.3, 0.05), result(0.1, 0.05), "energy_bias").word == "better"


def test_the_same_model_is_the_same():
    verdict = compare_metric(result(0.1, 0.2), result(0.1, 0.2), "energy_resolution")
    assert verdict == ("same", 0.0, 0.0, 0.0)


def test_the_rounding_of_another_runtime_is_no_difference():
    verdict = compare_metric(result(0.1, 0.2), result(0.1, 0.2 * (1 + 1e-6)), "energy_resolution")
    assert verdict.word == "same"
    assert 0 < verdict.low < verdict.difference < verdict.high
    assert compare_metric(result(0.1, 0.2), result(0.1, 0.2 * (1 + 1e-4)), "energy_resolution").word == "worse"


def test_one_shower_leaves_the_verdict_open():
    assert compare_metric(result(0, 0.3, n_showers=1), result(0, 0.1, n_showers=1), "energy_resolution").word == "open"


def test_better_here_and_worse_there_is_mixed():
    assert overall(result(0.0, 0.30), result(0.4, 0.10)) == "mixed"


def test_ratio_of_curves_and_of_energy_scales():
    first, other = result(0.0, 0.10), result(0.2, 0.20)
    ratio, low, high = ratio_per_bin(first, other, "energy_performance:resolution")
    assert np.nanmedian(ratio) == pytest.approx(2, rel=0.1)
    assert ((low <= ratio) & (ratio <= high)).mean() > 0.7
    assert np.nanmedian(ratio_per_bin(first, other, "energy_performance:bias", 1.0)[0]) == pytest.approx(1.2, abs=0.03)


@pytest.mark.parametrize(
    "change", [{"events_hash": "b"}, {"bootstrap": Bootstrap(200, 1, 0.95)}, {"bootstrap": Bootstrap(100, 2, 0.95)}]
)
def test_results_of_other_events_or_resamplings_are_refused(change):
    first = result(0, 0.1)
    require_comparable({"a": first, "b": first})
    with pytest.raises(InputError, match="Evaluate both models on the same data"):
        require_comparable({"a": first, "b": replace(first, **change)})
