"""Writing of a shrunk bundle, with what became of its estimates, its size and its speed."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.errors import IactflowError
from iactflow.fitting.cost import as_function, ms_per_event_in_turns
from iactflow.fitting.device import device_name
from iactflow.models.bundle import MANIFEST, MODEL_FILE, PREDICT_BATCH, Bundle
from iactflow.models.device import describe_cpu
from iactflow.models.runtime import SUFFIXES, load_runtime
from iactflow.shrink.config import Shrink
from iactflow.storage import aside

#: Shares of the images whose estimates change by less than what is recorded.
_SHARES = {"median": 0.5, "of 99 %": 0.99, "largest": 1.0}


def write_converted(
    bundle: Bundle,
    out: Path,
    config: Shrink,
    pixels: dict[str, np.ndarray],
    convert: Callable[[Path], list[str]],
    command: str,
    *,
    overwrite: bool,
) -> dict[str, Any]:
    """Convert a bundle, run the result beside the original on the same images, and write it.

    Parameters
    ----------
    bundle : Bundle
        The original, run by Keras.
    out : pathlib.Path
        Bundle to write.
    config : Shrink
        What is made.
    pixels : dict of ndarray, shape (n, n_pixels)
        Images to compare and time both on.
    convert : callable
        Writes files into a folder and gives their names in the order in which they run.
    command : str
        Command that does it again, for pages.
    overwrite : bool
        Whether an existing bundle may be replaced.

    Returns
    -------
    dict
        Content of its ``model.json``.

    Raises
    ------
    IactflowError
        If a model in ONNX gives other numbers than the original.
    """
    with aside(out, overwrite=overwrite) as folder:
        folder.mkdir()
        files = convert(folder)
        runtime = next(name for name, suffix in SUFFIXES.items() if files[-1].endswith(suffix))
        model = load_runtime(folder, runtime, files)
        changed = changes(bundle.model.predict_on_batch(pixels), model.predict_on_batch(pixels))
        if config.to == "onnx":
            _require_equal(changed, config.tolerance)
        both = (as_function(bundle.model), model.predict_on_batch)
        (ms_before, ms), n = ms_per_event_in_turns(both, pixels, PREDICT_BATCH)
        cost = replace(
            bundle.cost(),
            ms_per_event=ms,
            n_events_timed=n,
            device=describe_cpu(),
            batch_size=PREDICT_BATCH,
            bytes_on_disk=sum(file.stat().st_size for file in folder.iterdir()),
        )
        info = {
            **bundle.info,
            "name": f"{bundle.name}, {config.to}",
            "runtime": runtime,
            "files": files,
            "cost": cost.as_dict(),
            "shrunk": describe(bundle, config, pixels, ms_before) | {"change": changed, "command": command},
        }
        (folder / MANIFEST).write_text(json.dumps(info, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return info


def describe(bundle: Bundle, config: Shrink, pixels: dict[str, np.ndarray], ms: float) -> dict[str, Any]:
    """Say what was shrunk how, with the size of the original and its time per event, `ms`, on this machine."""
    file = bundle.path / MODEL_FILE
    return {
        "to": config.to,
        "from": {"path": str(bundle.path), "name": bundle.name, "hash": _hash(file)},
        "n_images": len(next(iter(pixels.values()))),
        "original": {
            "ms_per_event": ms,
            "device": device_name(),
            "bytes_on_disk": file.stat().st_size,
            "parameters": bundle.info["cost"]["parameters"],
        },
    }


def changes(original: Mapping[str, Any], shrunk: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Compare estimates of the same images.

    Returns
    -------
    dict
        By quantity the absolute change, relative to the estimate where that is above one in its unit: of half of the
        images, of 99 % of them, and the largest.
    """
    changed = {}
    for name, before in original.items():
        before = np.asarray(before, float)
        size = np.abs(np.asarray(shrunk[name], float) - before) / np.maximum(np.abs(before), 1)
        changed[name] = {word: float(np.quantile(size, share)) for word, share in _SHARES.items()}
    return changed


def _require_equal(changed: Mapping[str, Mapping[str, float]], tolerance: float) -> None:
    worst = {name: sizes["largest"] for name, sizes in changed.items()}
    name = max(worst, key=lambda key: worst[key])
    if not worst[name] <= tolerance:
        raise IactflowError(
            f"The model in ONNX must give what the original gives, to {tolerance:g}. Received: {name} differs by up to "
            f"{worst[name]:.2g}. Nothing was written; a layer was converted wrongly."
        )


def _hash(file: Path) -> str:
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]
