"""What CTLearn's tools do with a model before they predict: they look at its last layer."""

import numpy as np
import pytest

from iactflow.models.backend import keras
from iactflow.models.config import Model
from iactflow.models.registry import build_network
from iactflow.models.upstream import upstream_model

SHAPE = (24, 24, 2)


@pytest.mark.parametrize("tasks", [["type"], ["energy"], ["type", "energy"], ["energy", "type", "cameradirection"]])
def test_the_file_for_upstream_gives_the_networks_outputs(tasks, tmp_path):
    network = build_network(Model(), SHAPE, tasks)
    upstream_model(network).save(tmp_path / "ctlearn.keras")
    model = keras.saving.load_model(tmp_path / "ctlearn.keras")
    picture = np.random.default_rng(3).random((3, *SHAPE), np.float32)
    given, expected = model.predict(picture, verbose=0), network.predict(picture, verbose=0)
    given = given if isinstance(given, dict) else {tasks[0]: given}
    assert set(given) == set(tasks)
    for task in tasks:
        np.testing.assert_allclose(given[task], expected[task], rtol=1e-5)
    # Upstream takes a model that ends in a Softmax for one of the type alone, and wants it to be named so.
    alone = isinstance(model.layers[-1], keras.layers.Softmax)
    assert alone == (tasks == ["type"])
    if alone:
        assert model.layers[-1].name == "type"
