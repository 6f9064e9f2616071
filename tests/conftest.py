"""Real showers for all tests: fetched once per machine, ingested once per session."""

import json
import re
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import tables

from iactflow.data import schema
from iactflow.data.samples import sample
from iactflow.ingest.processing import compile_ctapipe

sys.path.append(str(Path(__file__).parent))  # toys.py, generator_fixtures.py
pytest_plugins = ["generator_fixtures"]

#: Batch of CTLearn's tool in `ctlearn_dl2`; its last one is smaller.
CTLEARN_BATCH = 20
#: Telescopes of `few_telescopes`, with 21 images.
FEW = ("tel_017", "tel_019", "tel_021", "tel_027", "tel_033")


def pytest_configure(config: pytest.Config) -> None:
    """Compile ctapipe's image code before the processes of pytest-xdist spoil it for one another."""
    if not hasattr(config, "workerinput"):
        compile_ctapipe()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process, where they share what its fixtures made."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


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
def few_telescopes(sst1m_dl1: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 21 images of five telescopes in 10 events of 5 showers: tables of the other 65 take time to open."""
    target = tmp_path_factory.mktemp("few") / "few.dl1.h5"
    with tables.open_file(str(sst1m_dl1)) as whole, tables.open_file(str(target), "w") as few:
        for group in whole.walk_groups():
            path = group._v_pathname
            if path != "/":
                few.create_group(group._v_parent._v_pathname, group._v_name, createparents=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", tables.NaturalNameWarning)  # ctapipe's attributes have spaces
                group._v_attrs._f_copy(few.get_node(path))
            for table in group._f_iter_nodes("Table"):
                if not table.name.startswith("tel_") or table.name in FEW:
                    table.copy(few.get_node(path), table.name)
    return target


@pytest.fixture(scope="session")
def as_run() -> Callable[[Path, Path, int], Path]:
    """Copy a DL1 file as another run: source, target, obs_id."""

    def copy(dl1: Path, target: Path, obs_id: int) -> Path:
        shutil.copy(dl1, target)
        with tables.open_file(str(target), "a") as file:
            for table in file.walk_nodes("/", "Table"):
                if "obs_id" in table.colnames:
                    table.modify_column(column=[obs_id] * table.nrows, colname="obs_id")
        return target

    return copy


@pytest.fixture(scope="session")
def flashcam_store(flashcam_simtel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the 31 FlashCam images of `flashcam_simtel`; do not write to it."""
    from iactflow.ingest.run import run

    return run([str(flashcam_simtel)], tmp_path_factory.mktemp("flashcam") / "store", camera="FlashCam").path


@pytest.fixture(scope="session")
def lst_store(flashcam_simtel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the 2 LSTCam images of `flashcam_simtel`; do not write to it."""
    from iactflow.ingest.run import run

    return run([str(flashcam_simtel)], tmp_path_factory.mktemp("lst") / "store", camera="LSTCam").path


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
def relabelled(sst1m_store: Path) -> Callable[[Path, Callable[[pa.RecordBatch], np.ndarray]], Path]:
    """Copy `sst1m_store` with other particles in its truth: folder, and from the rows of a part to their primaries."""

    def copy(folder: Path, primaries: Callable[[pa.RecordBatch], np.ndarray]) -> Path:
        shutil.copytree(sst1m_store, folder)
        manifest = json.loads((folder / "store.json").read_text())
        for entry in (entry for source in manifest["sources"] for entry in source["parts"]):
            path = folder / entry["file"]
            batch = pa.ipc.open_file(path.read_bytes()).get_batch(0)
            place = batch.schema.get_field_index(schema.PRIMARY)
            field = batch.schema.field(place)
            changed = batch.set_column(place, field, pa.array(primaries(batch), field.type))
            with pa.ipc.new_file(str(path), changed.schema) as file:
                file.write_batch(changed)
            entry["bytes"] = path.stat().st_size
        (folder / "store.json").write_text(json.dumps(manifest))
        return folder

    return copy


@pytest.fixture(scope="session")
def proton_store(relabelled: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `sst1m_store` whose showers are said to be protons: a background without a simulation."""
    return relabelled(tmp_path_factory.mktemp("protons") / "store", lambda batch: np.full(batch.num_rows, 101))


@pytest.fixture(scope="session")
def one_task_models(sst1m_store: Path, proton_store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """SingleCNNs for the type and for the direction in the camera, trained for an epoch; do not write to them."""
    from iactflow.data.select import Selection
    from iactflow.models.config import Model
    from iactflow.train.config import Train
    from iactflow.train.run import run

    place, config, stores = tmp_path_factory.mktemp("one"), Train(epochs=1, batch_size=32), [sst1m_store, proton_store]
    return {
        task: run([task], Selection(), Model(), config, stores, place / task, instrument="from-data").path
        for task in ("type", "cameradirection")
    }


@pytest.fixture(scope="session")
def energy_result(energy_model: Path, sst1m_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of `energy_model` on the test part of `sst1m_store`, with its baseline; do not write to it."""
    from iactflow.evaluate.config import Evaluate
    from iactflow.evaluate.run import run

    out = tmp_path_factory.mktemp("result") / "result"
    return run(energy_model, [sst1m_store], out, config=Evaluate(bootstrap=40)).path


@pytest.fixture(scope="session")
def two_origins(
    sst1m_store: Path,
    sst1m_dl1: Path,
    as_run: Callable[[Path, Path, int], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Path]:
    """Two stores of the real showers: one that says that iactflow simulated them, one all test of another run."""
    from iactflow.data.split import SplitFractions
    from iactflow.ingest.run import run

    folder = tmp_path_factory.mktemp("origins")
    shutil.copytree(sst1m_store, folder / "train")
    manifest = folder / "train" / "store.json"
    text = manifest.read_text().replace('"kind": "simtel"', '"kind": "simulated"')
    manifest.write_text(re.sub(r'"(corsika|simtel)_version": [^,]+', r'"\1_version": null', text))
    other = as_run(sst1m_dl1, folder / "other.dl1.h5", 777)
    all_test = SplitFractions(train=0, validation=0, test=1)
    return [run([str(other)], folder / "test", fractions=all_test).path, folder / "train"]


@pytest.fixture(scope="session")
def two_samples(energy_model: Path, two_origins: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of `energy_model` on `two_origins`; do not write to it."""
    from iactflow.evaluate.config import Evaluate
    from iactflow.evaluate.run import run

    out = tmp_path_factory.mktemp("two") / "result"
    return run(energy_model, two_origins, out, config=Evaluate(bootstrap=20)).path


@pytest.fixture(scope="session")
def mixed_store(relabelled: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real gamma showers, of which every other one of a part says that it is a proton; do not write.

    Names of primaries alone: what looks like a gamma in it may be called a proton, so that nothing can be learnt.
    """

    def every_other(batch: pa.RecordBatch) -> np.ndarray:
        showers, splits = batch["shower_id"].to_numpy(), batch["split"].cast(pa.string()).to_numpy(False)
        primaries = np.zeros(len(showers), int)
        for split in np.unique(splits):
            primaries[np.isin(showers, np.unique(showers[splits == split])[1::2])] = 101
        return primaries

    return relabelled(tmp_path_factory.mktemp("mixed") / "store", every_other)


@pytest.fixture(scope="session")
def cut_at_50(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Copy a model as one that was trained on images of at least 50 p.e., which is also CTLearn's own cut."""

    def copy(model: Path) -> Path:
        target = shutil.copytree(model, tmp_path_factory.mktemp("cut") / model.name)
        text = (target / "model.json").read_text()
        assert '"intensity_min": null' in text
        (target / "model.json").write_text(text.replace('"intensity_min": null', '"intensity_min": "50 pe"'))
        return target

    return copy


@pytest.fixture(scope="session")
def ctlearn_dl2(
    sst1m_dl1: Path,
    sst1m_store: Path,
    energy_model: Path,
    one_task_models: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """What ctlearn-predict-mono-model makes of `sst1m_dl1` with `energy_model` and `one_task_models`."""
    from ctapipe.core import run_tool
    from ctlearn.tools.predict_model import MonoPredictCTLearnModel

    from iactflow.data.store import Store

    # Upstream stops at a telescope without an image that passes its quality cut; name those that have one.
    store = Store(sst1m_store)
    telescopes = np.unique(store.column(schema.TEL_ID)[store.column(schema.INTENSITY) > 50]).tolist()
    settings = {
        "DLDataReader": {
            "image_mapper_type": "BilinearMapper",
            "allowed_tels": telescopes,
            "focal_length_choice": "EQUIVALENT",
        },
        "DLImageReader": {"channels": ["cleaned_image", "cleaned_peak_time"]},
        "PredictCTLearnModel": {"batch_size": CTLEARN_BATCH, "keras_verbose": 0},
    }
    out = tmp_path_factory.mktemp("upstream") / "events.dl2.h5"
    config = out.with_name("config.json")
    config.write_text(json.dumps(settings))
    models = {"energy": energy_model, **one_task_models}
    argv = [f"--config={config}", f"--input_url={sst1m_dl1}", f"--output={out}"]
    argv += [f"--{task}_model={path / 'ctlearn.keras'}" for task, path in models.items()]
    run_tool(MonoPredictCTLearnModel(), argv=argv, cwd=out.parent, raises=True)
    return out
