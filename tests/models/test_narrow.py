"""Channels of a wide hexnet in a narrow one."""

import numpy as np
import pytest

from iactflow.errors import ConfigError
from iactflow.models import hexnet
from iactflow.models.backend import keras
from iactflow.models.config import HexNet
from iactflow.models.narrow import can_narrow, narrow
from iactflow.models.registry import backbone_of

SHAPES = {"window": (12, 12, 3), "scalars": (3,)}


def build(widths, seed, **sizes):
    keras.utils.set_random_seed(seed)
    settings = HexNet(widths=widths, **{"blocks": [1, 2], "hidden": [6], **sizes})
    return hexnet.build(SHAPES, ["energy"], settings, hexagonal=sizes.get("kernel") != "square")


def outputs(network):
    rng = np.random.default_rng(5)
    seen = {name: rng.normal(size=(7, *shape)).astype(np.float32) for name, shape in SHAPES.items()}
    return network.predict_on_batch(seen)["energy"]


def silence(network, stage, channels):
    """Let some channels of a stage carry nothing, by the scale of their normalisation."""
    layers = [layer for layer in backbone_of(network).layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in layers:
        if layer.gamma.shape[0] == stage:
            gamma, beta, *moments = layer.get_weights()
            gamma[channels] = beta[channels] = 0
            layer.set_weights([gamma, beta, *moments])


def test_channels_that_carry_nothing_are_left_out_and_the_estimates_stay():
    wide = build([6, 10], seed=1)
    silence(wide, 6, [0, 3])
    silence(wide, 10, [1, 2, 9])
    slim = build([4, 7], seed=2)
    assert can_narrow(slim, wide)
    assert np.abs(outputs(slim) - outputs(wide)).max() > 1e-2
    narrow(slim, wide)
    np.testing.assert_allclose(outputs(slim), outputs(wide), atol=1e-5)


def test_a_network_of_another_form_is_not_narrowed():
    wide = build([6, 10], seed=1)
    assert not can_narrow(build([4, 7], seed=1, blocks=[2, 2]), wide)
    assert not can_narrow(build([4, 12], seed=1), wide)
    assert not can_narrow(build([4, 7], seed=1, kernel="square"), wide)
    with pytest.raises(ConfigError, match=r"model\.hexnet\.hidden must be that of the model to start from"):
        narrow(build([4, 7], seed=1, hidden=[5]), wide)
