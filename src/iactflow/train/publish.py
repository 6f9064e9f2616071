"""Writing of a model bundle: the models, what they are, and what they cost."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from iactflow.config import Section
from iactflow.data.feeder import gather
from iactflow.fitting.cost import flops_per_event, ms_per_event, n_parameters
from iactflow.fitting.device import device_name
from iactflow.fitting.state import FitState
from iactflow.models.assemble import physical_model
from iactflow.models.bundle import (
    BUNDLE_FORMAT,
    CTLEARN_FILE,
    MANIFEST,
    MODEL_FILE,
    PREDICT_BATCH,
    range_of_validity,
)
from iactflow.models.predictor import Cost
from iactflow.models.tasks import tasks_named
from iactflow.train.examples import Examples
from iactflow.train.place import publishing

_PACKAGES = ("iactflow", "tensorflow", "keras", "ctlearn", "dl1-data-handler", "ctapipe", "numpy")


def publish(
    out: Path,
    *,
    tasks: list[str],
    instrument: str,
    sections: dict[str, Section],
    examples: Examples,
    picture: Any,
    network: Any,
    state: FitState,
    mlflow: dict[str, Any],
) -> dict[str, Any]:
    """Write a bundle and give the content of its ``model.json``.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the bundle, claimed.
    tasks : list of str
        What the network estimates.
    instrument : str
        Name in the configuration.
    sections : dict of Section
        ``selection``, ``model`` and ``train``.
    examples : Examples
        What it was fitted to.
    picture, network : keras.Model
        Mapping and fitted network.
    state : FitState
        Of the finished fit.
    mlflow : dict
        Where the run is recorded.
    """
    store = examples.store
    physical = physical_model(picture, network, tasks)
    config = {name: section.model_dump(mode="json") for name, section in sections.items()}
    with publishing(out) as folder:
        physical.save(folder / MODEL_FILE)
        if config["model"]["name"].startswith("ctlearn."):
            network.save(folder / CTLEARN_FILE)
        pixels = gather(store, examples.train[:PREDICT_BATCH], [tensor.name for tensor in physical.inputs])
        info = {
            "format": BUNDLE_FORMAT,
            "name": config["model"]["name"],
            "tasks": tasks,
            "instrument": instrument,
            "camera": {"name": store.camera.name, "hash": store.camera.hash},
            "inputs": {tensor.name: list(tensor.shape[1:]) for tensor in physical.inputs},
            "outputs": {task.name: task.unit for task in tasks_named(tasks)},
            "labels": {task.name: task.label for task in tasks_named(tasks)},
            "loss": f"{config['train']['loss']} of the labels, summed over tasks",
            "range_of_validity": range_of_validity(store, examples.train),
            "config": config,
            "cuts": [cut._asdict() for cut in examples.cuts],
            "stores": examples.stores,
            "seed": config["train"]["seed"],
            "kept_epoch": state.best_epoch or state.epoch,
            "history": state.history,
            "cost": _cost(physical, network, pixels, state, folder / MODEL_FILE).as_dict(),
            "summary": _summary(network),
            "versions": {name: version(name) for name in _PACKAGES},
            "mlflow": mlflow,
        }
        (folder / MANIFEST).write_text(json.dumps(info, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return info


def _cost(physical: Any, network: Any, pixels: dict[str, Any], state: FitState, file: Path) -> Cost:
    ms, n_timed = ms_per_event(physical, pixels, PREDICT_BATCH)
    return Cost(
        parameters=n_parameters(network),
        flops_per_event=flops_per_event(network),
        train_seconds=state.seconds,
        train_images=state.images,
        ms_per_event=ms,
        n_events_timed=n_timed,
        device=device_name(),
        batch_size=PREDICT_BATCH,
        bytes_on_disk=file.stat().st_size,
    )


def _summary(network: Any) -> str:
    lines: list[str] = []
    network.summary(print_fn=lines.append, line_length=100, expand_nested=True)
    return "\n".join(lines)
