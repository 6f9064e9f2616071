import numpy as np
import pytest

from iactflow.errors import ConfigError, InputError
from iactflow.models.backend import keras
from iactflow.models.config import Model
from iactflow.models.initial import freeze, start_from
from iactflow.models.registry import backbone_of, build_network

SHAPE = (24, 24, 2)


@pytest.fixture
def network():
    return build_network(Model(name="ctlearn.SingleCNN"), SHAPE, ["energy"])


@pytest.mark.parametrize("file", ["", "model.keras", "ctlearn.keras"])
def test_weights_come_from_a_bundle_or_either_of_its_files(network, energy_model, file):
    start_from(network, str(energy_model / file))
    trained = keras.saving.load_model(energy_model / "ctlearn.keras")
    for ours, theirs in zip(network.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_head_of_another_task_stays_fresh(energy_model):
    network = build_network(Model(name="ctlearn.SingleCNN"), SHAPE, ["cameradirection"])
    fresh = network.get_layer("cameradirection").get_weights()[0]
    start_from(network, str(energy_model))
    np.testing.assert_array_equal(network.get_layer("cameradirection").get_weights()[0], fresh)


def test_another_backbone_is_refused(energy_model):
    with pytest.raises(ConfigError, match=r"SingleCNN_block .* does not fit ThinResNet_block"):
        start_from(build_network(Model(name="ctlearn.ResNet"), SHAPE, ["energy"]), str(energy_model))


def test_another_number_of_channels_is_refused(energy_model):
    with pytest.raises(ConfigError, match=r"model\.mapping\.channels"):
        start_from(build_network(Model(name="ctlearn.SingleCNN"), (24, 24, 1), ["energy"]), str(energy_model))


def test_a_missing_and_a_wrong_file_are_refused(network, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        start_from(network, str(tmp_path / "none.keras"))
    (tmp_path / "text.keras").write_text("no model")
    with pytest.raises(InputError, match="no Keras model"):
        start_from(network, str(tmp_path / "text.keras"))


def test_a_frozen_backbone_leaves_the_head_to_train(network):
    head = len(network.trainable_weights) - len(backbone_of(network).trainable_weights)
    freeze(network, "backbone")
    assert len(network.trainable_weights) == head == 6


def test_layers_are_frozen_by_name(network):
    before = len(network.trainable_weights)
    freeze(network, ["SingleCNN_block_conv_1_1", "fc_energy_1"])
    assert len(network.trainable_weights) == before - 4


def test_unknown_layers_and_nothing_to_train_are_refused(network):
    with pytest.raises(ConfigError, match="no layer named conv9"):
        freeze(network, ["conv9"])
    with pytest.raises(ConfigError, match="nothing is left to train"):
        freeze(network, ["SingleCNN_block", "fc_energy_1", "fc_energy_2", "energy"])
