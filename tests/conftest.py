"""Real showers for all tests: fetched once per machine, ingested once per session."""

from pathlib import Path

import pytest

from iactflow.data.samples import sample


@pytest.fixture(scope="session")
def sst1m_simtel() -> Path:
    """129 DigiCam images of 11 gamma showers in 31 array events."""
    return sample("sst1m-prod4-gamma")


@pytest.fixture(scope="session")
def flashcam_simtel() -> Path:
    """A truncated file with 31 FlashCam, 10 ASTRI and 2 LST images."""
    return sample("prod3-gamma-diffuse-truncated")


@pytest.fixture(scope="session")
def sst1m_store(sst1m_simtel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that ingest makes of `sst1m_simtel`; do not write to it."""
    from iactflow.ingest.run import run

    return run([str(sst1m_simtel)], tmp_path_factory.mktemp("sst1m") / "store").path
