"""What a result says of costs: of one kind of primary, and with trials apart where they were timed apart."""

from types import SimpleNamespace

import pytest

from iactflow.validate.describe import _simulation_cost, generator_of


def source(primary, cpu_seconds, n_images):
    return {"counts": {primary: {}}, "cpu_seconds": cpu_seconds, "n_images": n_images}


def test_the_simulation_costs_what_showers_of_the_same_primary_cost():
    sources = [source("proton", 10.0, 100), source("gamma", 90.0, 300), source("proton", 6.0, 60)]
    assert _simulation_cost(sources, {"proton"}) == {"cpu_seconds": 16.0, "images": 160}
    assert _simulation_cost(sources, {"gamma", "proton"}) == {"cpu_seconds": 106.0, "images": 460}
    assert _simulation_cost([source("gamma", 90.0, 300)], {"proton"}) is None
    assert _simulation_cost([{"counts": {"proton": {}}, "n_images": 5}], {"proton"}) is None


def store(*timed):
    told = {"name": "n", "method": "flow", "steps": 2, "cost": {"parameters": 7}}
    sources = [{"generator": {**told, "timed": {"device": "d", "batch_size": 256, **one}}} for one in timed]
    return SimpleNamespace(paths=["store"], manifests=[{"sources": sources}])


def test_trials_are_told_apart_only_where_they_were_timed_apart():
    apart = {"seconds": 2.0, "trial_seconds": 0.5, "images": 100}
    cost = generator_of(store(apart, {**apart, "images": 300}))["cost"]
    assert cost["ms_per_event"] == pytest.approx(1e3 * 4.0 / 400)
    assert cost["ms_of_trials"] == pytest.approx(1e3 * 1.0 / 400)
    cost = generator_of(store(apart, {"seconds": 2.0, "images": 100}))["cost"]
    assert cost["ms_of_trials"] is None
