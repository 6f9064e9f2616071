"""DL1 to DL2 beside CTLearn's own tool: the same networks, the same files."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import tables

from benchmarks.reading import make_dl1
from benchmarks.table import Row, device

#: Copies of the 10 public images of two telescopes, for about 10,000 and 100,000 images.
COPIES = (1_000, 10_000)
TASKS = ("energy", "cameradirection")

_COMMON = """
import json, sys
from pathlib import Path
from time import perf_counter
def done(start, n):
    # ru_maxrss would begin with the memory of the process that started this one
    [peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(json.dumps({"n": n, "seconds": perf_counter() - start, "peak_mib": int(peak) / 1024}))
"""
_OURS = """
from iactflow.predict.config import Predict
from iactflow.predict.run import run
if __name__ == "__main__":
    start = perf_counter()
    models, file, out = sys.argv[3:], sys.argv[1], Path(sys.argv[2])
    done(start, run(models, [file], out, config=Predict(prefix="CTLearn")).n_images)
"""
_UPSTREAM = """
from ctapipe.core import run_tool
from ctlearn.tools.predict_model import MonoPredictCTLearnModel
if __name__ == "__main__":
    start = perf_counter()
    settings = json.loads(sys.argv[3])
    argv = [f"--config={settings['config']}", f"--input_url={sys.argv[1]}", f"--output={sys.argv[2]}"]
    argv += [f"--{task}_model={path}/ctlearn.keras" for task, path in settings["models"].items()]
    tool = MonoPredictCTLearnModel()
    run_tool(tool, argv=argv, cwd=Path(sys.argv[2]).parent, raises=True)
    done(start, len(tool.indices))
"""


def rows() -> list[Row]:
    """Measure whole runs, with the start of their processes, for two tasks of a SingleCNN each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = _models(folder)
        found: list[Row] = []
        for copies in COPIES:
            file = make_dl1(folder / f"{copies}.dl1.h5", copies)
            ours = _measure(folder, _OURS, file, *map(str, models.values()))
            theirs = _measure(folder, _UPSTREAM, file, _upstream_settings(folder, file, models))
            found += _compared(ours, theirs)
            file.unlink()
    return found


def _compared(ours: dict[str, float], theirs: dict[str, float]) -> list[Row]:
    """Set speed and memory beside upstream's on the same file."""
    n, peer = int(ours["n"]), "ctlearn-predict-mono-model 0.10.4"
    rates, peaks = [one["n"] / one["seconds"] for one in (ours, theirs)], (ours["peak_mib"], theirs["peak_mib"])
    told = f"predict of {n:,} images, two tasks, start included"
    speed = Row(told, rates[0], "images/s", peer, rates[1], rates[0] / rates[1], n, device())
    memory = Row(
        f"peak memory of predict, {n:,} images", peaks[0], "MiB", peer, peaks[1], peaks[1] / peaks[0], n, device()
    )
    print(
        *(f"{row.name}: {row.ours:.4g} {row.unit}; {row.peer}: {row.peer_value:.4g}" for row in (speed, memory)),
        sep="\n",
    )
    return [speed, memory]


def _models(folder: Path) -> dict[str, Path]:
    """Train SingleCNNs for an epoch on the public images; speed does not depend on what they have learnt."""
    from iactflow.data.samples import sample
    from iactflow.data.select import Selection
    from iactflow.ingest.run import run as ingest
    from iactflow.models.config import Model
    from iactflow.train.config import Train
    from iactflow.train.run import run as train

    store = ingest([str(sample("sst1m-prod4-gamma"))], folder / "store").path
    return {
        task: train([task], Selection(), Model(), Train(epochs=1), [store], folder / task, instrument="sst1m-mono").path
        for task in TASKS
    }


def _upstream_settings(folder: Path, file: Path, models: dict[str, Path]) -> str:
    with tables.open_file(file) as handle:
        telescopes = [int(table.name.removeprefix("tel_")) for table in handle.root.dl1.event.telescope.images]
    settings = {
        "DLDataReader": {
            "image_mapper_type": "BilinearMapper",
            "allowed_tels": telescopes,
            "focal_length_choice": "EQUIVALENT",
        },
        "DLImageReader": {"channels": ["cleaned_image", "cleaned_peak_time"]},
        "TableQualityQuery": {"quality_criteria": []},  # every image, as ours
        "PredictCTLearnModel": {"batch_size": 64, "keras_verbose": 0},
        "HDF5Merger": {"dl1_images": False, "true_images": False},  # ours carries no pixels along either
    }
    config = folder / "upstream.json"
    config.write_text(json.dumps(settings))
    return json.dumps({"config": str(config), "models": {task: str(path) for task, path in models.items()}})


def _measure(folder: Path, code: str, file: Path, *arguments: str) -> dict[str, float]:
    script, out = folder / "predict.py", folder / "out.dl2.h5"
    script.write_text(_COMMON + code)
    out.unlink(missing_ok=True)
    command = [sys.executable, str(script), str(file), str(out), *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])
