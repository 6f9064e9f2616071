"""A training whose step really runs out of memory."""

import pytest

from iactflow.data.select import Selection
from iactflow.errors import IactflowError
from iactflow.models.config import Mapping, Model
from iactflow.train.config import Train
from iactflow.train.run import run

#: A network that asks for 4 TiB per image.
GREEDY = """
import keras
import tensorflow as tf

from iactflow.models.heads import add_heads


class Much(keras.layers.Layer):
    def call(self, x):
        return x + tf.reduce_sum(tf.zeros([tf.shape(x)[0] * 2**20, 2**20]))

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


class Greedy:
    def __init__(self, shape, tasks):
        picture = keras.Input(shape)
        features = Much()(keras.layers.GlobalAveragePooling2D()(picture))
        backbone = keras.Model(picture, features, name="Greedy_block")
        self.model = keras.Model(picture, add_heads(backbone(picture), tasks))
"""


def test_a_batch_that_does_not_fit_names_the_one_to_try(sst1m_store, tmp_path):
    file, out = tmp_path / "greedy.py", tmp_path / "model"
    file.write_text(GREEDY)
    model = Model(name=f"{file}:Greedy", mapping=Mapping(interpolation_image_shape=24))
    told = r"train\.batch_size=20 needs more memory than the device has\. Try train\.batch_size=8\."
    with pytest.raises(IactflowError, match=told):
        run(["energy"], Selection(), model, Train(batch_size=20), [sst1m_store], out, instrument="from-data")
    assert not (out / "model.json").exists()
