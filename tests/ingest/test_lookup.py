import numpy as np

from iactflow.ingest.lookup import EventLookup


def test_events_are_found_by_run_and_number():
    table = EventLookup(np.array([2, 1, 1, 2]), np.array([5, 5, -3, 7]))
    rows = table.find(np.array([1, 2, 2, 1, 1]), np.array([5, 5, 7, -3, 7]))
    assert rows.tolist() == [1, 0, 3, 2, -1]


def test_tables_in_order_give_the_same():
    rng = np.random.default_rng(3)
    events = np.sort(rng.choice(10_000, 500, replace=False))
    order = rng.permutation(500)
    asked = rng.choice(10_000, 300)
    straight = EventLookup(np.full(500, 7), events).find(np.full(300, 7), asked)
    mixed = EventLookup(np.full(500, 7), events[order]).find(np.full(300, 7), asked)
    found = straight >= 0
    assert found.sum() > 0
    assert (events[straight[found]] == asked[found]).all()
    assert (straight == np.where(found, order[mixed], -1)).all()


def test_unknown_runs_and_empty_tables():
    table = EventLookup(np.array([3]), np.array([1]))
    assert table.find(np.array([2, 3, 4]), np.array([1, 1, 1])).tolist() == [-1, 0, -1]
    none = np.array([], int)
    assert EventLookup(none, none).find(np.array([3]), np.array([1])).tolist() == [-1]
