"""Stacked pictures: the channels of all telescopes side by side, as CTLearn stacks them."""

import numpy as np
import pytest

from iactflow.data.array import ABSENT, by_telescope, group_events
from iactflow.data.feeder import gather
from iactflow.data.store import Store
from iactflow.models.config import Mapping, Model
from iactflow.models.registry import build_network, make_view
from iactflow.models.view import picture_view


@pytest.fixture(scope="module")
def store(sst1m_store):
    """The real showers, as if the array were of three of its telescopes."""
    store = Store(sst1m_store)
    counts = np.unique(store.column("tel_id"), return_counts=True)
    kept = counts[0][np.argsort(-counts[1])[:3]]
    store.camera.__dict__["telescopes"] = store.camera.telescopes[np.isin(store.camera.telescopes["tel_id"], kept)]
    return store


@pytest.fixture(scope="module")
def groups(store):
    rows = np.flatnonzero(np.isin(store.column("tel_id"), store.camera.telescopes["tel_id"]))
    return by_telescope(store, group_events(store, rows, least=1, most=3))


def test_each_telescope_has_its_channels_and_zeros_where_it_saw_nothing(store, groups):
    model = Model(mode="stereo", mapping=Mapping(channels=["cleaned_image", "peak_time"]))
    view = make_view(model, store.camera)
    single = picture_view(store.camera, model.mapping)
    names = ["image", "peak_time", "image_mask"]
    seen = np.asarray(view.model(gather(store, groups, names)))
    assert seen.shape[-1] == 6
    assert (groups == ABSENT).any()
    for telescope in range(3):
        here = groups[:, telescope] != ABSENT
        expected = np.asarray(single.model(gather(store, groups[here, telescope], names)))
        np.testing.assert_array_equal(seen[here, ..., 2 * telescope : 2 * telescope + 2], expected)
        assert not seen[~here, ..., 2 * telescope : 2 * telescope + 2].any()


def test_ctlearns_network_takes_the_stack(store, groups):
    model = Model(mode="stereo")
    view = make_view(model, store.camera)
    network = build_network(model, view.shapes, ["energy", "skydirection"])
    pixels = gather(store, groups, [tensor.name for tensor in view.model.inputs])
    given = network(view.model(pixels))
    assert {name: tuple(values.shape) for name, values in given.items()} == {
        "energy": (len(groups), 1),
        "skydirection": (len(groups), 2),
    }
