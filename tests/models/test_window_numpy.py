"""Windows cut by NumPy beside those of the layer, on real images."""

import numpy as np
import pytest

from iactflow.data.feeder import gather
from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.models.lattice import Lattice
from iactflow.models.window import CHANNELS, Window
from iactflow.models.window_numpy import NumpyWindow

DEGREE = np.radians(5.6)


@pytest.fixture(scope="module")
def camera(sst1m_store):
    return Store(sst1m_store).camera


@pytest.fixture(scope="module")
def pixels(sst1m_store):
    """All 129 images, the first ten of them with a mask that cleaning emptied."""
    columns = gather(Store(sst1m_store), np.arange(129), ["image", "peak_time", "image_mask"])
    return {**columns, "image_mask": columns["image_mask"] & (np.arange(129) >= 10)[:, None]}


def layer_of(camera, **settings):
    settings = {"side": 24, "channels": CHANNELS, "augment": False, **settings}
    return Window.of(Lattice.of(camera.geometry), DEGREE, **settings)


def both(layer, pixels):
    seen = {name: np.asarray(value) for name, value in layer(pixels).items()}
    return seen, NumpyWindow.of(layer)(pixels)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"symmetry": 7},
        {"side": None, "transform": "sqrt"},
        {"transform": "linear", "channels": ["time", "charge"]},
    ],
)
def test_it_gives_what_the_layer_gives(camera, pixels, settings):
    expected, found = both(layer_of(camera, **settings), pixels)
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert found[name].dtype == np.float32
        # second moments about a centroid far from the camera's centre lose digits in the layer's float32
        np.testing.assert_allclose(found[name], values, rtol=1e-5, atol=0.02 if name == "axis" else 5e-4)


def test_images_are_aligned_as_by_the_layer(camera, pixels):
    """Where cleaning left one pixel, or pixels in line with the lattice, two orientations are equally right."""
    expected, found = both(layer_of(camera, align=True), pixels)
    clear = (pixels["image_mask"].sum(axis=1) > 4) & (np.linalg.norm(expected["axis"], axis=1) < 0.999)
    assert clear.sum() > 50
    for name in ("window", "scalars", "origin", "frame"):
        np.testing.assert_allclose(found[name][clear], expected[name][clear], rtol=1e-5, atol=5e-4)
    assert len(np.unique(found["frame"].round(3), axis=0)) > 6  # by many symmetries


def test_it_is_the_same_when_read_back(camera, pixels, tmp_path):
    for align in (False, True):
        window = NumpyWindow.of(layer_of(camera, align=align))
        window.save(tmp_path / "window.npz")
        again = NumpyWindow.load(tmp_path / "window.npz")(pixels)
        for name, values in window(pixels).items():
            np.testing.assert_array_equal(again[name], values)


def test_a_damaged_file_is_said(tmp_path):
    (tmp_path / "window.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"window\.npz is no window that can be read"):
        NumpyWindow.load(tmp_path / "window.npz")
