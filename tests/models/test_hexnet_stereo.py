"""hexnet on array events of real showers: one to any number of telescopes, in any order."""

import numpy as np
import pytest

from iactflow.data.array import ABSENT, GEOMETRY, leaders
from iactflow.data.direction import true_sky_offset
from iactflow.data.feeder import gather
from iactflow.data.schema import PIXELS
from iactflow.data.store import Store
from iactflow.models.assemble import label_model, physical_model
from iactflow.models.backend import keras
from iactflow.models.config import HexNet, Model, Stereo, Windowing
from iactflow.models.registry import backbone_of, build_network, examples_of, make_view

TASKS = ["type", "energy", "cameradirection", "skydirection"]
SMALL = HexNet(widths=[8, 12], blocks=[1, 0], hidden=[8])
COLUMNS = [*PIXELS, *GEOMETRY]


def config(**settings):
    return Model(name="hexnet", mode="stereo", hexnet=SMALL, **settings)


def build(store, model, seed=5):
    keras.utils.set_random_seed(seed)
    view = make_view(model, store.camera, seed=seed)
    return view, build_network(model, view.shapes, TASKS, hexagonal=view.hexagonal)


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store(sst1m_store)


@pytest.fixture(scope="module")
def groups(store):
    lit = np.flatnonzero(store.column("hillas_intensity") > 50)
    return examples_of(config(stereo=Stereo(telescopes_max=4)), store, lit)


@pytest.mark.parametrize("pooling", ["attention", "mean", "max"])
def test_the_order_of_telescopes_and_empty_places_do_not_matter(store, groups, pooling):
    model = config(stereo=Stereo(pooling=pooling))
    view, network = build(store, model)
    physical = physical_model(model, store.camera, view, network, TASKS)
    pixels = gather(store, groups, COLUMNS)
    expected = physical.predict(pixels, verbose=0)
    order = [2, 0, 3, 1]
    turned = {name: values[:, order] for name, values in pixels.items()}
    padded = gather(store, np.pad(groups, [(0, 0), (0, 3)], constant_values=ABSENT), COLUMNS)
    for other in (turned, padded):
        found = physical.predict(other, verbose=0)
        for name, values in expected.items():
            assert np.isfinite(values).all()
            np.testing.assert_allclose(found[name], values, rtol=1e-3, atol=2e-4)
    assert (groups == ABSENT).any()
    assert {name: values.shape for name, values in expected.items()} == dict.fromkeys(
        ("gammaness", "energy", "cam_x", "cam_y", "fov_lon", "fov_lat"), (len(groups),)
    )


def test_one_telescope_is_enough_and_more_change_the_estimate(store, groups):
    model = config()
    view, network = build(store, model)
    physical = physical_model(model, store.camera, view, network, TASKS)
    one = physical.predict(gather(store, groups[:, :1], COLUMNS), verbose=0)
    two = physical.predict(gather(store, groups[:, :2], COLUMNS), verbose=0)
    assert all(np.isfinite(values).all() for values in one.values())
    assert (np.abs(one["fov_lon"] - two["fov_lon"]) > 1e-3).all()


def test_a_network_that_trusts_the_crossing_alone_gives_the_direction_of_the_shower(store, groups):
    """With a share of one and no step of its own the network is the classical reconstruction: close to the truth."""
    model = config()
    view, network = build(store, model)
    for task in ("cameradirection", "skydirection"):
        for part, bias in (("step", [0, 0]), ("share", [1]), ("precision", [0, 0, 0])):
            layer = network.get_layer(f"{task}_{part}")
            layer.set_weights([np.zeros_like(layer.get_weights()[0]), np.array(bias, float)])
    physical = physical_model(model, store.camera, view, network, TASKS)
    bright = groups[(groups != ABSENT).sum(axis=1) >= 3]
    found = physical.predict(gather(store, bright, COLUMNS), verbose=0)
    true = true_sky_offset(store, leaders(bright))
    apart = np.hypot(found["fov_lon"] - true[:, 0], found["fov_lat"] - true[:, 1])
    assert len(bright) >= 5
    assert np.median(apart) < 0.15
    degree = np.radians(5.6)
    np.testing.assert_allclose(found["cam_x"] / degree, found["fov_lat"], atol=1e-3)
    np.testing.assert_allclose(found["cam_y"] / degree, found["fov_lon"], atol=1e-3)


def test_turning_an_event_while_training_leaves_its_geometry_whole(store, groups):
    """The same network, trusting the crossing, says the same however the event was turned."""
    model = config(window=Windowing(side=12, augment=True))
    view, network = build(store, model)
    for part, bias in (("step", [0, 0]), ("share", [1]), ("precision", [0, 0, 0])):
        layer = network.get_layer(f"skydirection_{part}")
        layer.set_weights([np.zeros_like(layer.get_weights()[0]), np.array(bias, float)])
    labels = label_model(view, network)
    pixels = gather(store, groups, COLUMNS)
    still = np.asarray(labels(pixels)["skydirection"])
    for _ in range(3):
        np.testing.assert_allclose(np.asarray(labels(pixels, training=True)["skydirection"]), still, atol=5e-3)


def test_a_saved_model_says_the_same_and_takes_its_backbone_from_single_telescopes(store, groups, tmp_path):
    from iactflow.models.bundle import load_model
    from iactflow.models.initial import start_from

    mono = Model(name="hexnet", hexnet=SMALL)
    keras.utils.set_random_seed(8)
    single = make_view(mono, store.camera)
    donor = build_network(mono, single.shapes, TASKS)
    physical_model(mono, store.camera, single, donor, TASKS).save(tmp_path / "mono.keras")
    model = config()
    view, network = build(store, model)
    start_from(network, str(tmp_path / "mono.keras"))
    for here, there in zip(backbone_of(network).weights, backbone_of(donor).weights, strict=True):
        np.testing.assert_array_equal(here, there)
    physical = physical_model(model, store.camera, view, network, TASKS)
    physical.save(tmp_path / "stereo.keras")
    pixels = gather(store, groups, COLUMNS)
    again = load_model(tmp_path / "stereo.keras").predict(pixels, verbose=0)
    for name, values in physical.predict(pixels, verbose=0).items():
        assert np.isfinite(values).all()
        np.testing.assert_array_equal(again[name], values)
