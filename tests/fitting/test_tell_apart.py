import numpy as np
import pytest

from iactflow.fitting.nearest import nearest_distance, relative_distance
from iactflow.fitting.sample_scores import Auc
from iactflow.fitting.tell_apart import BRIGHTEST, PixelFeatures, scores_out_of_fold

RNG = np.random.default_rng(4)


def auc(one, two, showers=None):
    showers = showers or (np.arange(len(one)), np.arange(len(two)))
    scores = scores_out_of_fold(one, two, showers, folds=3, seed=1)
    return Auc(*scores)(np.ones(len(one)), np.ones(len(two)))


def test_equal_samples_cannot_be_told_apart_and_shifted_ones_can():
    one, two = RNG.normal(0, 1, (600, 2)), RNG.normal(0, 1, (600, 2))
    assert auc(one, two) == pytest.approx(0.5, abs=0.05)
    # two unit Gaussians whose means are 2 apart: Phi(2 / sqrt 2)
    assert auc(one + np.array([2.0, 0]), two) == pytest.approx(0.921, abs=0.04)


def test_missing_values_tell_too():
    one, two = RNG.normal(0, 1, (600, 1)), RNG.normal(0, 1, (600, 1))
    one[:300] = np.nan
    assert auc(one, two) > 0.7


def test_a_shower_is_never_scored_by_a_classifier_that_has_seen_it():
    showers = np.repeat(np.arange(60), 10)
    one, two = (np.repeat(RNG.normal(0, 1, (60, 4)), 10, axis=0) for _ in range(2))  # ten equal images of a shower
    assert auc(one, two, (showers, showers)) == pytest.approx(0.5, abs=0.15)


def test_pixel_features_see_where_pixels_are():
    images = RNG.poisson(3, (200, 100)) * np.linspace(0, 3, 100)
    features = PixelFeatures(images, seed=1)
    some, moved = features(images[:5]), features(images[:5, ::-1])
    assert some.shape == (5, 48 + BRIGHTEST)
    assert some[:, -BRIGHTEST:] == pytest.approx(moved[:, -BRIGHTEST:])
    assert np.abs(some - moved)[:, :3].max() > 1


def test_a_training_image_has_distance_zero_and_a_disjoint_one_a_known_one():
    training = np.eye(4, dtype=np.float32)[:3] * 3
    images = np.array([[0, 3, 0, 0], [0, 0, 0, 4], [0, 0, 0, 0]], np.float32)
    assert nearest_distance(images, training) == pytest.approx([0, 5, 3], abs=1e-3)
    assert relative_distance(images, training) == pytest.approx([0, 1.25, 1], abs=1e-3)
