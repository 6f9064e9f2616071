import numpy as np
import pytest

from iactflow.config import validate
from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.evaluate.events import Events


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store([sst1m_store])


def test_events_are_in_the_order_of_their_keys_and_the_hash_names_them(store):
    [events] = Events.choose(store, "test", Selection())
    names = ("true_shower_primary_id", "obs_id", "shower_id", "event_id", "tel_id")
    keys = list(zip(*(events.column(name).tolist() for name in names), strict=True))
    assert keys == sorted(keys)
    assert sorted(events.rows) == store.rows("test").tolist()
    assert events.hash == Events.choose(store, "test", Selection())[0].hash
    splits = ("train", "validation", "test", "all")
    assert len({Events.choose(store, split, Selection())[0].hash for split in splits}) == 4


def test_no_image_after_the_cuts_says_which_cut_removed_how_many(store):
    with pytest.raises(InputError, match=r"intensity_min: .* pe removed 43 of 43"):
        Events.choose(store, "test", validate(Selection, {"intensity_min": "1e9 pe"}, "test"))


def test_observed_data_are_refused(store, monkeypatch):
    real = Store.column
    monkeypatch.setattr(
        Store,
        "column",
        lambda self, name: np.full(len(self), -1) if name == "true_shower_primary_id" else real(self, name),
    )
    with pytest.raises(InputError, match="observed events"):
        Events.choose(store, "test", Selection())


def test_shared_showers_are_refused_and_separate_ones_are_not(store):
    [events] = Events.choose(store, "test", Selection())
    events.require_apart(store.rows("train"))
    with pytest.raises(InputError, match="1 of the showers"):
        events.require_apart(np.append(store.rows("train"), events.rows[:1]))


def test_the_description_counts_what_is_there(store):
    block = Events.choose(store, "all", Selection())[0].describe()
    assert block["sample"] == {"key": "corsika-simtelarray", "made": "of CORSIKA and sim_telarray"}
    assert block["sources"] == [store.manifests[0]["sources"][0]["name"]]
    assert (block["n_images"], block["n_events"], block["n_showers"]) == (129, 31, 11)
    assert block["primaries"] == {"gamma": 129}
    assert block["zenith_deg"] == pytest.approx([20, 20])
    assert block["energy_tev"] == pytest.approx([0.30, 4.96], abs=0.01)


def test_showers_of_each_origin_are_a_sample_and_the_train_part_s_comes_first(two_origins):
    samples = Events.choose(Store(two_origins), "test", Selection())
    assert [sample.origin.key for sample in samples] == ["iactflow", "corsika-simtelarray"]
    assert [len(sample.rows) for sample in samples] == [43, 129]
    assert set(samples[1].column("obs_id")) == {777}
    assert not set(samples[0].rows) & set(samples[1].rows)


def test_without_a_train_part_the_larger_sample_comes_first(two_origins):
    store = Store(two_origins)
    validation = Events.choose(store, "validation", Selection())
    assert [sample.origin.key for sample in validation] == ["iactflow"]
    alone = Events.choose(Store(two_origins[0]), "test", Selection())
    assert [sample.origin.key for sample in alone] == ["corsika-simtelarray"]
