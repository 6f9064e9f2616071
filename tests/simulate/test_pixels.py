import astropy.units as u
import numpy as np
import pytest

from iactflow.simulate.camera_tables import read_geometry
from iactflow.simulate.pixels import build_raster, pixel_at


def find_pixels(x, y, raster):
    return np.array([pixel_at(*place, raster.index, raster.extent) for place in zip(x, y, strict=True)])


@pytest.mark.parametrize("camera", ["DigiCam", "FlashCam"])
def test_pixels_are_those_that_ctapipe_finds(camera, rng):
    geometry = read_geometry(camera)
    raster = build_raster(geometry)
    size = geometry.pix_x.to_value("m").max()
    x, y = (rng.uniform(-size, size, 20_000).astype(np.float32) for _ in range(2))
    found = find_pixels(x, y, raster)
    wanted = geometry.position_to_pix_index(x * u.m, y * u.m)
    inside = (wanted >= 0) & (found >= 0)
    assert (found == wanted)[inside].mean() > 0.98  # the rest lies within a cell of the raster of a border
    assert (found >= 0).mean() == pytest.approx((wanted >= 0).mean(), abs=0.01)


def test_places_beside_the_camera_have_no_pixel():
    raster = build_raster(read_geometry("DigiCam"))
    x, y = [5.0, 0.0, 1e30, -0.49], [0.0, -5.0, 0.0, 0.42]
    assert find_pixels(x, y, raster).tolist() == [-1, -1, -1, -1]


def test_pixel_centres_are_their_own():
    geometry = read_geometry("FlashCam")
    raster = build_raster(geometry)
    x, y = (axis.to_value("m").astype(np.float32) for axis in (geometry.pix_x, geometry.pix_y))
    assert find_pixels(x, y, raster).tolist() == list(range(1764))
