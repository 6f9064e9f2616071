"""Windows of real images: what is in them, and that turning them is undone by their frame."""

import numpy as np
import pytest

from iactflow.data.feeder import gather
from iactflow.data.store import Store
from iactflow.models.lattice import Lattice
from iactflow.models.window import CHANNELS, Window

DEGREE = np.radians(5.6)


@pytest.fixture(scope="module")
def camera(sst1m_store):
    return Store(sst1m_store).camera


@pytest.fixture(scope="module")
def pixels(sst1m_store):
    return gather(Store(sst1m_store), np.arange(0, 129, 8), ["image", "peak_time", "image_mask"])


def layer_of(camera, side=24, **settings):
    lattice = Lattice.of(camera.geometry)
    return Window.of(lattice, DEGREE, side=side, **{"channels": CHANNELS, "augment": False, **settings})


def cells_in_degrees(layer, camera):
    grid = np.arange(layer.side) - layer.side // 2
    return np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1) @ Lattice.of(camera.geometry).basis / DEGREE


@pytest.mark.parametrize("symmetry", [0, 1, 5, 6, 11])
def test_a_cell_shows_the_pixel_that_its_frame_points_at(camera, pixels, symmetry):
    """Every lit cell of a turned window, brought back by origin and frame, is a pixel of that charge."""
    layer = layer_of(camera, symmetry=symmetry)
    seen = {name: np.asarray(value) for name, value in layer(pixels).items()}
    places = cells_in_degrees(layer, camera)
    positions = Lattice.of(camera.geometry).xy / DEGREE
    for event in range(len(pixels["image"])):
        place = seen["origin"][event] + places @ seen["frame"][event]
        distance = np.linalg.norm(place.reshape(-1, 1, 2) - positions, axis=-1)
        nearest, here = distance.argmin(axis=1), distance.min(axis=1) < 1e-3
        assert (seen["window"][event, ..., 2].reshape(-1) == here).all()
        expected = np.where(here, np.arcsinh(pixels["image"][event][nearest] / 2), 0)
        np.testing.assert_allclose(seen["window"][event, ..., 0].reshape(-1), expected, atol=1e-4)


def test_the_window_lies_on_the_centroid_of_the_cleaned_image(camera, pixels):
    charge = np.where(pixels["image_mask"], pixels["image"], 0)
    lit = charge.sum(axis=1) > 0
    centroid = charge[lit] @ Lattice.of(camera.geometry).xy / DEGREE / charge[lit].sum(axis=1, keepdims=True)
    seen = layer_of(camera)(pixels)
    distance = np.linalg.norm(np.asarray(seen["origin"])[lit] - centroid, axis=1)
    assert distance.max() < 0.25 / np.sqrt(3) + 0.05  # from the corner of a pixel of 0.25 deg to its centre
    np.testing.assert_allclose(np.asarray(seen["scalars"])[lit, 1:], centroid / 2, atol=1e-4)
    np.testing.assert_allclose(np.asarray(seen["scalars"])[lit, 0], np.log10(charge[lit].sum(axis=1)) - 2.3, atol=1e-4)


def test_an_image_that_cleaning_emptied_is_centred_on_its_brightest_pixel(camera, pixels):
    nothing = {**pixels, "image_mask": np.zeros_like(pixels["image_mask"])}
    seen = layer_of(camera)(nothing)
    brightest = Lattice.of(camera.geometry).xy[pixels["image"].argmax(axis=1)] / DEGREE
    np.testing.assert_allclose(seen["origin"], brightest, atol=1e-5)
    assert all(np.isfinite(value).all() for value in seen.values())


def test_times_count_from_the_charge_weighted_median(camera):
    image = np.zeros((1, camera.n_pixels), np.float32)
    image[0, :3] = 30, 50, 30
    time = np.full((1, camera.n_pixels), 90, np.float32)
    time[0, :3] = 20, 23, 29
    seen = layer_of(camera, channels=["charge", "time"])({"image": image, "peak_time": time, "image_mask": image > 0})
    window = np.asarray(seen["window"])[0]
    lit = window[..., 0] > 0
    by_charge = sorted(zip(window[lit][:, 0], window[lit][:, 1], strict=True))
    assert [time for _, time in by_charge] == pytest.approx([-1, 2, 0], abs=0.02)  # (t - 23 ns) / 3 ns
    assert (window[~lit][:, 1] == 0).all()


def test_the_whole_camera_fits_however_it_is_turned(camera, pixels):
    lattice = Lattice.of(camera.geometry)
    for symmetry in range(12):
        layer = Window.of(lattice, DEGREE, side=None, channels=CHANNELS, augment=False, symmetry=symmetry)
        seen = layer(pixels)
        assert (np.asarray(seen["window"])[..., 2].sum(axis=(1, 2)) == camera.n_pixels).all()


def test_only_training_turns_images_and_each_time_otherwise(camera, pixels):
    layer = layer_of(camera, augment=True, seed=4)
    still = [np.asarray(layer(pixels)["window"]) for _ in range(2)]
    np.testing.assert_array_equal(*still)
    turning = [np.asarray(layer(pixels, training=True)["frame"]) for _ in range(2)]
    assert (turning[0] != turning[1]).any()
    again = np.asarray(layer_of(camera, augment=True, seed=4)(pixels, training=True)["frame"])
    np.testing.assert_array_equal(turning[0], again)
