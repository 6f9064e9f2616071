"""A network's file that changes while it is trained, or before its training goes on."""

import numpy as np
import pytest

from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.bundle import Bundle
from iactflow.models.config import Mapping, Model
from iactflow.train import publish
from iactflow.train.config import Train
from iactflow.train.run import run

#: A network that does something to its own file once it is built, as its author may do at that moment.
CODE = '''
from pathlib import Path

import keras

from iactflow.models.heads import add_heads


class Tiny:
    def __init__(self, shape, tasks):
        picture = keras.Input(shape)
        x = keras.layers.GlobalAveragePooling2D()(picture)
        backbone = keras.Model(picture, keras.layers.Dense(4, activation="{activation}")(x), name="Tiny_block")
        self.model = keras.Model(picture, add_heads(backbone(picture), tasks, hidden=[4]))
        file = Path(__file__)
        {then}
'''


def train(file, store, out, *, overwrite=False):
    model = Model(name=f"{file}:Tiny", mapping=Mapping(interpolation_image_shape=24))
    config = Train(epochs=1, batch_size=32)
    return run(["energy"], Selection(), model, config, [store], out, instrument="x", overwrite=overwrite).path


@pytest.mark.parametrize("then", ["file.unlink()", "file.write_text('class Tiny: pass')"])
def test_a_bundle_holds_the_code_that_was_trained(then, sst1m_store, tmp_path):
    file = tmp_path / "mine.py"
    code = CODE.format(activation="relu", then=then)
    file.write_text(code)
    out = train(file, sst1m_store, tmp_path / "model")
    assert not file.exists() or file.read_text() != code
    assert (out / "network.py").read_text() == code
    assert np.isfinite(Bundle.load(out).predict(Store(sst1m_store), np.arange(3))["energy"]).all()


def test_a_training_does_not_go_on_with_other_code(sst1m_store, tmp_path, monkeypatch):
    """The layers of both are of the same shapes, so the former weights would fit."""
    file, out = tmp_path / "mine.py", tmp_path / "model"
    file.write_text(CODE.format(activation="relu", then=""))

    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish, "publish", stop)
        with pytest.raises(KeyboardInterrupt):
            train(file, sst1m_store, out)
    file.write_text(CODE.format(activation="tanh", then=""))
    with pytest.raises(ConfigError, match=r"set up otherwise: code of model\.name was [0-9a-f]{16}, is [0-9a-f]{16}\."):
        train(file, sst1m_store, out)
    assert "tanh" in (train(file, sst1m_store, out, overwrite=True) / "network.py").read_text()
