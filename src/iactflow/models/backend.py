"""Keras on TensorFlow, imported in one place so that it starts quietly and on the right backend."""

import logging
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

#: Name under which our layers are registered, so that a saved model names them without a module path.
PACKAGE = "iactflow"

#: What TensorFlow's C++ part says while it is imported, whatever log level is set, and what nobody can act on.
_NOISE = re.compile(rb"I\d{4} |WARNING: All log messages before absl|^\s*$")


@contextmanager
def _without_noise() -> Iterator[None]:
    """Hold back standard error at the level of the process and pass on all that is not noise."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            os.write(2, b"".join(line for line in held if not _NOISE.match(line)))


# Both must be set before TensorFlow is first imported; a user's own values win.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

with _without_noise():
    import keras
    import tensorflow as tf

tf.get_logger().setLevel(logging.ERROR)  # its profiler calls a function of TensorFlow that warns of its own age

#: Whether functions of `compiled` are traced as they are, see `without_xla`.
_plain = False


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of tensors with XLA, which fuses its loops over pixels."""
    fused = tf.function(function, jit_compile=True, reduce_retracing=True, autograph=False)

    @wraps(function)
    def call(*args: Any) -> Any:
        return function(*args) if _plain else fused(*args)

    return call


@contextmanager
def without_xla() -> Iterator[None]:
    """Trace functions of `compiled` within the block as they are: converters to other formats know no XLA."""
    global _plain
    _plain = True
    try:
        yield
    finally:
        _plain = False


__all__ = ["PACKAGE", "compiled", "keras", "tf", "without_xla"]
