"""Optimizers and schedules by the names of the configuration."""

from typing import Any

from iactflow.models.backend import keras

#: CTLearn's own plateau schedule: half the rate after five epochs without an improvement, not below one millionth.
PLATEAU_FACTOR, PLATEAU_PATIENCE, PLATEAU_FLOOR = 0.5, 5, 1e-6


def make_optimizer(
    name: str,
    learning_rate: float,
    *,
    schedule: str,
    n_steps: int,
    weight_decay: float = 0.0,
    warmup: float = 0.0,
    clip: float | None = None,
    n_shares: int = 1,
) -> Any:
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
    warmup : float
        Share of the steps in which the rate of ``cosine`` rises from zero.
    clip : float or None
        Greatest norm of a weight array's gradient.
    n_shares : int
        Devices that each apply the mean of their gradients, see Notes.

    Notes
    -----
    Keras clips the gradient that each of n devices applies, then takes the sum over devices. The gradient g of a whole
    batch is the sum of its shares' gradients. Where every device applies the mean g / n, clipped to c / n, the sum is g
    clipped to c, as on one device.
    """
    norm = None if clip is None else clip / n_shares
    rate: Any = learning_rate
    if schedule == "cosine":
        rising = round(warmup * n_steps)
        falling = max(1, n_steps - rising)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0 if rising else learning_rate,
            falling,
            warmup_target=learning_rate if rising else None,
            warmup_steps=rising,
        )
    optimizer: Any
    if name == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=weight_decay, clipnorm=norm)
    elif name == "adam":
        optimizer = keras.optimizers.Adam(rate, clipnorm=norm)
    else:
        optimizer = keras.optimizers.SGD(rate, clipnorm=norm)
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
