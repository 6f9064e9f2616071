import numpy as np
import pytest

from iactflow.generation.grid import Grid
from iactflow.generation.moments import NAMES, Frame, counted, ellipse, lit, measure, size
from iactflow.simulate.camera_tables import read_geometry

CENTRE, EXTENT, ANGLE = np.array([0.2, -0.3]), np.array([0.25, 0.1]), np.radians(40)


@pytest.fixture(scope="module")
def blob():
    """An elliptic image of a million photoelectrons, with pixels' positions."""
    geometry = read_geometry("FlashCam")
    xy = np.stack([geometry.pix_x.to_value("m"), geometry.pix_y.to_value("m")], axis=1)
    axes = np.array([[np.cos(ANGLE), np.sin(ANGLE)], [-np.sin(ANGLE), np.cos(ANGLE)]])
    away = (xy - CENTRE) @ axes.T / EXTENT
    density = np.exp(-(away**2).sum(axis=1) / 2)
    return np.rint(1e6 * density / density.sum())[None], xy


FRAME = Frame.of(np.array([[-0.1, 0.1]]), np.array([[30.0, -40.0]]))


def test_a_known_ellipse_is_measured_and_comes_back(blob):
    image, xy = blob
    moments = measure(image, xy, 0.05, FRAME)
    assert size(moments) == pytest.approx(image.sum(), rel=1e-9)
    assert lit(moments) == (image > 0).sum()
    assert moments[0, NAMES.index("log_bright")] == pytest.approx(np.log1p((image >= 5).sum()))
    centre, axes, extent = ellipse(moments, FRAME)
    np.testing.assert_allclose(centre[0], CENTRE, atol=2e-3)
    floor = (0.05 / 3) ** 2
    np.testing.assert_allclose(extent[0] ** 2 - floor, EXTENT**2, rtol=0.05)
    assert abs(np.dot(axes[0, 0], [np.cos(ANGLE), np.sin(ANGLE)])) == pytest.approx(1, abs=1e-3)
    # the axis runs towards (3, -4) / 5 from the direction
    along, across = (CENTRE - FRAME.source[0]) @ np.array([[0.6, 0.8], [-0.8, 0.6]])
    np.testing.assert_allclose(moments[0, 1:3], [along, across], atol=2e-3)


def test_drawn_counts_become_whole_numbers_and_measured_moments_stay(blob):
    image, xy = blob
    measured = measure(np.minimum(image, 7), xy, 0.05, FRAME)
    np.testing.assert_allclose(counted(measured), measured, atol=1e-12)
    drawn = np.array([[2.003, 0.1, 0.2, -3, -4, 0.5, 0.3, np.log1p(6.6), np.log1p(5.2)]])
    np.testing.assert_allclose(counted(drawn), [[np.log10(101), *drawn[0, 1:7], np.log(8), np.log(8)]])
    np.testing.assert_allclose(counted(drawn[:, :1]), [[np.log10(101)]])


def test_a_mirrored_image_has_mirrored_moments(blob):
    image, xy = blob
    flip = np.array([1.0, -1.0])
    frame = Frame(FRAME.source * flip, FRAME.axis * flip)
    here, there = measure(image, xy, 0.05, FRAME)[0], measure(image, xy * flip, 0.05, frame)[0]
    sign = np.array([-1.0 if name in ("across", "log_extent_mixed") else 1.0 for name in NAMES])
    np.testing.assert_allclose(there, sign * here, atol=1e-9)


def test_an_image_of_one_pixel_has_a_finite_extent(blob):
    _, xy = blob
    image = np.zeros((1, len(xy)), int)
    image[0, 100] = 9
    moments = measure(image, xy, 0.05, FRAME)
    assert np.isfinite(moments).all()
    np.testing.assert_allclose(ellipse(moments, FRAME)[2], 0.05 / 3)


def test_grid_turns_keep_frames_consistent(blob):
    image, xy = blob
    grid = Grid.of(read_geometry("FlashCam"))
    for turn in range(12):
        which = np.array([turn])
        turned = FRAME.turned(grid, which)
        here = measure(image, grid.turn_places(xy, np.full(len(xy), turn)), 0.05, turned)[0]
        there = measure(image, xy, 0.05, FRAME)[0]
        mirrored = np.linalg.det(grid.turns[turn]) < 0
        sign = np.array([-1.0 if mirrored and n in ("across", "log_extent_mixed") else 1.0 for n in NAMES])
        np.testing.assert_allclose(here, sign * there, atol=1e-4)
