import numpy as np
import pytest

from iactflow.errors import ConfigError
from iactflow.models.backend import keras
from iactflow.models.config import Model
from iactflow.models.registry import NETWORKS, backbone_of, build_network

UPSTREAM = [name for name in NETWORKS if name.startswith("ctlearn.")]


@pytest.mark.parametrize("name", UPSTREAM)
def test_every_network_gives_one_value_per_task_and_survives_saving(name, tmp_path):
    network = build_network(Model(name=name), (24, 24, 2), ["energy"])
    network.save(tmp_path / "network.keras")
    picture = np.random.default_rng(1).random((2, 24, 24, 2), np.float32)
    again = keras.saving.load_model(tmp_path / "network.keras")
    assert network(picture)["energy"].shape == (2, 1)
    np.testing.assert_array_equal(again(picture)["energy"], network(picture)["energy"])
    assert backbone_of(again).name.endswith("_block")


def test_ctlearns_networks_have_their_published_number_of_parameters():
    counts = {name: build_network(Model(name=name), (96, 96, 2), ["energy"]).count_params() for name in UPSTREAM}
    assert counts == {"ctlearn.SingleCNN": 302_154, "ctlearn.ResNet": pytest.approx(6.58e6, rel=0.01)}


def test_an_unknown_network_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"hexnet, ctlearn\.SingleCNN, ctlearn\.ResNet; or .* Received: resnet50"):
        build_network(Model(name="resnet50"), (24, 24, 2), ["energy"])


def test_a_network_without_a_backbone_is_refused():
    with pytest.raises(ConfigError, match="_block"):
        backbone_of(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="only")]))
