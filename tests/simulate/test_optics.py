import math
from dataclasses import replace

import numpy as np
import pytest

from iactflow.simulate.optics import NOWHERE, build_facets, facet_positions, reflect
from iactflow.simulate.presets import CT5_DISH, MST_DISH, SST1M_DISH
from iactflow.simulate.rng import state_of


def image(dish, offset, rng, n=10_000):
    """Image of a star `offset` degrees above the pointing: x, y in m, delay in ns."""
    facets, state = build_facets(dish, 1), state_of(rng)
    lat = math.degrees(math.tan(math.radians(offset)))
    rows = np.array([reflect(0.0, lat, NOWHERE, NOWHERE, facets, state) for _ in range(n)])
    assert rows[:, 0].all()  # each photon was given a place on a facet
    return rows[:, 1:].T


@pytest.mark.parametrize(("dish", "n"), [(SST1M_DISH, 18), (MST_DISH, 84), (CT5_DISH, 875)])
def test_facets_have_the_number_and_the_area_of_the_telescope(dish, n):
    facets = build_facets(dish, 1)
    area = (facets.raster >= 0).mean() * (2 * facets.extent) ** 2
    assert len(facet_positions(dish.facets)) == n
    assert area == pytest.approx(dish.mirror_area, rel=0.01)


def test_a_paraboloid_of_perfect_facets_focuses_light_along_its_axis(rng):
    perfect = replace(CT5_DISH, facet_focal_spread=0.0, alignment=0.0, reflection_angle=0.0)
    x, y, delay = image(perfect, 0.0, rng)
    # a spherical facet of 0.9 m seen under up to 13 deg has astigmatism; it stays far below a pixel of 5 cm
    assert np.hypot(x, y).max() < 0.02
    assert delay.std() < 0.02  # ns: all paths to the focus of a paraboloid are equally long


def test_plate_scale_is_the_effective_focal_length_of_the_public_file(rng):
    x, y, _ = image(SST1M_DISH, 2.0, rng)
    assert x.mean() / math.tan(math.radians(2)) == pytest.approx(5.69705, rel=0.003)
    assert abs(y.mean()) < 1e-3


def test_coma_widens_spots_off_axis_along_the_offset(rng):
    spots = [image(SST1M_DISH, offset, rng) for offset in (0, 2, 4)]
    radial = [np.degrees(spot[0].std() / 5.6) for spot in spots]
    across = [np.degrees(spot[1].std() / 5.6) for spot in spots]
    assert radial[0] < radial[1] < radial[2]
    assert radial[2] > 1.5 * across[2]
    # Davies-Cotton, f/1.4: about 0.1 deg radially at 4 deg (Schliesser & Mirzoyan 2005, Astropart. Phys. 24, 382)
    assert radial[2] == pytest.approx(0.092, abs=0.015)


def test_time_spread_of_the_intermediate_dish_is_what_its_makers_say(rng):
    _, _, delay = image(MST_DISH, 0.0, rng)
    assert delay.std() == pytest.approx(0.7, abs=0.02)  # "sigma_t <= 0.7 ns" in the public file's configuration


def test_photons_whose_place_is_known_focus_at_a_finite_distance(rng):
    """Light of a point 15 km away meets at one point only if place and direction belong together."""
    dish = replace(CT5_DISH, facet_focal_spread=0.0, alignment=0.0, reflection_angle=0.0)
    facets = build_facets(dish, 1)
    n, distance = 5000, dish.focus_distance
    x, y = 13 * (2 * rng.random(n) - 1), 9 * (2 * rng.random(n) - 1)
    lat, lon = -np.degrees(x / distance), -np.degrees(y / distance)
    state = state_of(rng)
    rows = [reflect(*photon, facets, state) for photon in zip(lon, lat, x, y, strict=True)]
    met, found_x, found_y, _ = np.array(rows).T
    met = met > 0
    assert 0.8 < met.mean() < 1  # gaps between facets
    assert np.hypot(found_x[met], found_y[met]).max() < 0.025


def test_images_are_those_of_ctapipes_frames(rng):
    import astropy.units as u
    from astropy.coordinates import AltAz, SkyCoord
    from ctapipe.coordinates import CameraFrame

    from iactflow.simulate.frames import direction, pointing_axes

    alt, az = 71.0, 12.0
    axis, up, right = pointing_axes(70, 10)
    source = direction(alt, az)
    pointing = SkyCoord(alt=70 * u.deg, az=10 * u.deg, frame=AltAz())
    frame = CameraFrame(focal_length=5.6 * u.m, telescope_pointing=pointing)
    wanted = SkyCoord(alt=alt * u.deg, az=az * u.deg, frame=AltAz()).transform_to(frame)
    assert 5.6 * source @ up / (source @ axis) == pytest.approx(wanted.x.to_value("m"), abs=2e-3)
    assert 5.6 * source @ right / (source @ axis) == pytest.approx(wanted.y.to_value("m"), abs=2e-3)
    x, _, _ = image(SST1M_DISH, 1.0, rng)
    assert x.mean() > 0  # a source at higher altitude has larger x
