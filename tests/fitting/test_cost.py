import numpy as np
import pytest

from iactflow.fitting.cost import flops_per_event, ms_per_event, n_parameters
from iactflow.models.backend import keras


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
