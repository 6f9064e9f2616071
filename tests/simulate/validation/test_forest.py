import numpy as np
import pytest

from iactflow.simulate.validation import forest
from iactflow.simulate.validation.forest import Estimated
from iactflow.simulate.validation.images import Images, pairs, stereo_features, telescope_frame


def estimated(n=20_000):
    rng = np.random.default_rng(4)
    true = np.full(n, 3.0)
    separation = np.hypot(*rng.normal(0, 0.1, (2, n)))
    return Estimated(
        true * rng.normal(1.05, 0.2, n), true, separation, rng.random(n), np.ones(n, bool), np.arange(n) // 5
    )


def test_performance_returns_what_was_put_in():
    found, rows = estimated(), np.arange(20_000)
    assert forest.energy_resolution(found, rows) == pytest.approx(0.2, abs=0.005)
    assert forest.energy_bias(found, rows) == pytest.approx(0.05, abs=0.005)
    # Rayleigh: 68.27 % lie within sigma sqrt(-2 ln(1 - 0.6827)).
    assert forest.angular_resolution(found, rows) == pytest.approx(0.1 * np.sqrt(-2 * np.log(0.31731)), rel=0.02)


def test_few_events_are_not_judged():
    found = estimated(100)
    assert forest.with_interval(forest.energy_bias, found, np.arange(29)) == "-"
    assert forest.with_interval(forest.energy_bias, found, np.arange(30)) != "-"


def image_of(source, core, places, height=8.0):
    """Two images of one axis: light from a height (km) above telescopes in the plane perpendicular to the pointing."""
    cog = [source + np.degrees((core - place) / (1000 * height)) for place in places]
    psi = [np.arctan2(*(c - source)[::-1]) for c in cog]
    n = len(places)
    return Images(
        np.zeros((n, 1)), np.ones(n), np.array(cog), np.array(psi), np.tile(source, (n, 1)), np.ones(n),
        np.ones(n, bool), np.zeros(n, int), np.zeros(n, int), np.arange(n) + 21,
    )  # fmt: skip


def test_crossing_axes_give_source_core_and_height():
    source, core = np.array([0.5, -0.3]), np.array([40.0, 120.0])
    places = [np.array([-70.0, -30.0]), np.array([70.0, 30.0])]
    images = image_of(source, core, places)
    both = pairs(images)
    assert both.tolist() == [[0, 1]]
    found = stereo_features(images, both, {21: tuple(places[0]), 22: tuple(places[1])})[0]
    distance = [np.linalg.norm(core - place) for place in places]
    assert found[:, 0] == pytest.approx(distance)
    assert found[:, 1] == pytest.approx(8.0, rel=1e-3)
    assert np.hypot(found[:, 2], found[:, 3]) == pytest.approx(np.linalg.norm(source - images.cog, axis=1))


def test_of_both_ends_the_pair_that_agrees_is_taken():
    source = np.array([0.5, -0.3])
    images = image_of(source, np.array([40.0, 120.0]), [np.array([-70.0, -30.0]), np.array([70.0, 30.0])])
    along = np.stack([np.cos(images.psi), np.sin(images.psi)], axis=1)[None]
    disp = np.linalg.norm(source - images.cog, axis=1)[None]
    for chance in (0.0, 1.0):  # what a single image believes does not matter
        point = forest._directions(images.cog[None], along, disp, np.full((1, 2), chance), np.ones((1, 2)))
        assert point[0] == pytest.approx(source)
    # A single image takes the end that is more likely.
    one = forest._directions(images.cog[None, :1], along[:, :1], disp[:, :1], np.array([[0.2]]), np.ones((1, 1)))
    assert one[0] == pytest.approx(images.cog[0] - disp[0, 0] * along[0, 0])


def test_telescope_frame_is_longitude_and_latitude_about_the_pointing():
    found = telescope_frame(np.array([70.0, 71.0, 70.0]), np.array([0.0, 0.0, 1.0]), 70.0, 0.0)
    assert found[0] == pytest.approx([0, 0], abs=1e-9)
    assert found[1] == pytest.approx([0, 1])
    assert found[2] == pytest.approx([np.cos(np.radians(70)), 0], abs=0.01)
