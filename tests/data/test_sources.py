import numpy as np
import pytest
import toys

from iactflow.data.sources import n_showers, sample_of, some_sources
from iactflow.data.store import Store, read_manifest


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """60 and 90 toy images of 20 and 30 showers, in two sources."""
    folder = tmp_path_factory.mktemp("toys") / "store"
    for seed, n, run in ((1, 60, 11), (2, 90, 12)):
        toys.write(folder, toys.toy_events(seed, n), "simulated", run)
    return folder


def test_some_sources_are_a_store_of_their_own(store, tmp_path):
    assert some_sources(store, tmp_path / "one", lambda source: source["name"] == "toy_12") == 1
    one = Store(tmp_path / "one")
    assert len(one) == 90
    assert set(one.column("obs_id").tolist()) == {12}
    [source] = read_manifest(tmp_path / "one")["sources"]
    assert n_showers(source) == 30
    assert read_manifest(tmp_path / "one")["fractions"] == read_manifest(store)["fractions"]


def test_no_source_is_no_store(store, tmp_path):
    assert some_sources(store, tmp_path / "none", lambda source: False) == 0
    assert not (tmp_path / "none").exists()


def test_a_sample_holds_whole_showers_of_all_parts(store, tmp_path):
    n = sample_of(store, tmp_path / "half", 75)
    half, whole = Store(tmp_path / "half"), Store(store)
    assert len(half) == n
    assert 0 < n < len(whole)
    assert set(half.column("split")) == {"train", "test"}
    showers = set(zip(half.column("obs_id").tolist(), half.column("shower_id").tolist(), strict=True))
    assert n == 3 * len(showers)
    assert sample_of(store, tmp_path / "all", 1000) == len(whole)
    rows = np.arange(len(whole))
    np.testing.assert_array_equal(Store(tmp_path / "all").pixels("image", rows), whole.pixels("image", rows))


def test_a_store_without_a_shower_to_train_on_has_no_sample(store, tmp_path):
    whole, events = Store(store), toys.toy_events(1, 60)
    trained = set(whole.column("shower_id")[whole.rows("train")].tolist())
    unseen = [event for event in events if event.event_id // 100 not in trained]
    assert 0 < len(unseen) < len(events)
    toys.write(tmp_path / "test", unseen, "simulated", 11)
    assert sample_of(tmp_path / "test", tmp_path / "sample", 1000) == 0
    assert not (tmp_path / "sample").exists()
