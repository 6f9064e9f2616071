import numpy as np
import pytest

from iactflow.simulate.validation.ratios import compare


def showers(factor, spread, n=30, repeats=12, seed=3):
    rng = np.random.default_rng(seed)
    size = rng.uniform(10, 1000, n)
    ours = size[:, None] * rng.normal(1, spread, (n, repeats))
    return size / factor * rng.normal(1, spread, n), ours


@pytest.mark.parametrize("pooled", [True, False])
def test_a_factor_is_found_and_not_taken_for_chance(pooled):
    found = compare(*showers(1.2, 0.05), pooled, np.random.default_rng(1))
    assert found.n == 30
    assert found.value == pytest.approx(1.2, abs=0.04)
    assert found.interval[0] < 1.2 < found.interval[1]
    assert not found.explained


@pytest.mark.parametrize("pooled", [True, False])
def test_identical_codes_are_explained_by_chance(pooled):
    # Of many comparisons of equal codes, about one in twenty lies outside.
    found = [compare(*showers(1.0, 0.3, seed=seed), pooled, np.random.default_rng(1)) for seed in range(8)]
    assert sum(not one.explained for one in found) <= 2
    for one in found:
        assert one.identical[0] < 1 < one.identical[1]


def test_images_of_one_shower_are_drawn_together():
    # Ten images that share one shower's fluctuation tell no more than that shower.
    rng = np.random.default_rng(5)
    common = rng.normal(1, 0.2, (6, 12))
    ours = np.repeat(common, 10, axis=0) * 100
    real = np.repeat(rng.normal(1, 0.2, 6), 10) * 100
    together = compare(real, ours, False, np.random.default_rng(1), np.repeat(np.arange(6), 10))
    apart = compare(real, ours, False, np.random.default_rng(1))
    assert np.diff(together.identical) > 1.5 * np.diff(apart.identical)


def test_what_cannot_be_measured_is_left_out():
    real, ours = showers(1.0, 0.1)
    real[0], real[1], ours[2] = np.nan, 0, np.nan
    assert compare(real, ours, False, np.random.default_rng(1)).n == 27
