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


def test_aligned_images_look_the_same_however_the_camera_is_turned(camera, pixels):
    """Turned by any symmetry about a pixel, an image is shown in the same orientation, and its frame says so."""
    layer = layer_of(camera, align=True)
    seen = {name: np.asarray(value) for name, value in layer(pixels).items()}
    lattice = Lattice.of(camera.geometry)
    basis = lattice.basis[0] / np.linalg.norm(lattice.basis[0])
    at = np.arctan2(seen["axis"][:, 1], seen["axis"][:, 0]) / 2 - np.arctan2(basis[1], basis[0])
    long = np.linalg.norm(seen["axis"], axis=1) > 0.3
    at = np.degrees(at[long]) % 180
    assert long.sum() >= 5
    assert ((at > -0.1) & (at < 30.1)).all()  # a twelfth of the circle, either end first
    places = cells_in_degrees(layer, camera)
    positions = lattice.xy / DEGREE
    for event in np.flatnonzero(long):
        place = seen["origin"][event] + places @ seen["frame"][event]
        distance = np.linalg.norm(place.reshape(-1, 1, 2) - positions, axis=-1)
        nearest, here = distance.argmin(axis=1), distance.min(axis=1) < 1e-3
        expected = np.where(here, np.arcsinh(pixels["image"][event][nearest] / 2), 0)
        np.testing.assert_allclose(seen["window"][event, ..., 0].reshape(-1), expected, atol=1e-4)


def test_the_longer_tail_of_an_aligned_image_points_the_same_way(camera):
    positions = Lattice.of(camera.geometry).xy / DEGREE
    charge = []
    for angle in np.radians([10, 130, 250, 350]):
        along = positions @ np.array([np.cos(angle), np.sin(angle)])
        across = positions @ np.array([-np.sin(angle), np.cos(angle)])
        # Bright at one end, with a long faint tail along the angle.
        charge.append(np.where((np.abs(across) < 0.2) & (along > 0) & (along < 2.5), 80 * np.exp(-along), 0))
    image = np.float32(charge)
    time = np.full_like(image, 30)
    layer = layer_of(camera, align=True, channels=["charge"])
    seen = layer({"image": image, "peak_time": time, "image_mask": image > 0})
    window = np.asarray(seen["window"])[..., 0]
    cells = cells_in_degrees(layer, camera)
    aim = np.array(layer.aim)
    for event in range(4):
        weights = np.sinh(window[event]) * 2
        along = cells @ aim
        mean = (weights * along).sum() / weights.sum()
        assert (weights * (along - mean) ** 3).sum() > 0


def test_images_of_an_event_are_turned_together_and_those_of_others_otherwise(camera, pixels):
    events = {name: values[:16].reshape(8, 2, -1) for name, values in pixels.items()}
    layer = layer_of(camera, augment=True, seed=4)
    still, turned = layer(events), layer(events, training=True)
    assert turned["window"].shape == (8, 2, 24, 24, 3)
    frame = np.asarray(turned["frame"])
    np.testing.assert_array_equal(frame[:, 0], frame[:, 1])
    assert len(np.unique(frame[:, 0].round(3), axis=0)) > 1
    flat = layer({name: values[:16] for name, values in pixels.items()})
    for name, values in flat.items():
        np.testing.assert_allclose(np.asarray(still[name]).reshape(np.shape(values)), values, atol=1e-6)


def test_the_axis_is_that_of_the_hillas_ellipse(camera, sst1m_store):
    store = Store(sst1m_store)
    rows = np.flatnonzero(store.column("hillas_intensity") > 100)
    seen = layer_of(camera)(gather(store, rows, ["image", "peak_time", "image_mask"]))
    psi = np.radians(store.column("hillas_psi")[rows])  # from the longitude, which is the camera's y
    length, width = (store.column(f"hillas_{name}")[rows] for name in ("length", "width"))
    size = (length**2 - width**2) / (length**2 + width**2)
    expected = size[:, None] * np.stack([-np.cos(2 * psi), np.sin(2 * psi)], axis=1)
    np.testing.assert_allclose(np.asarray(seen["axis"]), expected, atol=0.02)
    np.testing.assert_allclose(np.asarray(seen["charge"]), store.column("hillas_intensity")[rows], rtol=1e-4)
    centroid = np.stack([store.column(f"hillas_fov_{name}")[rows] for name in ("lat", "lon")], axis=1)
    np.testing.assert_allclose(np.asarray(seen["centroid"]), centroid, atol=2e-3)
