"""Images from noise as CaloScore draws them (Mikuni and Nachman, arXiv:2308.03847): the published recipe beside ours.

z_t = alpha x + sigma e with alpha^2 + sigma^2 = 1, log(alpha^2 / sigma^2) = -2 log tan(a t + b) within +-20. The
network gives v = alpha e - sigma x (Salimans and Ho, arXiv:2202.00512); images follow by deterministic DDIM steps.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from iactflow.generation.flow import each, mean_square, noise_like, ones_for
from iactflow.models.backend import keras

ops = keras.ops

#: Largest logarithm of the ratio of signal to noise.
_LARGEST = 20.0
_B = float(np.arctan(np.exp(-_LARGEST / 2)))
_A = float(np.arctan(np.exp(_LARGEST / 2))) - _B


class Diffusion:
    """A network as the velocity of variance-preserving diffusion.

    Parameters
    ----------
    network : keras.Model
        See `iactflow.generation.networks`; its second time is always zero.
    """

    def __init__(self, network: Any) -> None:
        self.network = network

    def velocity(self, z: Any, t: Any, told: dict[str, Any]) -> Any:
        """Give v for z (n, ...), times (n,) and what the network is told."""
        inputs = {name: value for name, value in told.items() if name != "mask"}
        v = self.network({**inputs, "image": z, "times": ops.stack([t, 0 * t], axis=1)})
        return v * told["mask"] if "mask" in told else v

    def loss(self, x: Any, told: dict[str, Any], seeds: Any) -> Any:
        """Give the loss of each image, shape (n,): mean square of the velocity's error over its pixels."""
        t = keras.random.uniform((ops.shape(x)[0],), seed=seeds)
        e = noise_like(x, told, seeds)
        alpha, sigma = (each(part, x) for part in signal_and_noise(t))
        return mean_square(self.velocity(alpha * x + sigma * e, t, told) - (alpha * e - sigma * x), told)

    def solve(self, e: Any, told: dict[str, Any], steps: int) -> Any:
        """Take DDIM steps from noise to images, one evaluation of the network each."""
        z, ones = e, ones_for(e)
        for t, s in pairwise(np.linspace(1, 0, steps + 1).tolist()):
            v = self.velocity(z, t * ones, told)
            (alpha, sigma), (alpha_s, sigma_s) = (
                [each(part, z) for part in signal_and_noise(time * ones)] for time in (t, s)
            )
            z = alpha_s * (alpha * z - sigma * v) + sigma_s * (sigma * z + alpha * v)
        return z


def signal_and_noise(t: Any) -> tuple[Any, Any]:
    """Give alpha and sigma at times t: cosine and sine of a t + b."""
    return ops.cos(_A * t + _B), ops.sin(_A * t + _B)
