"""Optimizers, schedules and losses by the names of the configuration."""

from typing import Any

from iactflow.models.backend import keras

#: CTLearn's own plateau schedule: half the rate after five epochs without an improvement, not below one millionth.
PLATEAU_FACTOR, PLATEAU_PATIENCE, PLATEAU_FLOOR = 0.5, 5, 1e-6

#: Losses of labels; the same for every task, summed over tasks.
LOSSES = {
    "mae": keras.losses.MeanAbsoluteError,
    "mse": keras.losses.MeanSquaredError,
    "huber": keras.losses.Huber,
}


def make_optimizer(name: str, learning_rate: float, *, schedule: str, n_steps: int, weight_decay: float = 0.0) -> Any:
    """Make an optimizer with its schedule.

    Parameters
    ----------
    name : str
        ``adam``, ``adamw`` or ``sgd``.
    learning_rate : float
        Greatest rate of the schedule.
    schedule : str
        ``constant``, ``plateau`` (see `lower_on_plateau`) or ``cosine``, which falls to zero with the last step.
    n_steps : int
        Steps of the whole fit.
    weight_decay : float
        Of ``adamw``.
    """
    rate: Any = learning_rate
    if schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(learning_rate, max(1, n_steps))
    optimizer: Any
    if name == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=weight_decay)
    elif name == "adam":
        optimizer = keras.optimizers.Adam(rate)
    else:
        optimizer = keras.optimizers.SGD(rate)
    if keras.config.dtype_policy().compute_dtype == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def learning_rate_of(optimizer: Any) -> float:
    """Tell the learning rate of the next step."""
    return float(keras.ops.convert_to_numpy(getattr(optimizer, "inner_optimizer", optimizer).learning_rate))


def lower_on_plateau(optimizer: Any) -> None:
    """Take the next lower learning rate."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    inner.learning_rate = max(learning_rate_of(optimizer) * PLATEAU_FACTOR, PLATEAU_FLOOR)
