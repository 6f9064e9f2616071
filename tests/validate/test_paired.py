"""Occupancy shower by shower: what is drawn for the same showers is compared image by image."""

import numpy as np
import pytest
import toys

from iactflow.data.result import Bootstrap
from iactflow.data.store import Store
from iactflow.validate.paired import paired_occupancy, partners

SETTINGS = Bootstrap(n=200, seed=1, level=0.95)


@pytest.fixture(scope="module")
def events():
    return toys.toy_events(8, 240)


@pytest.fixture(scope="module")
def simulated(events, tmp_path_factory):
    return Store(toys.write(tmp_path_factory.mktemp("paired") / "simulated", events, "simulated", 11))


def drawn(simulated, events, tmp_path, factor):
    """Generated images of the test showers, the last first: the same light times a factor."""
    test = set(simulated.column("event_id")[simulated.rows("test")].tolist())
    same = [event for event in events if event.event_id in test][::-1]
    same = [toys.changed(event, factor * event.images[0].image) for event in same]
    return Store(toys.write(tmp_path / "generated", same, "generated", 2_050_000_001, all_train=True))


def test_each_image_finds_its_shower_and_equal_images_differ_by_nothing(simulated, events, tmp_path):
    made = drawn(simulated, events, tmp_path, 1.0)
    rows = partners(made, simulated)
    assert (simulated.column("event_id")[rows] == made.column("event_id")).all()
    metric = paired_occupancy(made, simulated, SETTINGS)
    assert (metric.value, metric.low, metric.high) == (0, 0, 0)
    assert (metric.n, metric.n_showers) == (len(made), len(np.unique(made.column("shower_id"))))


def test_too_little_light_is_told_with_a_narrow_interval(simulated, events, tmp_path):
    made = drawn(simulated, events, tmp_path, 0.6)
    metric = paired_occupancy(made, simulated, SETTINGS)
    rows = partners(made, simulated)
    lit = [store.masks(one).sum(axis=1) for store, one in ((made, np.arange(len(made))), (simulated, rows))]
    assert metric.value == pytest.approx(lit[0].sum() / lit[1].sum() - 1)
    assert metric.value < -0.1
    assert metric.low < metric.value < metric.high < 0
    assert metric.high - metric.low < 0.1  # of unpaired showers it would be several times as wide


def test_other_showers_are_not_paired(simulated, tmp_path):
    other = Store(toys.write(tmp_path / "other", toys.toy_events(9, 12), "generated", 2_050_000_002, all_train=True))
    assert paired_occupancy(other, simulated, SETTINGS) is None
