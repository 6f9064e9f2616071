"""Networks from files and modules that are not ours."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.bundle import Bundle
from iactflow.models.config import Mapping, Model, Windowing
from iactflow.models.initial import network_in
from iactflow.models.registry import backbone_of, build_network, view_of
from iactflow.train.config import Train
from iactflow.train.run import run

#: The page that people follow.
TUTORIAL = Path(__file__).parents[2] / "docs" / "custom-models.md"
CODE = '''
import keras

from iactflow.models.heads import add_heads


@keras.saving.register_keras_serializable("test")
class Halve(keras.layers.Layer):
    """A layer that only this file knows."""

    def call(self, x):
        return x / 2


class Tiny:
    """Means of the channels, through one dense layer."""

    def __init__(self, shape, tasks, width=4):
        picture = keras.Input(shape)
        x = keras.layers.GlobalAveragePooling2D()(Halve()(picture))
        backbone = keras.Model(picture, keras.layers.Dense(width, activation="relu")(x), name="Tiny_block")
        self.model = keras.Model(picture, add_heads(backbone(picture), tasks, hidden=[4]))


class Seeing(Tiny):
    """Sees the window of the lattice."""

    view = "window"

    def __init__(self, shape, tasks):
        inputs = {name: keras.Input(part) for name, part in shape.items()}
        x = keras.layers.GlobalAveragePooling2D()(inputs["window"])
        backbone = keras.Model(inputs["window"], x, name="Seeing_block")
        features = keras.layers.Concatenate()([backbone(inputs["window"]), inputs["scalars"]])
        self.model = keras.Model(inputs, add_heads(features, tasks, hidden=[4]))


class WithoutBackbone:
    def __init__(self, shape, tasks):
        picture = keras.Input(shape)
        self.model = keras.Model(picture, add_heads(keras.layers.GlobalAveragePooling2D()(picture), tasks))


class WrongOutputs(Tiny):
    def __init__(self, shape, tasks):
        super().__init__(shape, tasks)
        self.model = keras.Model(self.model.input, {"power": self.model.output["energy"]})


class NoModel:
    def __init__(self, shape, tasks):
        pass


class Blind(Tiny):
    view = "sound"
'''


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "elsewhere" / "mine.py"
    path.parent.mkdir()
    path.write_text(CODE)
    return path


@pytest.mark.parametrize("name", ["Tiny", "Seeing"])
def test_a_network_in_a_file_trains_and_predicts_even_after_the_file_is_gone(name, file, sst1m_store, tmp_path):
    options = {"width": 5} if name == "Tiny" else {}
    model = Model(
        name=f"{file}:{name}",
        options=options,
        mapping=Mapping(interpolation_image_shape=24),
        window=Windowing(side=12),
    )
    config = Train(epochs=1, batch_size=32)
    out = run(
        ["energy", "cameradirection"], Selection(), model, config, [sst1m_store], tmp_path / "model", instrument="x"
    ).path
    shutil.rmtree(file.parent)
    bundle = Bundle.load(out)
    given = bundle.predict(Store(sst1m_store), np.arange(3))
    assert set(given) == {"energy", "cam_x", "cam_y"}
    assert all(np.isfinite(values).all() for values in given.values())
    assert (out / "network.py").read_text() == CODE


def test_the_network_of_the_tutorial_trains_from_a_file_outside_of_the_repository(sst1m_store, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(re.search(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)[1])
    model = Model(
        name=f"{file}:Wide",
        options={"filters": 4},
        mapping=Mapping(interpolation_image_shape=24),
    )
    config = Train(epochs=1, batch_size=32)
    out = run(["energy"], Selection(), model, config, [sst1m_store], tmp_path / "model", instrument="x").path
    bundle = Bundle.load(out)
    assert bundle.info["config"]["model"]["name"].endswith("mine.py:Wide")
    # three convolutions of 5x5, from 2 channels to 4, 8 and 16
    weights = 25 * 2 * 4 + 4 + 25 * 4 * 8 + 8 + 25 * 8 * 16 + 16
    assert backbone_of(network_in(bundle.model, "the tutorial's")).count_params() == weights
    assert np.isfinite(bundle.predict(Store(sst1m_store), np.arange(3))["energy"]).all()


def test_a_class_of_an_installed_module_is_found():
    """CTLearn's own class, under its own name, is as good as any."""
    name = "ctlearn.core.model:SingleCNN"
    assert view_of(name) == "picture"
    assert build_network(Model(name=name), (24, 24, 2), ["energy"]).count_params() > 1000


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("{file}:Bigger", {}, "has no class Bigger. It has: .*Tiny"),
        ("{folder}/none.py:Tiny", {}, "cannot be imported .*No such file"),
        ("no.such.module:Tiny", {}, "no.such.module cannot be imported .*ModuleNotFoundError"),
        ("{file}:Tiny", {"depth": 3}, r"model\.options: .*unexpected keyword argument 'depth'"),
        ("{file}:WithoutBackbone", {}, "no layer whose name ends in _block"),
        ("{file}:WrongOutputs", {}, "must give the outputs .*energy.* Received: .*power"),
        ("{file}:NoModel", {}, "attribute `model`. Received: None"),
        ("{file}:Blind", {}, "picture or window as its attribute `view`. Received: 'sound'"),
    ],
)
def test_what_is_wrong_with_a_network_is_said(name, options, words, file):
    model = Model(name=name.format(file=file, folder=file.parent), options=options)
    with pytest.raises(ConfigError, match=words):
        build_network(model, (24, 24, 2), ["energy"])


def test_a_file_that_fails_says_why(file):
    file.write_text("1 / 0")
    with pytest.raises(ConfigError, match="ZeroDivisionError"):
        view_of(f"{file}:Tiny")
