import numpy as np
import pytest

from iactflow.data.feeder import Feeder
from iactflow.data.store import Store

ALL = ["image", "peak_time", "image_mask"]


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store(sst1m_store)


def feeder(store, **options):
    rows = store.rows("train")
    labels = {"energy": store.column("true_energy")[rows].astype(np.float32)[:, None]}
    return Feeder(store, rows, ALL, labels, **{"batch_size": 16, "seed": 5, **options})


def test_an_epoch_shows_every_image_once_with_its_own_pixels_and_label(store):
    batches = list(feeder(store).epoch(0))
    rows = np.concatenate([batch.rows for batch in batches])
    assert sorted(rows) == list(store.rows("train"))
    assert list(rows) != sorted(rows)
    for batch in batches:
        np.testing.assert_array_equal(batch.pixels["image"], store.pixels("image", batch.rows))
        np.testing.assert_array_equal(batch.pixels["peak_time"], store.pixels("peak_time", batch.rows))
        np.testing.assert_array_equal(batch.pixels["image_mask"], store.masks(batch.rows))
        np.testing.assert_array_equal(
            batch.labels["energy"][:, 0], store.column("true_energy")[batch.rows].astype("f4")
        )


def test_the_last_smaller_batch_is_not_lost(store):
    n = len(store.rows("train"))
    sizes = [len(batch) for batch in feeder(store).epoch(0)]
    assert sum(sizes) == n
    assert n % 16
    assert sizes[-1] == n % 16


def test_an_epoch_depends_on_seed_and_number_only(store):
    first = [batch.rows.tolist() for batch in feeder(store).epoch(3)]
    used = feeder(store)
    list(used.epoch(0))
    assert [batch.rows.tolist() for batch in used.epoch(3)] == first
    assert [batch.rows.tolist() for batch in used.epoch(4)] != first
    assert [batch.rows.tolist() for batch in feeder(store, seed=6).epoch(3)] != first


def test_an_epoch_goes_on_from_any_batch(store):
    whole = [(batch.number, batch.rows.tolist()) for batch in feeder(store).epoch(2)]
    assert [(batch.number, batch.rows.tolist()) for batch in feeder(store).epoch(2, first=2)] == whole[2:]


def test_a_fraction_of_the_data_is_another_one_each_epoch(store):
    part = feeder(store, fraction=0.25)
    rows = [np.concatenate([batch.rows for batch in part.epoch(epoch)]) for epoch in range(2)]
    assert len(rows[0]) == round(0.25 * len(store.rows("train")))
    assert set(rows[0]) != set(rows[1])


def test_columns_that_are_not_asked_for_are_not_read(store):
    batch = next(iter(Feeder(store, np.arange(3), ["image"], batch_size=2).epoch()))
    assert list(batch.pixels) == ["image"]
    assert batch.rows.tolist() == [0, 1]


def test_an_error_of_the_reading_thread_reaches_the_consumer(store):
    with pytest.raises(IndexError):
        list(Feeder(store, np.array([10_000]), ["image"], batch_size=2).epoch())


def test_leaving_an_epoch_early_ends_the_reading_thread(store):
    import threading

    batches = Feeder(store, np.tile(np.arange(129), 200), ["image"], batch_size=8).epoch()
    next(batches)
    batches.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "iactflow-feeder"]
