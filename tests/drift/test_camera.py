import numpy as np
import pytest

from iactflow.drift.camera import LEAST_IMAGES, compare_cameras
from iactflow.drift.config import Drift
from iactflow.drift.pixels import PixelSums

N_PIXELS = 400


def camera(n_images=500, seed=1, factors=None, common=1.0):
    """Give the sums of one telescope whose pixels have a noise of 1, but for the factors of some."""
    noise = np.full(N_PIXELS, common)
    for pixel, factor in (factors or {}).items():
        noise[pixel] *= factor
    charge = np.random.default_rng(seed).normal(size=(n_images, N_PIXELS)) * noise
    square = charge**2
    return {1: PixelSums(n_images, np.full(N_PIXELS, float(n_images)), square.sum(axis=0), (square**2).sum(axis=0))}


def test_the_same_camera_in_other_nights_has_not_changed():
    verdict = compare_cameras(camera(), camera(seed=2), Drift())
    assert not verdict.drifted
    assert verdict.changed == {1: []}
    assert (verdict.n_pixels, verdict.n_telescopes, verdict.n_images) == (N_PIXELS, 1, (500, 500))


def test_dead_noisy_and_quiet_pixels_are_found_by_number():
    verdict = compare_cameras(camera(), camera(seed=2, factors={7: 0, 30: 2, 31: 0.5, 200: 1.1}), Drift())
    assert verdict.changed == {1: [7, 30, 31]}
    assert verdict.dead == (0, 1)
    assert verdict.share == pytest.approx(3 / N_PIXELS)
    assert not verdict.drifted
    assert verdict.ratio[1][30] == pytest.approx(2, rel=0.15)
    assert verdict.ratio[1][7] is None


def test_the_share_of_changed_pixels_decides():
    verdict = compare_cameras(camera(), camera(seed=2, factors=dict.fromkeys(range(4), 0)), Drift())
    assert verdict.share == verdict.threshold == 0.01
    assert verdict.drifted


def test_pixels_that_came_back_changed_and_those_that_stayed_dead_did_not():
    verdict = compare_cameras(camera(factors={3: 0, 4: 0}), camera(seed=2, factors={4: 0}), Drift())
    assert verdict.changed == {1: [3]}
    assert verdict.dead == (2, 1)


def test_what_changes_all_pixels_alike_is_no_change_of_single_ones():
    assert compare_cameras(camera(), camera(seed=2, common=3), Drift()).changed == {1: []}


def test_few_images_do_not_make_chance_a_change():
    verdict = compare_cameras(camera(LEAST_IMAGES), camera(LEAST_IMAGES, seed=2), Drift(pixel_change=1.01))
    assert verdict.share < 0.01


def test_telescopes_with_too_few_images_are_not_compared():
    assert compare_cameras(camera(), camera(LEAST_IMAGES - 1), Drift()) is None
    assert compare_cameras(camera(), {2: camera()[1]}, Drift()) is None
