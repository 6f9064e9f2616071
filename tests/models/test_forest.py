import numpy as np
import pytest

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.forest import FEATURES, RandomForest
from iactflow.models.predictor import Predictor


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store([sst1m_store])


@pytest.fixture(scope="module")
def forest(store):
    return RandomForest.fit(store, store.rows("train"), seed=1)


def test_a_forest_is_a_predictor_and_tells_what_it_looks_at(forest):
    assert isinstance(forest, Predictor)
    assert forest.info["features"][0] == "log10 hillas_intensity"
    assert len(forest.info["features"]) == len(FEATURES)
    assert not any(name.startswith("true_") for name in FEATURES)
    assert forest.cost().parameters > 0


def test_it_learns_energies_in_tev(store, forest):
    rows = store.rows("train")
    true, reco = store.column(schema.TRUE_ENERGY)[rows], forest.predict(store, rows)["energy"]
    assert reco.dtype == np.float64
    assert np.corrcoef(np.log(true), np.log(reco))[0, 1] > 0.4
    assert true.min() <= reco.min() <= reco.max() <= true.max()


def test_the_same_seed_grows_the_same_forest_and_rows_keep_their_order(store, forest):
    rows = store.rows("test")
    again = RandomForest.fit(store, store.rows("train"), seed=1).predict(store, rows)["energy"]
    np.testing.assert_array_equal(forest.predict(store, rows)["energy"], again)
    np.testing.assert_array_equal(forest.predict(store, rows[::-1])["energy"], again[::-1])
    assert len(forest.predict(store, rows[:0])["energy"]) == 0


def test_images_without_signal_after_cleaning_get_an_energy_too(store, forest):
    empty = np.flatnonzero(~np.isfinite(store.column(schema.INTENSITY)))
    assert len(empty)
    assert np.isfinite(forest.predict(store, empty)["energy"]).all()


def test_no_training_image_is_an_error(store):
    with pytest.raises(ConfigError, match=r"evaluate.baseline=none"):
        RandomForest.fit(store, np.array([], int), seed=1)


def test_a_store_without_parameters_is_an_error(sst1m_simtel, tmp_path):
    from iactflow.ingest.run import run

    store = Store([run([str(sst1m_simtel)], tmp_path / "images", images_only=True).path])
    with pytest.raises(ConfigError, match="--images-only"):
        RandomForest.fit(store, np.arange(5), seed=1)
