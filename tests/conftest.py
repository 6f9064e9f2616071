"""Real showers for all tests: fetched once per machine, ingested once per session."""

from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def sst1m_dl1(sst1m_simtel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ctapipe DL1 file of `sst1m_simtel`, written by ctapipe; copy it before changing it."""
    from iactflow.ingest.convert import convert

    return convert([str(sst1m_simtel)], tmp_path_factory.mktemp("dl1") / "sst1m.dl1.h5")


@pytest.fixture(scope="session")
def flashcam_store(flashcam_simtel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the 31 FlashCam images of `flashcam_simtel`; do not write to it."""
    from iactflow.ingest.run import run

    return run([str(flashcam_simtel)], tmp_path_factory.mktemp("flashcam") / "store", camera="FlashCam").path


@pytest.fixture(scope="session", autouse=True)
def _mlflow_in_a_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let no test write to the runs folder of this checkout, nor into a run that someone else opened."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}")
        patch.delenv("MLFLOW_RUN_ID", raising=False)
        yield


@pytest.fixture(scope="session")
def energy_model(sst1m_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SingleCNN for the energy, trained for two epochs on `sst1m_store`; do not write to it."""
    from iactflow.data.select import Selection
    from iactflow.models.config import Model
    from iactflow.train.config import Train
    from iactflow.train.run import run

    out = tmp_path_factory.mktemp("energy") / "model"
    config = Train(epochs=2, batch_size=16)
    return run(["energy"], Selection(), Model(), config, [sst1m_store], out, instrument="sst1m-mono").path


@pytest.fixture(scope="session")
def energy_result(energy_model: Path, sst1m_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of `energy_model` on the test part of `sst1m_store`, with its baseline; do not write to it."""
    from iactflow.evaluate.config import Evaluate
    from iactflow.evaluate.run import run

    out = tmp_path_factory.mktemp("result") / "result"
    return run(energy_model, [sst1m_store], out, config=Evaluate(bootstrap=40)).path
