import numpy as np
import pytest

from iactflow.generation.ripples import LENGTHS, draw, fit

N_IMAGES, N_PIXELS = 400, 40


def images(strengths, seed=3):
    """Draw deviations in random pixels of a camera of one square metre."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-0.5, 0.5, (600, 2))
    pixel = np.concatenate([rng.choice(600, N_PIXELS, replace=False) for _ in range(N_IMAGES)])
    drawn = [draw(strengths, xy[pixel[k * N_PIXELS :][:N_PIXELS]], rng) for k in range(N_IMAGES)]
    return np.repeat(np.arange(N_IMAGES), N_PIXELS), pixel, np.concatenate(drawn), xy


def variogram(strengths, distance):
    """Half the mean square of the difference of two pixels, as the law has it."""
    likeness = np.append(np.exp(-distance / LENGTHS[:-1]), np.exp(-((distance / LENGTHS[-1]) ** 2) / 2))
    return strengths[0] + strengths[1:] @ (1 - likeness)


@pytest.mark.parametrize("strengths", [[0.1, 0, 0, 2.0, 0], [0.5, 0.5, 0, 0, 8.0], [0, 0, 1.0, 0, 0]])
def test_known_strengths_are_found_again(strengths):
    strengths = np.array(strengths)
    found = fit(*images(strengths))
    for distance in (0.07, 0.2, 0.5):
        assert variogram(found, distance) == pytest.approx(variogram(strengths, distance), rel=0.12)


def test_drawn_deviations_have_the_variance_and_likeness_of_the_law():
    rng = np.random.default_rng(5)
    xy = np.array([[0.0, 0.0], [0.3, 0.0], [0.0, 0.3]])
    drawn = np.stack([draw(np.array([0.2, 0, 1.0, 0, 0]), xy, rng) for _ in range(20_000)])
    covariance = np.cov(drawn.T)
    assert np.diag(covariance) == pytest.approx(np.full(3, 1.2), rel=0.04)
    assert covariance[0, 1:] == pytest.approx(np.full(2, np.exp(-1)), abs=0.03)


def test_without_pairs_there_are_no_ripples():
    nothing = fit(np.arange(5), np.arange(5), np.ones(5), np.zeros((5, 2)))
    assert not nothing.any()
    assert not fit(np.arange(0), np.arange(0), np.ones(0), np.zeros((5, 2))).any()
    assert not draw(nothing, np.zeros((4, 2)), np.random.default_rng(1)).any()
