"""Layers over the telescopes of an event, on numbers that can be checked by hand."""

import numpy as np
import pytest

from iactflow.models.backend import tf
from iactflow.models.telescopes import Fold, Pool, PreciseMean, Unfold, WeightedMean

PRESENT = np.float32([[1, 1, 0], [1, 0, 0]])


def test_absent_images_are_neither_listed_nor_given_features():
    windows = np.arange(2 * 3 * 2 * 2, dtype="float32").reshape(2, 3, 2, 2)
    images = Fold()([tf.constant(windows), tf.constant(PRESENT)])
    np.testing.assert_array_equal(images, windows[PRESENT > 0])
    features = np.float32([[1, 2], [3, 4], [5, 6]])
    back = np.asarray(Unfold()([tf.constant(features), tf.constant(PRESENT)]))
    assert back.tolist() == [[[1, 2], [3, 4], [0, 0]], [[5, 6], [0, 0], [0, 0]]]


@pytest.mark.parametrize(
    ("pooling", "expected"), [("mean", [3.0, 7.0]), ("max", [5.0, 7.0]), ("attention", [1 + 4 * 0.75, 7.0])]
)
def test_pooling_tells_all_telescopes_the_same_and_leaves_absent_ones_out(pooling, expected):
    values = np.float32([[[1], [5], [99]], [[7], [99], [99]]])
    inputs = [values, PRESENT]
    if pooling == "attention":
        inputs.append(np.float32([[[0], [np.log(3)], [50]]] * 2))  # shares of 1/4 and 3/4
    pooled = np.asarray(Pool(pooling)([tf.constant(part) for part in inputs]))
    np.testing.assert_allclose(pooled[..., 0], np.repeat(np.array(expected)[:, None], 3, axis=1), rtol=1e-5)


def test_a_weighted_mean_weighs_by_the_scores_of_those_present():
    estimates = np.float32([[[1, 10], [2, 20], [9, 90]], [[4, 40], [9, 90], [9, 90]]])
    scores = np.float32([[[0], [np.log(4)], [99]]] * 2)
    mean = np.asarray(WeightedMean()([tf.constant(part) for part in (estimates, scores, PRESENT)]))
    np.testing.assert_allclose(mean, [[1.8, 18], [4, 40]], rtol=1e-5)


def test_directions_known_across_their_axes_alone_meet_where_these_cross():
    """One telescope knows x to 0.05 deg, the other y; along its axis each is wrong by a degree."""
    directions = np.float32([[[0.3, 1.5], [1.3, 0.5], [50, 50]]])
    numbers = np.float32([[[3, -3, 0], [-3, 3, 0], [3, 3, 9]]])
    present = np.float32([[1, 1, 0]])
    found = np.asarray(PreciseMean()([tf.constant(part) for part in (directions, numbers, present)]))
    np.testing.assert_allclose(found, [[0.3, 0.5]], atol=0.01)


def test_one_direction_stays_where_it_is_whatever_its_precision():
    rng = np.random.default_rng(2)
    directions = rng.normal(0, 3, (200, 1, 2)).astype("float32")
    numbers = rng.normal(0, 3, (200, 1, 3)).astype("float32")
    found = np.asarray(PreciseMean()([tf.constant(part) for part in (directions, numbers, np.ones((200, 1), "f4"))]))
    np.testing.assert_allclose(found, directions[:, 0], atol=0.02)


def test_the_mean_is_that_of_the_matrices():
    rng = np.random.default_rng(3)
    directions, numbers = rng.normal(0, 1, (1, 3, 2)).astype("f4"), rng.normal(0, 0.5, (1, 3, 3)).astype("f4")
    found = np.asarray(PreciseMean()([tf.constant(part) for part in (directions, numbers, np.ones((1, 3), "f4"))]))[0]
    total, moment = np.zeros((2, 2)), np.zeros(2)
    for z, (a, b, c) in zip(directions[0], numbers[0], strict=True):
        a, b = (np.exp(4 * np.tanh(value / 4)) for value in (a, b))
        lower = np.array([[a, 0], [50 * np.tanh(c / 50), b]])
        precision = lower @ lower.T
        total += precision
        moment += precision @ z
    np.testing.assert_allclose(found, np.linalg.solve(total, moment), atol=0.01)
