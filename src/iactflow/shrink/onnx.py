"""Conversion to ONNX: the whole model in one file, from raw pixels to physical quantities."""

import contextlib
import io
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from iactflow.errors import ConfigError
from iactflow.models.backend import without_xla
from iactflow.models.bundle import Bundle

_NEEDED = ("onnx", "onnxruntime", "tf2onnx")


def require_onnx() -> None:
    """Raise `ConfigError` if a package that ONNX takes is not installed."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ConfigError(f"shrink.to=onnx takes the packages {', '.join(missing)}, which are not installed.")


def to_onnx(bundle: Bundle, folder: Path, pixels: Mapping[str, np.ndarray]) -> list[str]:
    """Write a bundle's whole model in float32.

    Parameters
    ----------
    bundle : Bundle
        Run by Keras.
    folder : pathlib.Path
        Where to write.
    pixels : mapping of ndarray, shape (n, n_pixels)
        Images; Keras exports a loaded model only after it has been called.

    Returns
    -------
    list of str
        Name of the written file. Its inputs are pixel columns of a store by their names, its outputs physical
        quantities; the number of images is free.
    """
    with without_xla(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore", FutureWarning)  # Keras asks NumPy for a name that is to come back
        bundle.model({name: values[:1] for name, values in pixels.items()})
        bundle.model.export(str(folder / "model.onnx"), format="onnx", verbose=False)
    return ["model.onnx"]
