import numpy as np
import pytest

from iactflow.simulate.atmosphere import PARANAL
from iactflow.simulate.efficiency import Efficiency
from iactflow.simulate.light import Receivers
from iactflow.simulate.shower import Settings, simulate_shower
from iactflow.simulate.site import Site

MUON, ALT, LEVEL, DISTANCE = 2, 30.0, 2150.0, 150.0


def test_light_is_refracted_towards_the_vertical():
    # Muons of 10 TeV at 60 deg from the vertical, without magnetic field, seen by mirrors 150 m to both sides. Snell in
    # flat layers: n sin(zenith) stays, so that the zenith angle shrinks by (n0 - n) tan(zenith), n at the height whose
    # Cherenkov angle leads to 150 m.
    sin = np.sin(np.radians(ALT))
    mirrors = Receivers(np.zeros(2), np.array([-1, 1]) * DISTANCE, np.zeros(2), np.full(2, 12.0), ALT, 0.0, 5.0)
    place = Site("no field", LEVEL, PARANAL, (0.0, 0.0, 0.0), 0.0)
    band = Efficiency("band", (300.0, 600.0), (1.0, 1.0), 1.0)
    options = {"settings": Settings(absorption=False), "start_height": 20_000.0}
    shift = []
    for index in range(12):
        light = simulate_shower(MUON, 10.0, ALT, 0.0, mirrors, np.zeros((1, 2)), place, band, 1, index, **options)[1][0]
        shift.append(np.mean([np.median(light.fov_lat[light.telescope == k]) for k in range(2)]))
    height = 6000.0
    for _ in range(20):
        theta = np.sqrt(2 * PARANAL.refractivity(height))
        height = LEVEL + DISTANCE / np.tan(theta) * sin
    expected = np.degrees((PARANAL.refractivity(LEVEL) - PARANAL.refractivity(height)) / np.tan(np.radians(ALT)))
    assert 0.006 < expected < 0.009
    assert np.mean(shift) == pytest.approx(expected, rel=0.2)


def test_light_far_from_the_track_has_the_cherenkov_angle_of_its_height():
    # A vertical muon of 10 TeV and a mirror 80 m beside it: the height from which the cone of light leads there.
    mirrors = Receivers(np.array([80.0]), np.zeros(1), np.zeros(1), np.array([5.0]), 90.0, 0.0, 5.0)
    place = Site("no field", LEVEL, PARANAL, (0.0, 0.0, 0.0), 0.0)
    band = Efficiency("band", (300.0, 600.0), (1.0, 1.0), 1.0)
    options = {"settings": Settings(absorption=False), "start_height": 15_000.0}
    angles = []
    for index in range(10):
        light = simulate_shower(MUON, 10.0, 90.0, 0.0, mirrors, np.zeros((1, 2)), place, band, 1, index, **options)[1][
            0
        ]
        angles.append(np.median(np.hypot(light.fov_lon, light.fov_lat)))
    heights = np.arange(LEVEL + 1, 10_000.0, 5.0)
    theta = np.sqrt(2 * PARANAL.refractivity(heights))
    expected = np.degrees(np.interp(80.0, (heights - LEVEL) * np.tan(theta), theta))
    assert np.mean(angles) == pytest.approx(expected, rel=0.02)
