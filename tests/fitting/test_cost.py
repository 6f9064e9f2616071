import numpy as np
import pytest

from iactflow.fitting.cost import TELESCOPES, flops_per_event, ms_per_event, n_parameters
from iactflow.models.backend import keras
from iactflow.models.config import HexNet, Stereo
from iactflow.models.hexnet_stereo import build


@pytest.fixture
def network():
    picture = keras.Input((8, 8, 3), name="picture")
    return keras.Model(picture, keras.layers.Conv2D(5, 3, padding="same", use_bias=False)(picture))


def test_operations_and_parameters_of_one_convolution(network):
    assert n_parameters(network) == 3 * 3 * 3 * 5
    assert flops_per_event(network) == 2 * 3 * 3 * 3 * 5 * 8 * 8


def test_time_per_event_is_that_of_a_batch_divided(network):
    image = keras.Input((192,), name="image")
    model = keras.Model({"image": image}, {"energy": network(keras.layers.Reshape((8, 8, 3))(image))})
    ms, n = ms_per_event(model, {"image": np.ones((3, 192), np.float32)}, 50)
    assert n % 50 == 0
    assert ms * n >= 1000  # as long as the page says it was timed


def test_every_telescope_of_an_event_has_its_backbone_counted():
    shapes = {"window": (None, 8, 8, 2), "telescopes": (None, 4), "offset": (None, 2), "crossing": (None, 2)}
    sizes = HexNet(widths=[8, 12], blocks=[0, 0], hidden=[8])
    network = build({**shapes, "present": (None,)}, ["energy"], sizes, Stereo(width=16), hexagonal=False)
    # 9 weights x 2 operations x channels x filters x points, of two convolutions, by hand, for each of two telescopes
    backbone = 2 * 9 * (2 * 8 * 8**2 + 8 * 12 * 4**2)
    # each telescope: features and four numbers to 16, attention, 32 to 16, to the hidden 8, to an estimate and a weight
    rest = 2 * ((12 + 4) * 16 + 16 + 32 * 16 + 16 * 8 + 8 * 2)
    assert flops_per_event(network) == pytest.approx(TELESCOPES * (backbone + rest), rel=0.1)
