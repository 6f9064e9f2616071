"""Showers of iactflow's own simulation (not CORSIKA), healthy or with a fault."""

from functools import cache

import pytest

from iactflow.config import validate
from iactflow.simulate.config import Simulate


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    """Simulate 250 events of gammas as one SST-1M sees them into a store: of a seed and settings."""
    from iactflow.simulate.run import run

    @cache
    def simulate(seed, **settings):
        config = validate(Simulate, {"preset": "sst1m-mono", **settings}, "the test")
        folder = tmp_path_factory.mktemp("simulated") / "store"
        return run(config, folder, seed=seed, events=250, output_format="store", workers=1).path

    return simulate


@pytest.fixture(scope="session")
def healthy(simulated):
    """The reference of the tests."""
    return simulated(1)
