import astropy.units as u
import numpy as np
import pytest

from iactflow.simulate.config import Simulate
from iactflow.simulate.frames import direction
from iactflow.simulate.instruments import resolve
from iactflow.simulate.thrower import draw_power_law, throw


def thrown(n=3000, **settings):
    _, config = resolve(Simulate(**settings))
    rng = np.random.default_rng(5)
    return config, [throw(config, rng) for _ in range(n)]


def test_energies_follow_the_power_law():
    _, showers = thrown(energy_min=1 * u.TeV, energy_max=10 * u.TeV, spectral_index=-2.0)
    energies = np.array([shower.energy for shower in showers])
    assert energies.min() >= 1
    assert energies.max() <= 10
    # dN/dE ~ E^-2 between 1 and 10: half of the showers lie below 1 / (1 - 0.45) TeV
    assert np.mean(energies < 1 / 0.55) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("index", [-1.0, -2.0, -2.7])
def test_power_laws_span_their_range(index):
    assert draw_power_law(0.0, 0.3, 50, index) == pytest.approx(0.3)
    assert draw_power_law(1.0, 0.3, 50, index) == pytest.approx(50)


def test_directions_fill_the_cone_evenly():
    _, showers = thrown(viewcone=3 * u.deg, azimuth=30 * u.deg)
    axis = direction(70, 30)
    angles = np.degrees([np.arccos(min(direction(s.alt, s.az) @ axis, 1)) for s in showers])
    assert angles.max() <= 3.0001
    assert np.mean(angles < 3 / np.sqrt(2)) == pytest.approx(0.5, abs=0.03)


def test_a_point_source_is_a_point():
    _, showers = thrown(10, viewcone=0 * u.deg)
    assert {(round(s.alt, 9), round(s.az, 9) % 360) for s in showers} == {(70.0, 0.0)}


def test_cores_fill_the_disc_evenly():
    _, showers = thrown(500, reuse=10, scatter_radius=400 * u.m)
    distance = np.concatenate([np.hypot(*shower.cores.T) for shower in showers])
    assert len(distance) == 5000
    assert distance.max() <= 400
    assert np.mean(distance < 200) == pytest.approx(0.25, abs=0.03)
