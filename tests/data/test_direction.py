"""Directions beside the pointing, against ctapipe's own frames."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import AltAz, SkyCoord
from ctapipe.coordinates import CameraFrame, TelescopeFrame

from iactflow.data.direction import camera_to_sky, sky_offset, sky_to_camera, true_camera_position, true_sky_offset
from iactflow.data.store import Store

FOCAL = 5.6


@pytest.mark.parametrize("pointing", [(70.0, 0.0), (30.0, 359.0), (89.0, 123.0)])
def test_offsets_and_positions_are_those_of_ctapipes_frames(pointing):
    rng = np.random.default_rng(3)
    alt, az = pointing[0] + rng.uniform(-4, 0.9, 50), pointing[1] + rng.uniform(-3, 3, 50)
    origin = SkyCoord(alt=pointing[0] * u.deg, az=pointing[1] * u.deg, frame=AltAz())
    source = SkyCoord(alt=alt * u.deg, az=az * u.deg, frame=AltAz())
    sky = source.transform_to(TelescopeFrame(telescope_pointing=origin))
    camera = source.transform_to(CameraFrame(focal_length=FOCAL * u.m, telescope_pointing=origin))

    offset = sky_offset(alt, az, *(np.full(50, value) for value in pointing))
    np.testing.assert_allclose(offset[:, 0], sky.fov_lon.wrap_at("180d").to_value("deg"), atol=1e-9)
    np.testing.assert_allclose(offset[:, 1], sky.fov_lat.to_value("deg"), atol=1e-9)
    position = sky_to_camera(offset, np.full(50, FOCAL))
    np.testing.assert_allclose(position, np.stack([camera.x.to_value("m"), camera.y.to_value("m")], 1), atol=1e-9)
    np.testing.assert_allclose(camera_to_sky(position, np.full(50, FOCAL)), offset, atol=1e-12)


def test_the_real_showers_come_from_the_centre_of_the_camera(sst1m_store):
    """The file was simulated on-axis; sim_telarray turns the array frame by 0.05 deg or less."""
    store = Store(sst1m_store)
    rows = np.arange(len(store))
    assert np.abs(true_sky_offset(store, rows)).max() < 0.05
    assert np.abs(true_camera_position(store, rows)).max() < np.radians(0.05) * FOCAL


def test_offsets_become_altitude_and_azimuth_without_a_jump_at_north():
    from iactflow.data.direction import offset_to_horizon, sky_offset

    rng = np.random.default_rng(5)
    offset, alt, az = rng.uniform(-4, 4, (100, 2)), np.full(100, 70.0), np.full(100, 359.0)
    found = offset_to_horizon(offset, alt, az)
    np.testing.assert_allclose(sky_offset(found[:, 0], found[:, 1], alt, az), offset, atol=1e-9)
    assert np.abs(found[:, 1] - 359).max() < 15
    # latitude grows with the altitude, longitude with the azimuth
    up, east = offset_to_horizon(np.array([[0.0, 1.0], [1.0, 0.0]]), alt[:2], az[:2])
    np.testing.assert_allclose(up, [71, 359])
    assert east[1] > 361
