"""Distances between samples: known values, and weights that mean repetition."""

import numpy as np
import pytest

from iactflow.fitting.sample_scores import Auc, Coverage, Mean, MeanDifference, Median
from iactflow.fitting.two_samples import CorrelationDifference, Frechet, Kernel, Separation, Wasserstein, correlation

RNG = np.random.default_rng(3)
N = 1500
ONES = np.ones(N)
ONE, TWO = RNG.normal(0, 1, (N, 3)), RNG.normal(0, 1, (N, 3))
SHIFTED = TWO + np.array([0.5, 0, 0])
LATENT = RNG.normal(0, 1, N)
TIED = np.stack([LATENT, LATENT + 0.5 * RNG.normal(0, 1, N), RNG.normal(0, 1, N)], axis=1)


def test_a_shift_is_its_own_wasserstein_distance():
    values = RNG.normal(0, 1, N)
    assert Wasserstein(values + 0.3, values)(ONES, ONES) == pytest.approx(0.3)


def test_the_wasserstein_distance_is_scipys_for_any_weights():
    from scipy.stats import wasserstein_distance

    one, two = RNG.normal(0, 1, 50), RNG.gamma(2, 1, 70)
    weights = RNG.integers(0, 4, 50), RNG.integers(0, 4, 70)
    expected = wasserstein_distance(one, two, *weights)
    assert Wasserstein(one, two)(*weights) == pytest.approx(expected)


def test_the_frechet_distance_of_shifted_gaussians_is_the_shift_squared():
    assert Frechet(TWO + np.array([2.0, 0, 0]), TWO)(ONES, ONES) == pytest.approx(4.0)
    # equal means, standard deviations 2 and 1 in one of three dimensions: (2 - 1)^2
    assert Frechet(ONE * np.array([2.0, 1, 1]), TWO)(ONES, ONES) == pytest.approx(1.0, abs=0.15)


def test_the_kernel_distance_is_about_zero_for_equal_samples_and_grows_with_a_shift():
    assert abs(Kernel(ONE, TWO)(ONES, ONES)) < 0.02
    assert Kernel(ONE, SHIFTED)(ONES, ONES) > 0.1


def test_the_correlation_difference_is_the_mean_over_pairs():
    # one of three pairs has the correlation 1/sqrt(1.25)
    assert CorrelationDifference(TIED, TWO)(ONES, ONES) == pytest.approx(0.8944 / 3, abs=0.03)
    assert correlation(TIED, ONES) == pytest.approx(np.corrcoef(TIED.T))
    assert correlation(np.ones((5, 2)), np.ones(5)) == pytest.approx(np.eye(2))


def test_the_separation_power_of_disjoint_histograms_is_one_and_of_equal_ones_zero():
    left, right = np.tile([2, 0], (4, 1)), np.tile([0, 2], (4, 1))
    ones = np.ones(4)
    assert Separation(left, right)(ones, ones) == pytest.approx(1.0)
    assert Separation(left, left)(ones, ones) == 0
    # twice the entries: (4 - 2)^2 / 2 / 6 / 2
    assert Separation(2 * left, left)(ones, ones) == pytest.approx(1 / 6)


def test_the_auc_counts_ties_half_and_knows_its_sides():
    assert Auc(np.array([2.0, 3.0]), np.array([0.0, 1.0]))(np.ones(2), np.ones(2)) == 1
    assert Auc(np.array([0.0, 1.0]), np.array([2.0, 3.0]))(np.ones(2), np.ones(2)) == 0
    assert Auc(np.array([1.0]), np.array([1.0]))(np.ones(1), np.ones(1)) == 0.5


def test_coverage_of_one_half_of_the_space_is_one_half():
    simulated = np.concatenate([RNG.normal(0, 1, (N, 2)), RNG.normal(50, 1, (N, 2))])
    generated = RNG.normal(0, 1, (2 * N, 2))
    covered = Coverage(generated, simulated, 5)(np.ones(2 * N), np.ones(2 * N))
    assert covered == pytest.approx(0.5, abs=0.01)


def test_means_and_medians():
    assert Mean(np.array([1.0, 2.0, 6.0]))(np.ones(3), np.ones(3)) == 3
    assert Median(np.array([6.0, 1.0, 2.0]))(np.ones(3), np.ones(3)) == 2
    difference = MeanDifference(np.array([3.0]), np.array([2.0]), relative=True)
    assert difference(np.ones(1), np.ones(1)) == 0.5


@pytest.mark.parametrize("kind", [Wasserstein, Frechet, CorrelationDifference, Auc, MeanDifference])
def test_a_weight_is_a_repetition(kind):
    weights = RNG.integers(0, 3, 40), RNG.integers(0, 3, 60)
    samples = [RNG.normal(0, 1, (40, 3)), RNG.normal(0.3, 1, (60, 3))]
    if kind in (Wasserstein, Auc, MeanDifference):
        samples = [values[:, 0] for values in samples]
    repeated = [np.repeat(values, weight, axis=0) for values, weight in zip(samples, weights, strict=True)]
    expected = kind(*repeated)(*(np.ones(len(values)) for values in repeated))
    assert kind(*samples)(*(weight.astype(float) for weight in weights)) == pytest.approx(expected)
