"""Conversion to LiteRT (TensorFlow Lite): a network with weights in half precision, or of 8-bit integers alone."""

import logging
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data.camera import Camera
from iactflow.models.backend import tf, without_xla
from iactflow.models.bundle import Bundle
from iactflow.models.runtime import WINDOW_SUFFIX
from iactflow.shrink.parts import Parts, take_apart


def to_float16(bundle: Bundle, folder: Path, camera: Camera) -> list[str]:
    """Write a bundle's model with the network's weights in float16; LiteRT computes with them in float32.

    Parameters
    ----------
    bundle : Bundle
        Run by Keras.
    folder : pathlib.Path
        Where to write.
    camera : Camera
        Of the bundle.

    Returns
    -------
    list of str
        Names of the written files, in the order in which they run. What comes before and after the network stays in
        float32: with pixel positions in half precision the window of one image in a hundred moves to another pixel.
    """
    parts = take_apart(bundle, camera)
    converter = _converter(parts.network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return _write(folder, parts, converter)


def to_int8(bundle: Bundle, folder: Path, camera: Camera, pixels: Mapping[str, np.ndarray]) -> list[str]:
    """Write a bundle's model with a network whose weights, activations and operations are 8-bit integers.

    Parameters
    ----------
    bundle, folder, camera
        As of `to_float16`.
    pixels : mapping of ndarray, shape (n, n_pixels)
        Representative images: the ranges of all numbers in the network are taken from them.

    Returns
    -------
    list of str
        Names of the written files, in the order in which they run. What comes before and after the network stays in
        float32, because charges span five decades.
    """
    parts = take_apart(bundle, camera)
    seen = parts.before.predict_on_batch(dict(pixels))
    names = list(parts.network.input)

    def representative() -> Iterator[dict[str, np.ndarray]]:
        for row in range(len(seen[names[0]])):
            yield {name: np.asarray(seen[name][row : row + 1], np.float32) for name in names}

    converter = _converter(parts.network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return _write(folder, parts, converter)


def _write(folder: Path, parts: Parts, network: Any) -> list[str]:
    """Write the parts; where there is a window of NumPy we run it, and what comes before is for LiteRT elsewhere."""
    converters = {"before": _converter(parts.before), "network": network, "after": _converter(parts.after)}
    for name, converter in converters.items():
        (folder / f"{name}.tflite").write_bytes(_converted(converter))
    files = [f"{name}.tflite" for name in converters]
    if parts.window is not None:
        files[0] = f"window{WINDOW_SUFFIX}"
        parts.window.save(folder / files[0])
    return files


def _converter(model: Any) -> Any:
    """Make a converter of a Keras model that takes and gives tensors by name."""
    logging.getLogger("absl").setLevel(logging.ERROR)
    specification = {
        name: tf.TensorSpec(tensor.shape, tensor.dtype, name=name) for name, tensor in _inputs(model).items()
    }
    module = tf.Module()
    module.held = [variable.value for variable in model.variables]

    def call(**tensors: Any) -> Any:
        return model(tensors, training=False)

    function: Any = tf.function(call, autograph=False)
    with without_xla():
        concrete = function.get_concrete_function(**specification)
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)


def _converted(converter: Any) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of another package that TensorFlow's interpreter moves to
        return bytes(converter.convert())


def _inputs(model: Any) -> dict[str, Any]:
    return dict(model.input) if isinstance(model.input, dict) else {tensor.name: tensor for tensor in model.inputs}
