"""Keras on TensorFlow, imported in one place so that it starts quietly and on the right backend."""

import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

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

__all__ = ["PACKAGE", "keras", "tf"]
