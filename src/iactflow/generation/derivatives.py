"""Derivatives and compilation: the only part of generation that differs between Keras's backends."""

from collections.abc import Callable, Sequence
from typing import Any

from iactflow.models.backend import tf


def compiled(function: Callable[..., Any], *, xla: bool = False) -> Any:
    """Compile a function of tensors."""
    made: Any = tf.function(function, jit_compile=xla, reduce_retracing=True, autograph=False)
    return made


def value_and_gradients(loss: Callable[[], Any], variables: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Give a scalar and its derivatives by variables (keras.Variable)."""
    values = [variable.value for variable in variables]
    with tf.GradientTape() as tape:
        result = loss()
    return result, tape.gradient(result, values)


def gradient_by(function: Callable[[Any], Any], point: Any) -> Any:
    """Give the derivative of the sum of a function by a tensor; it can be differentiated again."""
    with tf.GradientTape() as tape:
        tape.watch(point)
        result = function(point)
    return tape.gradient(result, point)


def directional(function: Callable[..., Any], point: Sequence[Any], direction: Sequence[Any]) -> tuple[Any, Any]:
    """Give a function at a point and its derivative along a direction (a Jacobian-vector product).

    Parameters
    ----------
    function : callable
        Of tensors.
    point, direction : sequence of tensor
        Of the same shapes.
    """
    with tf.autodiff.ForwardAccumulator(list(point), list(direction)) as accumulator:
        result = function(*point)
    return result, accumulator.jvp(result, unconnected_gradients=tf.UnconnectedGradients.ZERO)
