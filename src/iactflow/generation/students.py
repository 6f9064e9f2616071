"""Losses that turn a teacher into a student of one to four steps; notation of `iactflow.generation.flow`."""

from typing import Any

from iactflow.generation.derivatives import directional
from iactflow.generation.flow import Flow, TimeLaw, each, mean_square, noise_like
from iactflow.models.backend import keras

ops = keras.ops

#: Share of the images whose time is 1, where one-step sampling begins.
_AT_ONE = 1 / 6
#: Regularises the adaptive weight (Geng et al., arXiv:2505.13447, equation 22: power of the squared error).
_FLOOR, _POWER = 1e-3, 0.5


def consistency_loss(
    flow: Flow, x: Any, told: dict[str, Any], times: TimeLaw, seeds: Any, progress: Any, stages: int
) -> Any:
    """Easy consistency tuning (Geng et al., arXiv:2406.14548): the image seen from t is that seen from r < t.

    r / t grows from 0, where the target is the image itself, in `stages` stages towards 1 while `progress` goes from 0
    to 1. Both see the same noise.
    """
    e = noise_like(x, told, seeds)
    t = _with_ones(times.draw(ops.shape(x)[0], seeds), seeds)
    stage = ops.floor(progress * stages)
    r = t * (1 - 2 ** (-stage))
    zero = ops.zeros_like(t)

    def image(t: Any) -> Any:
        z = x + each(t, x) * (e - x)
        return z - each(t, x) * flow.mean_velocity(z, zero, t, told)

    target = ops.stop_gradient(ops.where(each(r, x) > 1e-3, image(r), x))
    loss = mean_square(image(t) - target, told)
    return loss * _weight(loss) / ops.maximum(t - r, 1e-2)


def mean_flow_loss(flow: Flow, x: Any, told: dict[str, Any], times: TimeLaw, seeds: Any, teacher: Flow) -> Any:
    """Improved MeanFlow (Geng et al., arXiv:2505.13447 and arXiv:2512.02012): u + (t - r) du/dt is the velocity.

    The velocity, also the one along which du/dt is taken, is the teacher's: e - x has the same mean, but with its
    scatter students do not find a known Gaussian back. Half of the images have r = t.
    """
    n = ops.shape(x)[0]
    e = noise_like(x, told, seeds)
    one, other = times.draw(n, seeds), times.draw(n, seeds) * keras.random.uniform((n,), seed=seeds)
    t, r = ops.maximum(one, other), ops.minimum(one, other)
    whole = keras.random.uniform((n,), seed=seeds)
    t, r = ops.where(whole < _AT_ONE, 1.0, t), ops.where(whole < _AT_ONE, 0.0, r)
    r = ops.where(whole > 0.5, t, r)
    z = x + each(t, x) * (e - x)
    v = ops.stop_gradient(teacher.velocity(z, t, told))
    _, slope = directional(
        lambda z, r, t: flow.mean_velocity(z, r, t, told), (z, r, t), (v, ops.zeros_like(r), ops.ones_like(t))
    )
    u = flow.mean_velocity(z, r, t, told)
    loss = mean_square(u + each(t - r, x) * ops.stop_gradient(slope) - v, told)
    return loss * _weight(loss)


def progressive_loss(
    flow: Flow, x: Any, told: dict[str, Any], times: TimeLaw, seeds: Any, progress: Any, stages: int, teacher: Flow
) -> Any:
    """Progressive distillation (Salimans and Ho, arXiv:2202.00512): one jump equals two of half its length.

    The shorter jumps are the student's own, the teacher's velocity for the shortest. The longest jump doubles from
    2^-stages to 1 while `progress` goes from 0 to 1; half of the images have the longest, the others any shorter one.
    """
    n = ops.shape(x)[0]
    e = noise_like(x, told, seeds)
    longest = ops.minimum(ops.floor(progress * (stages + 1)), stages)
    drawn = ops.floor(2 * keras.random.uniform((n,), seed=seeds) * (longest + 1))
    length = 2.0 ** (ops.minimum(drawn, longest) - stages)
    t = _with_ones(ops.maximum(times.draw(n, seeds), length), seeds)
    z = x + each(t, x) * (e - x)
    half, r = t - length / 2, ops.maximum(t - length, 0.0)
    first = each(ops.where(length <= 2.0**-stages, 1.0, 0.0), x)

    def short(z: Any, r: Any, t: Any) -> Any:
        own, told_by_teacher = flow.mean_velocity(z, r, t, told), teacher.velocity(z, t, told)
        return first * told_by_teacher + (1 - first) * own

    u1 = short(z, half, t)
    u2 = short(z - each(t - half, x) * u1, r, half)
    loss = mean_square(flow.mean_velocity(z, r, t, told) - ops.stop_gradient((u1 + u2) / 2), told)
    return loss * _weight(loss)


def _with_ones(t: Any, seeds: Any) -> Any:
    """Set a share of the times to 1."""
    return ops.where(keras.random.uniform(ops.shape(t), seed=seeds) < _AT_ONE, 1.0, t)


def _weight(loss: Any) -> Any:
    """Let images with large errors, which are noisy, count less."""
    return ops.stop_gradient((loss + _FLOOR) ** -_POWER)
