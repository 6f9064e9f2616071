"""Writing of a model bundle: the models, what they are, and what they cost."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data.array import images_of
from iactflow.data.feeder import gather
from iactflow.fitting.cost import as_function, flops_per_event, ms_per_event, n_parameters
from iactflow.fitting.device import device_name
from iactflow.fitting.place import publishing
from iactflow.fitting.state import FitState
from iactflow.models.assemble import physical_model
from iactflow.models.bundle import (
    BUNDLE_FORMAT,
    CODE_FILE,
    CTLEARN_FILE,
    EXAMPLE_FILE,
    MANIFEST,
    MODEL_FILE,
    PREDICT_BATCH,
    range_of_validity,
)
from iactflow.models.config import Model
from iactflow.models.custom import code_of
from iactflow.models.predictor import Cost
from iactflow.models.registry import CTLEARN
from iactflow.models.tasks import tasks_named
from iactflow.models.upstream import upstream_model
from iactflow.models.view import View
from iactflow.registered.card import CARD, card
from iactflow.train.config import Train
from iactflow.train.examples import Examples
from iactflow.versions import code_hash

_PACKAGES = ("iactflow", "tensorflow", "keras", "ctlearn", "dl1-data-handler", "ctapipe", "numpy")
#: Images that a bundle keeps as an example of its input.
_EXAMPLES = 2


def publish(
    out: Path,
    *,
    tasks: list[str],
    instrument: str,
    sections: dict[str, Any],
    examples: Examples,
    view: View,
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
    view : View
        What the network sees.
    network : keras.Model
        The fitted network.
    state : FitState
        Of the finished fit.
    mlflow : dict
        Where the run is recorded.
    """
    store = examples.store
    model: Model = sections["model"]
    physical = physical_model(model, store.camera, view, network, tasks)
    config = {name: section.model_dump(mode="json") for name, section in sections.items()}
    with publishing(out) as folder:
        physical.save(folder / MODEL_FILE)
        if model.name.startswith(CTLEARN):
            upstream_model(network).save(folder / CTLEARN_FILE)
        code = code_of(model.name)
        if code is not None:
            (folder / CODE_FILE).write_bytes(code)
        pixels = gather(store, examples.train[:PREDICT_BATCH], [tensor.name for tensor in physical.inputs])
        example: dict[str, Any] = {name: values[:_EXAMPLES] for name, values in pixels.items()}
        np.savez_compressed(folder / EXAMPLE_FILE, **example)
        info = {
            "format": BUNDLE_FORMAT,
            "name": model.name,
            "tasks": tasks,
            "instrument": instrument,
            "camera": {"name": store.camera.name, "hash": store.camera.hash},
            "telescopes": sorted(int(number) for number in store.camera.telescopes["tel_id"]),
            "inputs": {tensor.name: list(tensor.shape[1:]) for tensor in physical.inputs},
            "outputs": {name: unit for task in tasks_named(tasks) for name, unit in task.quantities.items()},
            "labels": {task.name: task.label for task in tasks_named(tasks)},
            "loss": _loss_in_words(tasks, sections["train"]),
            "range_of_validity": range_of_validity(store, images_of(examples.train)),
            "config": config,
            "cuts": [cut._asdict() for cut in examples.cuts],
            "stores": examples.stores,
            "seed": config["train"]["seed"],
            "kept_epoch": state.best_epoch or state.epoch,
            "history": state.history,
            "cost": _cost(physical, network, pixels, state, folder / MODEL_FILE).as_dict(),
            "summary": _summary(network),
            "versions": {name: version(name) for name in _PACKAGES},
            "code": code_hash(),
            "mlflow": mlflow,
        }
        (folder / CARD).write_text(card(info), encoding="utf-8")
        (folder / MANIFEST).write_text(json.dumps(info, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return info


def _loss_in_words(tasks: list[str], config: Train) -> str:
    """Say what was minimised, as reports print it."""
    parts = []
    for task in tasks_named(tasks):
        factor = getattr(config.task_weights, task.name)
        times = f"{factor:g} x " if len(tasks) > 1 else ""
        who = " of gammas" if task.signal_only and not config.regress_background else ""
        parts.append(f"{times}{getattr(config.loss, task.name)} of {task.name} in {task.loss_unit}{who}")
    balance = "; gammas and background count the same" if "type" in tasks and config.class_balance else ""
    index = "" if config.energy_index is None else f"; images weighted to a spectrum of index {config.energy_index:g}"
    return " + ".join(parts) + balance + index


def _cost(physical: Any, network: Any, pixels: dict[str, Any], state: FitState, file: Path) -> Cost:
    ms, n_timed = ms_per_event(as_function(physical), pixels, PREDICT_BATCH)
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
