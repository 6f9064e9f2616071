"""Images from noise along straight lines: flow matching, the teacher's method.

z_t = (1 - t) x + t e with images x, noise e ~ N(0, 1) and times t in [0, 1]; u(z, r, t) is the mean velocity from t
down to r < t along the flow, so that z_r = z_t - (t - r) u, and u(z, t, t) its velocity. Flow matching (Lipman et al.,
arXiv:2210.02747) fits u(z, t, t) to e - x; students (`iactflow.generation.students`) fit u for r < t.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from iactflow.models.backend import keras

ops = keras.ops


@dataclass(frozen=True)
class TimeLaw:
    """Logit-normal law that times are drawn from in training.

    Attributes
    ----------
    centre, width : float
        Mean and standard deviation of log(t / (1 - t)). Sparse images decide where they lie at times near 1.
    """

    centre: float = 0.5
    width: float = 1.5

    def draw(self, n: Any, seeds: Any) -> Any:
        """Draw n times."""
        return ops.sigmoid(self.centre + self.width * keras.random.normal((n,), seed=seeds))


class Flow:
    """A network as the mean velocity of a flow.

    Parameters
    ----------
    network : keras.Model
        See `iactflow.generation.networks`.
    spread : float
        Standard deviation of what is drawn.

    Notes
    -----
    u = skip z + (spread / s_t) F(z / s_t), s_t^2 = ((1 - t) spread)^2 + t^2: the exact mean velocity of Gaussian data,
    with a learned term of the size that is left (Karras et al.'s preconditioning, arXiv:2206.00364, carried over to
    mean velocities; r = t gives velocities).
    """

    def __init__(self, network: Any, spread: float) -> None:
        self.network, self.spread = network, spread

    def mean_velocity(self, z: Any, r: Any, t: Any, told: dict[str, Any]) -> Any:
        """Give u(z, r, t) for z (n, ...), times (n,) and what the network is told."""
        s_r, s_t = self._scale(r), self._scale(t)
        skip = ((1 + self.spread**2) * (t + r) - 2 * self.spread**2) / (s_t * (s_t + s_r))
        inputs = {name: value for name, value in told.items() if name != "mask"}
        learned = self.network({**inputs, "image": each(1 / s_t, z) * z, "times": ops.stack([t, t - r], axis=1)})
        u = each(skip, z) * z + each(self.spread / s_t, z) * learned
        return u * told["mask"] if "mask" in told else u

    def velocity(self, z: Any, t: Any, told: dict[str, Any]) -> Any:
        """Give u(z, t, t)."""
        return self.mean_velocity(z, t, t, told)

    def loss(self, x: Any, told: dict[str, Any], times: TimeLaw, seeds: Any) -> Any:
        """Give the loss of each image, shape (n,): mean square of u(z, t, t) - (e - x) over its pixels."""
        e = noise_like(x, told, seeds)
        t = times.draw(ops.shape(x)[0], seeds)
        return mean_square(self.velocity(x + each(t, x) * (e - x), t, told) - (e - x), told)

    def solve(self, e: Any, told: dict[str, Any], steps: int, shift: float = 1.0) -> Any:
        """Follow the flow from noise to images by Heun's method, with 2 steps - 1 evaluations of the network.

        Parameters
        ----------
        e : tensor, shape (n, ...)
            Noise.
        told : dict
            What the network is told.
        steps : int
            Steps.
        shift : float
            More than 1 makes steps shorter near t = 1.
        """
        z, ones = e, ones_for(e)
        for t, r in pairwise(time_grid(steps, shift)):
            slope = self.velocity(z, t * ones, told)
            there = z - (t - r) * slope
            z = there if r == 0 else z - (t - r) / 2 * (slope + self.velocity(there, r * ones, told))
        return z

    def jump(self, e: Any, told: dict[str, Any], steps: int, shift: float = 1.0) -> Any:
        """Go from noise to images in a few jumps along mean velocities, one evaluation of the network each."""
        z, ones = e, ones_for(e)
        for t, r in pairwise(time_grid(steps, shift)):
            z = z - (t - r) * self.mean_velocity(z, r * ones, t * ones, told)
        return z

    def renoise(self, e: Any, told: dict[str, Any], steps: int, shift: float, seeds: Any) -> Any:
        """Jump to an image, add new noise of a smaller t and jump again: sampling of consistency models."""
        z, ones = e, ones_for(e)
        for t, r in pairwise(time_grid(steps, shift)):
            z = z - t * self.mean_velocity(z, 0 * ones, t * ones, told)
            if r > 0:
                z = (1 - r) * z + r * noise_like(z, told, seeds)
        return z

    def _scale(self, t: Any) -> Any:
        return ops.sqrt(((1 - t) * self.spread) ** 2 + t**2)


def time_grid(steps: int, shift: float) -> list[float]:
    """Divide the times from 1 to 0: t' = s t / (1 + (s - 1) t) of equal steps in t."""
    t = np.linspace(1, 0, steps + 1)
    return [float(value) for value in shift * t / (1 + (shift - 1) * t)]


def each(factor: Any, like: Any) -> Any:
    """Let one number per image, shape (n,), multiply something of shape (n, ...)."""
    return ops.reshape(factor, (-1, *(1,) * (len(like.shape) - 1)))


def ones_for(x: Any) -> Any:
    """Give a one for each image, shape (n,)."""
    return ops.ones((ops.shape(x)[0],), "float32")


def noise_like(x: Any, told: dict[str, Any], seeds: Any) -> Any:
    """Draw noise, none where there is no pixel."""
    e = keras.random.normal(ops.shape(x), seed=seeds)
    return e * told["mask"] if "mask" in told else e


def mean_square(difference: Any, told: dict[str, Any]) -> Any:
    """Average a square over the pixels of each image, shape (n,)."""
    axes = tuple(range(1, len(difference.shape)))
    total = ops.sum(ops.square(difference), axis=axes)
    if "mask" in told:
        return total / ops.sum(told["mask"], axis=axes)
    return total / np.prod(difference.shape[1:])
