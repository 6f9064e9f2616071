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


def test_a_sample_holds_whole_showers_of_the_train_part(store, tmp_path):
    n = sample_of(store, tmp_path / "half", 0.5)
    half, whole = Store(tmp_path / "half"), Store(store)
    trained = whole.rows("train")
    assert len(half) == n
    assert 0 < n < len(trained)
    assert set(np.unique(half.column("split"))) == {"train"}
    showers = set(zip(half.column("obs_id").tolist(), half.column("shower_id").tolist(), strict=True))
    assert n == 3 * len(showers)
    assert sample_of(store, tmp_path / "all", 1.0) == len(trained)
    np.testing.assert_array_equal(
        Store(tmp_path / "all").pixels("image", np.arange(len(trained))), whole.pixels("image", trained)
    )
