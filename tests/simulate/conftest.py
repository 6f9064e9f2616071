"""Instruments and light for the tests of simulate."""

from pathlib import Path

import numpy as np
import pytest

from iactflow.data.samples import sample


@pytest.fixture(scope="session")
def photons() -> Path:
    """CORSIKA's photons behind `sst1m_simtel`."""
    return sample("sst1m-prod4-photons")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def mono():
    """One SST-1M, ready to observe."""
    from iactflow.simulate.observe import Observer
    from iactflow.simulate.presets import preset

    return Observer(preset("sst1m-mono"))
