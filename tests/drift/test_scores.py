import numpy as np
import pytest

from iactflow.data import schema
from iactflow.data.array import ABSENT
from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.drift.scores import load_models, score
from iactflow.errors import ConfigError


class Model:
    """Stands for a bundle: estimates the brightest charge as energy and a fixed direction, of images or of pairs."""

    def __init__(self, intensity_min=None, pairs=False):
        self.selection = Selection(intensity_min=intensity_min)
        self.pairs = pairs
        self.asked = None

    def examples(self, store, rows):
        return np.stack([rows[::2], np.full(len(rows[::2]), ABSENT)], axis=1) if self.pairs else rows

    def predict(self, store, rows):
        self.asked = rows
        first = rows if rows.ndim == 1 else rows[:, 0]
        brightest = store.pixels(schema.IMAGE, first).max(axis=1).astype(float)
        return {"energy": brightest, "fov_lon": np.full(len(first), 3.0), "fov_lat": np.full(len(first), 4.0)}


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store(sst1m_store)


def test_each_image_has_its_own_score(store):
    rows = np.arange(5, 60)
    values = score(store, rows, [Model()], np.ones(55, bool))
    brightest = store.pixels(schema.IMAGE, rows).max(axis=1)
    assert values["log_energy"] == pytest.approx(np.log10(brightest), rel=1e-5)
    assert values["offset"] == pytest.approx(np.full(55, 5.0))
    assert list(values) == ["log_energy", "offset"]


def test_images_that_a_model_may_have_learnt_from_are_not_asked_for(store):
    rows = np.arange(40)
    unseen = rows % 3 == 0
    model = Model()
    values = score(store, rows, [model], unseen)
    assert model.asked.tolist() == rows[unseen].tolist()
    assert (np.isfinite(values["offset"]) == unseen).all()


def test_images_that_fail_the_cuts_of_the_training_have_no_score(store):
    rows = np.arange(len(store))
    values = score(store, rows, [Model(intensity_min="200 pe")], np.ones(len(rows), bool))
    assert (np.isfinite(values["offset"]) == (store.column(schema.INTENSITY) >= 200)).all()


def test_an_array_event_has_one_score_at_its_first_image(store):
    values = score(store, np.arange(10), [Model(pairs=True)], np.ones(10, bool))
    assert np.flatnonzero(np.isfinite(values["offset"])).tolist() == [0, 2, 4, 6, 8]


def test_nothing_to_score_gives_no_score(store):
    assert score(store, np.arange(10), [Model()], np.zeros(10, bool)) == {}


def test_two_models_of_one_task_are_refused(energy_model):
    with pytest.raises(ConfigError, match=r"More than one --model does: energy\."):
        load_models([str(energy_model)] * 2)


def test_a_models_energies_are_scored(store, energy_model):
    values = score(store, np.arange(20), load_models([str(energy_model)]), np.ones(20, bool))
    assert list(values) == ["log_energy"]
    assert np.isfinite(values["log_energy"]).all()
