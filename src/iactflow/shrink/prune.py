"""Structured pruning: a narrower hexnet with the strongest channels of the original, fitted for some more epochs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.config import validate
from iactflow.errors import ConfigError
from iactflow.fitting.cost import as_function, ms_per_event_in_turns
from iactflow.fitting.device import device_name
from iactflow.models.bundle import MANIFEST, MODEL_FILE, PREDICT_BATCH, Bundle, load_model, read_manifest
from iactflow.models.config import Model
from iactflow.shrink.config import Shrink
from iactflow.shrink.parts import model_section
from iactflow.shrink.write import changes, describe
from iactflow.train.config import Train
from iactflow.train.run import run


def prune(
    bundle: Bundle,
    stores: Sequence[Path],
    out: Path,
    config: Shrink,
    pixels: dict[str, np.ndarray],
    *,
    overwrite: bool,
) -> dict[str, Any]:
    """Write a narrower bundle and give the content of its ``model.json``.

    It is an ordinary bundle, which may be trained on, pruned again or shrunk in another way. Interrupted, the same
    call goes on from its checkpoint, as a training does.

    Raises
    ------
    ConfigError
        If the network is no hexnet, or so narrow that no channel would be left out.
    """
    section = model_section(bundle)
    train = validate(Train, bundle.info["config"]["train"], str(bundle.path / MANIFEST))
    before = bundle.model.predict_on_batch(pixels)

    def amend(folder: Path, info: dict[str, Any]) -> dict[str, Any]:
        pruned = load_model(folder / MODEL_FILE)
        both = (as_function(bundle.model), as_function(pruned))
        (ms_before, ms), n = ms_per_event_in_turns(both, pixels, PREDICT_BATCH)
        widths = ", ".join(map(str, info["config"]["model"]["hexnet"]["widths"]))
        change = changes(before, pruned.predict_on_batch(pixels))
        return {
            **info,
            "name": f"{bundle.name}, pruned to {widths}",
            "cost": info["cost"] | {"ms_per_event": ms, "n_events_timed": n, "device": device_name()},
            "shrunk": describe(bundle, config, pixels, ms_before) | {"change": change},
        }

    run(
        bundle.tasks,
        bundle.selection,
        narrower(section, config.keep).model_copy(update={"init": str(bundle.path), "freeze": "none"}),
        train.model_copy(update={"epochs": config.epochs, "learning_rate": config.learning_rate}),
        stores,
        out,
        instrument=bundle.info["instrument"],
        overwrite=overwrite,
        amend=amend,
    )
    return read_manifest(out)


def narrower(section: Model, keep: float) -> Model:
    """Give the ``model:`` section with a share of the channels of every stage, at least one.

    Raises
    ------
    ConfigError
        If the network is no hexnet, or nothing would change.
    """
    if section.name != "hexnet":
        raise ConfigError(f"shrink.to=pruned takes a hexnet. Received: {section.name}. The others take any network.")
    widths = [max(1, round(keep * width)) for width in section.hexnet.widths]
    if widths == section.hexnet.widths:
        raise ConfigError(f"shrink.keep must leave out a channel of {widths}. Received: {keep:g}.")
    return section.model_copy(update={"hexnet": section.hexnet.model_copy(update={"widths": widths})})
