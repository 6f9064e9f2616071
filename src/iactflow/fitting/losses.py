"""Losses of labels: one number per image, in the task's own unit, so that the weights of tasks can be compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iactflow.models.backend import keras

#: Distance below which ``huber`` and ``distance`` are quadratic, in dex and deg: the resolution of a good network.
SOFT = 0.1

#: Least probability that a cross-entropy counts.
_LEAST = 1e-7


def _mae(label: Any, output: Any) -> Any:
    return keras.ops.mean(keras.ops.abs(label - output), axis=-1)


def _mse(label: Any, output: Any) -> Any:
    return keras.ops.mean(keras.ops.square(label - output), axis=-1)


def _huber(label: Any, output: Any) -> Any:
    """Quadratic below `SOFT`, the absolute error minus half of it above, with the same slope where they meet."""
    error = keras.ops.abs(label - output)
    quadratic = keras.ops.square(error) / (2 * SOFT)
    return keras.ops.mean(keras.ops.where(error < SOFT, quadratic, error - SOFT / 2), axis=-1)


def _distance(label: Any, output: Any) -> Any:
    """Euclidean distance, smooth at zero: the same whichever way the camera is turned."""
    return keras.ops.sqrt(keras.ops.sum(keras.ops.square(label - output), axis=-1) + SOFT**2) - SOFT


def _cross_entropy(label: Any, output: Any) -> Any:
    return -keras.ops.sum(label * keras.ops.log(keras.ops.maximum(output, _LEAST)), axis=-1)


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "mae": _mae,
    "mse": _mse,
    "huber": _huber,
    "distance": _distance,
    "cross-entropy": _cross_entropy,
}


@dataclass(frozen=True)
class TaskLoss:
    """The loss of one task.

    Attributes
    ----------
    name : str
        Key of `LOSSES`.
    scale : float
        Size of the loss's unit in units of the label: of a degree in m for positions in a camera.
    weight : float
        Factor in the sum over tasks.
    """

    name: str
    scale: float = 1.0
    weight: float = 1.0

    def per_image(self, label: Any, output: Any) -> Any:
        """Give the loss of each image, shape (n,), without the task's weight."""
        output = keras.ops.cast(output, "float32")
        if self.name == "cross-entropy":
            return LOSSES[self.name](label, output)
        return LOSSES[self.name](label / self.scale, output / self.scale)
