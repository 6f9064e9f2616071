"""hexnet: its convolution, and whole models of real cameras that are saved and opened again."""

import numpy as np
import pytest

from iactflow.data.feeder import gather
from iactflow.data.store import Store
from iactflow.models.assemble import physical_model
from iactflow.models.backend import keras
from iactflow.models.bundle import load_model
from iactflow.models.config import HexNet, Model, Windowing
from iactflow.models.hexnet import HexConv
from iactflow.models.registry import build_network, make_view

TASKS = ["type", "energy", "cameradirection", "skydirection"]
SMALL = HexNet(widths=[8, 12], blocks=[1, 0], hidden=[8])


@pytest.fixture(scope="module")
def astri_store(flashcam_simtel, tmp_path_factory):
    from iactflow.ingest.run import run

    return run([str(flashcam_simtel)], tmp_path_factory.mktemp("astri") / "store", camera="ASTRICam").path


def build(store, **settings):
    model, camera = Model(name="hexnet", hexnet=SMALL, **settings), store.camera
    view = make_view(model, camera)
    network = build_network(model, view.shapes, TASKS, hexagonal=view.hexagonal)
    return network, physical_model(model, camera, view, network, TASKS)


def test_a_convolution_reaches_a_cell_and_its_six_neighbours():
    layer = HexConv(1, use_bias=False, kernel_initializer="ones")
    image = np.zeros((1, 5, 5, 1), np.float32)
    image[0, 2, 2, 0] = 1
    reached = np.argwhere(np.asarray(layer(image))[0, ..., 0] == 1) - 2
    assert sorted(map(tuple, reached.tolist())) == [(-1, 0), (-1, 1), (0, -1), (0, 0), (0, 1), (1, -1), (1, 0)]


@pytest.mark.parametrize("store", ["sst1m_store", "flashcam_store", "lst_store", "astri_store"])
@pytest.mark.parametrize("side", [12, None])
def test_cameras_of_both_kinds_give_every_quantity_and_survive_saving(store, side, request, tmp_path):
    store = Store(request.getfixturevalue(store))
    _, model = build(store, window=Windowing(side=side))
    rows = np.arange(min(5, len(store)))
    pixels = gather(store, rows, ["image", "peak_time", "image_mask"])
    expected = model.predict(pixels, verbose=0)
    assert {name: values.shape for name, values in expected.items()} == dict.fromkeys(
        ("gammaness", "energy", "cam_x", "cam_y", "fov_lon", "fov_lat"), (len(rows),)
    )
    assert ((expected["gammaness"] > 0) & (expected["gammaness"] < 1)).all()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras").predict(pixels, verbose=0)
    for name, values in expected.items():
        np.testing.assert_array_equal(again[name], values)


def test_a_network_that_points_nowhere_gives_the_centre_of_the_window(sst1m_store):
    store = Store(sst1m_store)
    network, model = build(store)
    for task in ("cameradirection", "skydirection"):
        network.get_layer(task).set_weights([np.zeros((8, 2)), np.array([0.3, 0.0])])
    lit = np.flatnonzero(store.column("hillas_intensity") > 50)[:6]
    pixels = gather(store, lit, ["image", "peak_time", "image_mask"])
    given = model.predict(pixels, verbose=0)
    charge = np.where(pixels["image_mask"], pixels["image"], 0)
    geometry = store.camera.geometry
    xy = np.stack([geometry.pix_x.value, geometry.pix_y.value], axis=1)
    centroid = charge @ xy / charge.sum(axis=1, keepdims=True)
    centre = xy[np.linalg.norm(centroid[:, None] - xy, axis=-1).argmin(axis=1)]
    degree = np.radians(5.6)
    np.testing.assert_allclose(given["cam_x"], centre[:, 0] + 0.3 * degree, atol=1e-5)
    np.testing.assert_allclose(given["cam_y"], centre[:, 1], atol=1e-5)
    np.testing.assert_allclose(given["fov_lat"], centre[:, 0] / degree + 0.3, atol=1e-4)
    np.testing.assert_allclose(given["fov_lon"], centre[:, 1] / degree, atol=1e-4)


def test_an_average_over_symmetries_turns_with_the_image(sst1m_store, tmp_path):
    """Averaged over the group, offsets of an untrained network turn exactly with what it sees; also after a reload."""
    store = Store(sst1m_store)
    pixels = gather(store, np.arange(4), ["image", "peak_time", "image_mask"])
    given = []
    for symmetry in (0, 7):
        model = Model(name="hexnet", hexnet=SMALL, window=Windowing(average=True))
        keras.utils.set_random_seed(5)
        view = make_view(model, store.camera, symmetry=symmetry)
        network = build_network(model, view.shapes, TASKS)
        whole = physical_model(model, store.camera, view, network, TASKS)
        given.append(whole.predict(pixels, verbose=0))
    whole.save(tmp_path / "model.keras")
    given.append(load_model(tmp_path / "model.keras").predict(pixels, verbose=0))
    for name, values in given[0].items():
        np.testing.assert_allclose(given[1][name], values, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(given[2][name], values, rtol=1e-4, atol=1e-5)
