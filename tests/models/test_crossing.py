"""Crossing of image axes: showers whose geometry is known."""

import numpy as np
import pytest

from iactflow.models.crossing import crossing, stereo_features

#: Where a shower comes from (deg) and goes to (100 m), and how many deg light lies away from the source per 100 m.
SOURCE, CORE, FAR = np.array([0.4, -0.7]), np.array([1.1, 0.3]), 0.8
PLACES = np.array([[-0.6, 0.2], [0.7, -0.5], [0.1, 0.9], [1.5, 1.2]])


def shower(n):
    """Centroids, places, axes, charges of telescopes that see the shower."""
    away = CORE - PLACES[:n]
    centroids = SOURCE + FAR * away
    angle = np.arctan2(away[:, 1], away[:, 0])
    axis = 0.8 * np.stack([np.cos(2 * angle), np.sin(2 * angle)], axis=1)
    return [np.float32(part)[None] for part in (centroids, PLACES[:n], axis, np.full(n, 300.0), np.ones(n))]


def test_lines_that_cross_in_a_point_give_it():
    angles = np.radians([20.0, 75.0, 140.0])
    through = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.array([2.0, -1.0]) + np.array([3.0, -2.0, 5.0])[:, None] * through
    double = np.stack([np.cos(2 * angles), np.sin(2 * angles)], axis=1)
    found = crossing(np.float32(points)[None], np.float32(double)[None], np.float32([[1.0, 2.0, 0.5]]))
    np.testing.assert_allclose(np.asarray(found)[0], [2, -1], atol=0.02)


def test_a_line_of_no_weight_does_not_count():
    points = np.float32([[[0, 0], [1, 1], [5, 9]]])
    double = np.float32([[[1, 0], [-1, 0], [0.6, 0.8]]])  # along x, along y, aslant
    found = np.asarray(crossing(points, double, np.float32([[1, 1, 0]])))[0]
    np.testing.assert_allclose(found, [1, 0], atol=0.01)


def test_one_line_and_parallel_lines_stay_with_their_points():
    one = np.asarray(crossing(np.float32([[[3, 4]]]), np.float32([[[0, 1]]]), np.float32([[7]])))[0]
    np.testing.assert_allclose(one, [3, 4], atol=1e-5)
    two = np.asarray(crossing(np.float32([[[0, 0], [0, 2]]]), np.float32([[[1, 0]] * 2]), np.ones((1, 2), "f4")))[0]
    np.testing.assert_allclose(two, [0, 1], atol=1e-5)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_axes_cross_at_the_source_and_at_the_core(n):
    centroids, places, axis, charge, present = shower(n)
    found = np.asarray(stereo_features(centroids, places, axis, charge, present))[0]
    source, core = SOURCE - centroids[0], CORE - places[0]
    np.testing.assert_allclose(2 * found[:, :2], source, atol=0.06)  # bounded at 6 deg
    np.testing.assert_allclose(2 * found[:, 2:4], core, atol=0.06)
    np.testing.assert_allclose(2 * found[:, 4], np.linalg.norm(core, axis=1), rtol=0.05, atol=0.02)
    far = np.linalg.norm(source, axis=1) > 0.4
    np.testing.assert_allclose(np.exp(-found[far, 5]), FAR, rtol=0.1)


def test_telescopes_without_an_image_change_nothing_and_get_zeros():
    seen = shower(3)
    padded = [np.concatenate([part, np.full_like(part[:, :2], 9.0)], axis=1) for part in seen]
    padded[4][:, 3:] = 0
    expected, found = np.asarray(stereo_features(*seen))[0], np.asarray(stereo_features(*padded))[0]
    np.testing.assert_allclose(found[:3], expected, atol=1e-5)
    assert not found[3:].any()


def test_the_order_of_telescopes_does_not_matter():
    seen, order = shower(4), [2, 0, 3, 1]
    turned = [part[:, order] for part in seen]
    found = np.asarray(stereo_features(*turned))[0]
    np.testing.assert_allclose(found, np.asarray(stereo_features(*seen))[0][order], atol=1e-4)
