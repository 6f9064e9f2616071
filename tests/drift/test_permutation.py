import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from iactflow.drift.permutation import distance, thresholds

TRIALS = 40


def test_the_distance_is_in_standard_deviations_of_the_reference():
    assert distance(np.array([0.0, 2.0]), np.array([3.0, 5.0])) == pytest.approx(3.0)
    # the current sample is four times as wide, which must not enter the norm
    assert distance(np.array([-1.0, 1.0]), np.array([-4.0, 4.0])) == pytest.approx(3.0)


def test_it_is_scipys_distance_also_far_from_zero_and_with_ties():
    rng = np.random.default_rng(1)
    one, two = rng.integers(0, 9, 300) + 1e6, rng.integers(1, 9, 200) + 1e6
    assert distance(one, two) == pytest.approx(wasserstein_distance(one, two) / one.std(), rel=1e-6)


def test_a_reference_that_does_not_vary_has_evidentlys_least_spread():
    assert distance(np.zeros(5), np.ones(3)) == pytest.approx(1000.0)
    assert distance(np.zeros(5), np.zeros(3)) == 0.0


def draws(rng, n_showers, per_shower, columns, shift=0.0):
    """Showers with equal images, half of them current."""
    values = np.repeat(rng.normal(size=(n_showers, columns)), per_shower, axis=0)
    showers = np.repeat(np.arange(n_showers), per_shower)
    current = showers >= n_showers // 2
    return values + shift * current[:, None], showers, current


def alarms(showers_known, columns=1):
    """Give the share of trials without a change in which any quantity is beyond its threshold of 10 %."""
    found = 0
    for trial in range(TRIALS):
        values, showers, current = draws(np.random.default_rng([7, trial]), 40, 10, columns)
        numbers = showers if showers_known else np.arange(len(showers))
        by_chance = thresholds(values, numbers, current, 0.1, 100, trial)
        found += bool((by_chance.distances > by_chance.values).any())
    return found / TRIALS


def test_images_of_a_shower_are_exchanged_together():
    assert alarms(showers_known=True) <= 0.25
    assert alarms(showers_known=False) >= 0.8


def test_the_probability_holds_for_all_quantities_together():
    # each for itself at 10 %, one of twelve would be beyond in 72 % of the trials
    assert alarms(showers_known=True, columns=12) <= 0.25


def test_a_shift_stands_out_as_no_exchange_does():
    values, showers, current = draws(np.random.default_rng(2), 100, 3, 2)
    values[:, 1] += 2 * current
    by_chance = thresholds(values, showers, current, 0.01, 200, 1)
    assert by_chance.distances[1] > by_chance.values[1]
    assert by_chance.p_values[1] == pytest.approx(1 / 201)
    assert by_chance.distances[0] < by_chance.values[0]
    assert by_chance.p_values[0] > 0.05


def test_missing_values_do_not_count():
    values, showers, current = draws(np.random.default_rng(3), 40, 2, 1)
    gaps = np.concatenate([values, np.full((80, 1), np.nan)])
    told = thresholds(gaps, np.tile(showers, 2), np.tile(current, 2), 0.1, 100, 1)
    expected = thresholds(values, showers, current, 0.1, 100, 1)
    assert told.distances == pytest.approx(expected.distances)
    assert told.values == pytest.approx(expected.values)


def test_a_quantity_that_never_varies_is_never_beyond():
    values, showers, current = draws(np.random.default_rng(4), 40, 2, 2)
    values[:, 0] = 5.0
    by_chance = thresholds(values, showers, current, 0.1, 100, 1)
    assert by_chance.distances[0] == by_chance.values[0] == 0
    assert np.isfinite(by_chance.values).all()
