"""What runs a bundle's model: Keras, or the small runtimes that shrunk models are made for."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.cores import usable_cores
from iactflow.errors import ConfigError, InputError
from iactflow.models.window_numpy import NumpyWindow

#: Suffix of the file of a network that each runtime but Keras reads.
SUFFIXES: Mapping[str, str] = {"litert": ".tflite", "onnx": ".onnx"}
#: Suffix of a window that stands before networks of LiteRT.
WINDOW_SUFFIX = ".npz"


class LiteRtModel:
    """Files that run one after the other: those of LiteRT, and windows of NumPy (``.npz``).

    Each takes what it names from the pixels and from what those before it gave; the model gives what the last one
    gives.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The files, in their order.

    Raises
    ------
    InputError
        If a file cannot be read.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._parts = [NumpyWindow.load(path) if path.suffix == WINDOW_SUFFIX else _interpreter(path) for path in paths]

    def predict_on_batch(self, pixels: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Give the outputs by name for a batch of pixel columns, each of shape (n, n_pixels)."""
        known, outputs = dict(pixels), dict[str, np.ndarray]()
        for part in self._parts:
            outputs = part(known)
            known |= outputs
        return outputs


def _interpreter(path: Path) -> Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]:
    """Open a file of LiteRT: a function of arrays by name."""
    from iactflow.models.backend import tf

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of another package that the interpreter moves to
            interpreter = tf.lite.Interpreter(str(path), num_threads=usable_cores())
        runner = interpreter.get_signature_runner()
    except (ValueError, RuntimeError, OSError) as error:
        raise InputError(f"{path} is no LiteRT model that can be read: {error}") from error
    names = sorted(runner.get_input_details())
    return lambda known: {name: value.copy() for name, value in runner(**{one: known[one] for one in names}).items()}


class OnnxModel:
    """A model in ONNX, run by onnxruntime on the processor.

    Raises
    ------
    ConfigError
        If onnxruntime is not installed.
    InputError
        If the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise ConfigError(
                f"{path} takes the package onnxruntime, which is not installed. Install it, or use the bundle that it "
                "was made from."
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = usable_cores()
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors have no common class but this
            raise InputError(f"{path} is no ONNX model that can be read: {error}") from error
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        self._outputs = [entry.name for entry in self._session.get_outputs()]

    def predict_on_batch(self, pixels: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Give the outputs by name for a batch of pixel columns, each of shape (n, n_pixels)."""
        values = self._session.run(self._outputs, {name: pixels[name] for name in self._inputs})
        return dict(zip(self._outputs, values, strict=True))


def load_runtime(folder: Path, name: str, files: Sequence[str]) -> LiteRtModel | OnnxModel:
    """Open the files of a bundle that Keras does not run.

    Raises
    ------
    InputError
        If a file is missing or damaged, or this version does not know the runtime.
    """
    paths = [folder / file for file in files]
    missing = [path for path in paths if not path.is_file()]
    if missing or not paths:
        raise InputError(f"{folder} lacks {', '.join(path.name for path in missing)}. Shrink the model again.")
    if name == "litert":
        return LiteRtModel(paths)
    if name == "onnx":
        return OnnxModel(paths[0])
    raise InputError(f"{folder} is run by {name}; this version knows keras, {', '.join(SUFFIXES)}.")
