"""Heads: from a backbone's features to one output per task."""

from collections.abc import Sequence
from typing import Any

from iactflow.models.backend import keras
from iactflow.models.tasks import tasks_named


def add_heads(features: Any, tasks: Sequence[str], hidden: Sequence[int] = (64,)) -> dict[str, Any]:
    """Put one head per task on features.

    Parameters
    ----------
    features : keras tensor, shape (n, d)
        What a backbone gives.
    tasks : sequence of str
        Names of tasks.
    hidden : sequence of int
        Widths of each head's layers.

    Returns
    -------
    dict of keras tensor
        By task: ``type`` as probabilities of background and signal, the others as numbers, in float32.
    """
    outputs = {}
    for task in tasks_named(tasks):
        x = features
        for number, units in enumerate(hidden, 1):
            x = keras.layers.Dense(
                units, activation="relu", kernel_initializer="he_normal", name=f"fc_{task.name}_{number}"
            )(x)
        x = keras.layers.Dense(task.width, dtype="float32", name=task.name)(x)
        outputs[task.name] = keras.layers.Softmax(dtype="float32", name="softmax")(x) if task.name == "type" else x
    return outputs
