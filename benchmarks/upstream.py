"""CTLearn's own tools on a DL1 file, timed from within: training steps, and predictions from file to file."""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.reading import BATCH, telescopes_in

#: Steps of a training that are not timed: the first ones compile.
WARM_UP = 2
#: Share of the images that upstream keeps for validation; less than a batch makes it fail.
_VALIDATION = 0.03


def training_rate(network: str, dl1: Path, out: Path, n_steps: int) -> float:
    """Give images per second of some steps of ``ctlearn-train-model`` for the energy.

    Parameters
    ----------
    network : str
        ``SingleCNN`` or ``ResNet``.
    dl1 : pathlib.Path
        File to train on.
    out : pathlib.Path
        Folder that it writes to; must not exist.
    n_steps : int
        Steps that are timed, after `WARM_UP`; then the training ends.
    """
    import keras
    from ctapipe.core import run_tool
    from ctlearn.tools.train_model import TrainCTLearnModel

    times: list[float] = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            times.append(perf_counter())
            self.model.stop_training = len(times) > WARM_UP + n_steps

    class Watched(TrainCTLearnModel):
        name = TrainCTLearnModel.name

        def setup(self) -> None:
            super().setup()
            self.callbacks = [Watch()]

    argv = [f"--config={_settings(dl1, out)}", f"--signal={dl1.parent}", f"--pattern-signal={dl1.name}"]
    argv += [f"--output={out}", "--reco=energy", "--quiet", f"--TrainCTLearnModel.model_type={network}"]
    argv += ["--TrainCTLearnModel.n_epochs=1", f"--TrainCTLearnModel.batch_size={BATCH}"]
    argv += [f"--TrainCTLearnModel.validation_split={_VALIDATION}"]
    run_tool(Watched(), argv=argv, cwd=out.parent, raises=True)
    timed = times[WARM_UP : WARM_UP + n_steps + 1]
    return (len(timed) - 1) * BATCH / (timed[-1] - timed[0])


def prediction_seconds(model: Path, dl1: Path, out: Path) -> float:
    """Give the duration of ``ctlearn-predict-mono-model`` for the energy, imports and reading of options left out."""
    from ctapipe.core import run_tool
    from ctlearn.tools.predict_model import MonoPredictCTLearnModel

    argv = [f"--config={_settings(dl1, out)}", f"--input_url={dl1}", f"--output={out}", f"--energy_model={model}"]
    start = perf_counter()
    run_tool(MonoPredictCTLearnModel(), argv=[*argv, "--quiet"], cwd=out.parent, raises=True)
    return perf_counter() - start


def _settings(dl1: Path, out: Path) -> Path:
    """Write the configuration of a tool: every image, its charges and times after cleaning."""
    settings = {
        "DLDataReader": {
            "image_mapper_type": "BilinearMapper",
            "allowed_tels": telescopes_in(dl1),
            "focal_length_choice": "EQUIVALENT",
        },
        "DLImageReader": {"channels": ["cleaned_image", "cleaned_peak_time"]},
        "TableQualityQuery": {"quality_criteria": []},
        "PredictCTLearnModel": {"batch_size": BATCH, "keras_verbose": 0},
        "HDF5Merger": {"dl1_images": False, "true_images": False},  # ours carries no pixels along either
    }
    file = out.with_suffix(".json")
    file.write_text(json.dumps(settings))
    return file
