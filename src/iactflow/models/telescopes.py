"""Layers between single images and array events: fold, unfold, pool over telescopes, weigh estimates."""

from collections.abc import Sequence
from typing import Any, Literal

from iactflow.models.backend import PACKAGE, keras, tf

#: What keeps weights of absent telescopes from counting, and a precision matrix from vanishing (1/deg^2).
_NEVER, _LEAST_PRECISION = -1e9, 1e-3
#: Bound of the logarithm of a precision's roots: from 50 deg to 0.02 deg.
_LOG_PRECISION = 4.0
#: Bound of the number below a precision's diagonal, 1/deg.
_MOST_SKEWED = 50.0


@keras.saving.register_keras_serializable(package=PACKAGE)
class Fold(keras.layers.Layer):  # type: ignore[misc]
    """List the images of a batch of events one by one: (n, k, ...) becomes (n_images, ...); absent ones are left out.

    Takes what is to be listed and ``present`` of shape (n, k).
    """

    def compute_output_spec(self, inputs: Sequence[Any]) -> Any:
        """Give the shape."""
        values, _ = inputs
        return keras.KerasTensor((None, *values.shape[2:]), dtype=values.dtype)

    def call(self, inputs: Sequence[Any]) -> Any:
        """List them."""
        values, present = inputs
        return tf.boolean_mask(values, present > 0)


@keras.saving.register_keras_serializable(package=PACKAGE)
class Unfold(keras.layers.Layer):  # type: ignore[misc]
    """Undo `Fold`: features of shape (n_images, d) become (n, k, d), zero where there is no image."""

    def compute_output_spec(self, inputs: Sequence[Any]) -> Any:
        """Give the shape."""
        features, present = inputs
        return keras.KerasTensor((*present.shape, features.shape[-1]), dtype=features.dtype)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Put them back."""
        features, present = inputs
        shape = tf.concat([tf.shape(present), [features.shape[-1]]], axis=0)
        return tf.ensure_shape(
            tf.scatter_nd(tf.where(present > 0), features, tf.cast(shape, tf.int64)),
            (*present.shape, features.shape[-1]),
        )


@keras.saving.register_keras_serializable(package=PACKAGE)
class Pool(keras.layers.Layer):  # type: ignore[misc]
    """Tell each telescope what all of them saw, whatever their order: (n, k, d) and ``present`` to (n, k, d).

    Parameters
    ----------
    pooling : str
        ``mean``, ``max``, or ``attention``: a mean with weights that the network gives as a third input, (n, k, 1).
    """

    def __init__(self, pooling: Literal["attention", "mean", "max"], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pooling = pooling

    def call(self, inputs: Sequence[Any]) -> Any:
        """Pool."""
        values, present = inputs[:2]
        here = present[..., None]
        if self.pooling == "max":
            pooled = keras.ops.max(values + (1 - here) * _NEVER, axis=1, keepdims=True)
        else:
            shares = shares_of(inputs[2] if self.pooling == "attention" else keras.ops.zeros_like(here), present)
            pooled = keras.ops.sum(shares * values, axis=1, keepdims=True)
        return keras.ops.broadcast_to(pooled, keras.ops.shape(values))

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "pooling": self.pooling}


def shares_of(scores: Any, present: Any) -> Any:
    """Turn scores of shape (n, k, 1) into shares that sum to one over the telescopes that are there."""
    ops = keras.ops
    scores = ops.cast(scores, "float32") + (1 - present[..., None]) * _NEVER
    weights = ops.exp(scores - ops.max(scores, axis=1, keepdims=True))
    return weights / ops.sum(weights, axis=1, keepdims=True)


@keras.saving.register_keras_serializable(package=PACKAGE)
class WeightedMean(keras.layers.Layer):  # type: ignore[misc]
    """Average the telescopes' estimates (n, k, d) with shares from scores (n, k, 1); also takes ``present``."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Average."""
        estimates, scores, present = inputs
        return keras.ops.sum(shares_of(scores, present) * estimates, axis=1)


@keras.saving.register_keras_serializable(package=PACKAGE)
class PreciseMean(keras.layers.Layer):  # type: ignore[misc]
    """Average the telescopes' directions, each with a precision matrix of its own.

    Takes directions (n, k, 2) in deg, three numbers (n, k, 3) that make a precision P = L L^T with the lower triangle
    L = ((exp a, 0), (c, exp b)), and ``present``.

    Notes
    -----
    x = (sum P)^-1 sum P z, the most likely point if each z is Gaussian with covariance P^-1: an image says much more
    across its axis than along it, so that axes which cross fix a point.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Average."""
        ops = keras.ops
        # Double precision: the determinant is a small difference where all images are parallel.
        directions, numbers, present = (ops.cast(part, "float64") for part in inputs)
        first, second = (
            ops.exp(_LOG_PRECISION * ops.tanh(numbers[..., number] / _LOG_PRECISION)) for number in range(2)
        )
        third = _MOST_SKEWED * ops.tanh(numbers[..., 2] / _MOST_SKEWED)
        xx = (ops.square(first) + _LEAST_PRECISION) * present
        xy = first * third * present
        yy = (ops.square(third) + ops.square(second) + _LEAST_PRECISION) * present
        x, y = directions[..., 0], directions[..., 1]
        a, b, d = (ops.sum(part, axis=1) for part in (xx, xy, yy))
        u, v = ops.sum(xx * x + xy * y, axis=1), ops.sum(xy * x + yy * y, axis=1)
        mean = ops.stack([d * u - b * v, a * v - b * u], axis=-1) / (a * d - b * b)[:, None]
        return ops.cast(mean, "float32")
