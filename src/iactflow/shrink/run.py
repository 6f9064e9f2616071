"""The work of ``shrink``: a smaller or more portable bundle beside the original."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data.feeder import gather
from iactflow.data.select import apply_selection, require_rows
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.bundle import Bundle
from iactflow.shrink.config import Shrink
from iactflow.storage import refuse_existing


@dataclass(frozen=True)
class ShrinkSummary:
    """What shrink made.

    Attributes
    ----------
    path : pathlib.Path
        The bundle.
    name : str
        What pages call it.
    before, after : dict
        ``bytes_on_disk``, ``parameters`` and ``ms_per_event`` of the original and of the shrunk model, timed in the
        same run.
    change : dict of dict
        By quantity what `iactflow.shrink.write.changes` gives.
    n_images : int
        Images that both were shown.
    """

    path: Path
    name: str
    before: dict[str, float]
    after: dict[str, float]
    change: dict[str, dict[str, float]]
    n_images: int


def run(model: Path, stores: Sequence[Path], out: Path, *, config: Shrink, overwrite: bool = False) -> ShrinkSummary:
    """Shrink a model.

    Parameters
    ----------
    model : pathlib.Path
        Bundle that train wrote.
    stores : sequence of pathlib.Path
        Stores of its camera. Images of their train part show what numbers the network meets; a pruned network is
        fitted to them.
    out : pathlib.Path
        Bundle to write; evaluate, predict and compare take it as they take the original.
    config : Shrink
        What to make.
    overwrite : bool
        Whether an existing bundle may be replaced.

    Returns
    -------
    ShrinkSummary

    Raises
    ------
    ConfigError
        If the model was shrunk before, is of array events or another camera, cannot be pruned, or a package is missing.
    InputError
        If the model or a store is missing or no image passes the model's cuts.
    IactflowError
        If a model in ONNX gives other numbers than the original.
    """
    from iactflow.shrink.onnx import require_onnx

    if config.to != "pruned":
        refuse_existing(out, overwrite=overwrite)
    if config.to == "onnx":
        require_onnx()
    bundle = Bundle.load(model)
    if "runtime" in bundle.info:
        former = bundle.info["shrunk"]
        raise ConfigError(
            f"{model} is shrunk already ({former['to']}). Shrink {former['from']['path']}, which it was made from."
        )
    if bundle.config.mode == "stereo":
        raise ConfigError(f"shrink takes models of single images. Received: {model} with model.mode: stereo.")
    store = Store(list(stores))
    store.camera.require_same(bundle.camera_hash, here=str(store.paths[0]), there=str(model))
    pixels = _images(bundle, store, config.images)
    if config.to == "pruned":
        from iactflow.shrink.prune import prune

        info = prune(bundle, stores, out, config, pixels, overwrite=overwrite)
    else:
        from iactflow.shrink.write import write_converted

        convert = _converter(bundle, store, pixels, config.to)
        command = _command(model, stores, out, config)
        info = write_converted(bundle, out, config, pixels, convert, command, overwrite=overwrite)
    shrunk = info["shrunk"]
    after = {name: info["cost"][name] for name in ("bytes_on_disk", "parameters", "ms_per_event")}
    return ShrinkSummary(out, info["name"], shrunk["original"], after, shrunk["change"], shrunk["n_images"])


def _images(bundle: Bundle, store: Store, n: int) -> dict[str, np.ndarray]:
    """Read pixels of up to `n` images of the train part that pass the model's cuts, evenly over the stores."""
    rows, cuts = apply_selection(store, bundle.selection, store.rows("train"))
    require_rows(rows, cuts, where=f"train part of {', '.join(map(str, store.paths))}")
    chosen = np.linspace(0, len(rows) - 1, min(n, len(rows))).round().astype(int)
    return gather(store, rows[chosen], list(bundle.info["inputs"]))


def _command(model: Path, stores: Sequence[Path], out: Path, config: Shrink) -> str:
    """Write the command that shrinks a model in the same way."""
    words = ["iactflow", "shrink", "--model", str(model), "--to", config.to]
    for store in stores:
        words += ["--data", str(store)]
    for name, value in config:
        if name != "to" and value != getattr(Shrink(), name):
            words += ["--set", f"shrink.{name}={value}"]
    return shlex.join([*words, "--out", str(out)])


def _converter(bundle: Bundle, store: Store, pixels: dict[str, np.ndarray], to: str) -> Any:
    from iactflow.shrink.litert import to_float16, to_int8
    from iactflow.shrink.onnx import to_onnx

    if to == "int8":
        return partial(to_int8, bundle, camera=store.camera, pixels=pixels)
    if to == "onnx":
        return partial(to_onnx, bundle, pixels=pixels)
    return partial(to_float16, bundle, camera=store.camera)
