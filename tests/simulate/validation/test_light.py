import numpy as np
import pytest

from iactflow.simulate.light import Receivers
from iactflow.simulate.validation import light
from iactflow.simulate.validation.corsika import Photons, geometry, read


def test_angles_and_times_are_those_put_in():
    rng = np.random.default_rng(2)
    n = 20_000
    image = rng.integers(0, 2, n)
    towards = np.array([[1.0, 0.0], [0.0, 1.0]])
    along, across = rng.normal(1.0, 0.5, n), rng.normal(0, 0.1, n)
    lon, lat = np.where(image == 0, along, -across), np.where(image == 0, across, along)
    photons = Photons(image, lon, lat, rng.normal(0, 3.0, n) + 1000.0 * image, 5.0)
    found = light.measure(photons, np.array([200.0, 220.0]), towards)
    row = light.IMPACTS.index(180)
    assert found[row] == pytest.approx([5.0 * n, 0.5, 0.1, 3.0], rel=0.03)
    assert found[row + 1, 0] == 0
    assert np.isnan(found[row + 1, 1:]).all()


def test_times_of_faint_images_do_not_count():
    photons = Photons(np.array([0] * 19 + [1] * 21), np.zeros(40), np.zeros(40), np.arange(40.0), 1.0)
    _, timed = light.times(photons, 2)
    assert timed.sum() == 21


def test_geometry_of_a_vertical_shower():
    receivers = Receivers(np.array([100.0, 0.0]), np.array([0.0, 50.0]), np.zeros(2), np.ones(2), 90.0, 0.0, 5.0)
    impact, towards = geometry(receivers, np.array([[0.0, 0.0], [100.0, 50.0]]))
    assert impact == pytest.approx([100, 50, 50, 100])
    # A telescope to the north of the core sees light from the south; there, latitude about the zenith grows.
    assert towards[0] == pytest.approx([0, 1])


def test_the_corsika_file_has_one_hadronic_shower(photons):
    receivers, showers = read(photons)
    assert receivers.n_telescopes == 70
    assert [number for number, shower in enumerate(showers) if shower.hadronic] == [5]  # the sixth, of 109 GeV
    assert showers[12].energy == pytest.approx(4.96, abs=0.01)
