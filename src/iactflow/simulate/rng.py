"""Random numbers of the compiled code: SplitMix64, a counter that is hashed, so that every shower has its own stream.

Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. The state is the counter and its
(odd) increment; both come from numpy's SeedSequence, so that streams of different showers do not overlap in practice.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.compiled import always_inlined, inlined

Rng = NDArray[np.uint64]

TWO_TO_MINUS_53 = 2.0**-53


def stream(seed: int, primary: int, shower_index: int) -> NDArray[np.uint64]:
    """Return the state of the stream that belongs to one shower, shape (2,)."""
    state = np.random.SeedSequence([seed, abs(primary), shower_index]).generate_state(2, np.uint64).astype(np.uint64)
    state[1] |= np.uint64(1)
    return state


@always_inlined
def uniform(rng: Rng) -> float:
    """Return a number from the open interval (0, 1)."""
    rng[0] += rng[1]
    z = rng[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (float(z >> np.uint64(11)) + 0.5) * TWO_TO_MINUS_53


@always_inlined
def exponential(rng: Rng) -> float:
    """Return an exponential variate of mean one."""
    return -math.log(uniform(rng))


@always_inlined
def azimuth(rng: Rng) -> tuple[float, float]:
    """Return cosine and sine of a uniform azimuth (von Neumann's rejection in the unit disc)."""
    while True:
        a = 2.0 * uniform(rng) - 1.0
        b = 2.0 * uniform(rng) - 1.0
        s = a * a + b * b
        if 1e-12 < s < 1.0:
            norm = 1.0 / math.sqrt(s)
            return a * norm, b * norm


@inlined
def poisson(rng: Rng, mean: float) -> int:
    """Return a Poisson variate, by inversion in pieces of mean at most 30 (so that exp does not underflow)."""
    total = 0
    while mean > 0.0:
        piece = min(mean, 30.0)
        mean -= piece
        product = uniform(rng)
        limit = math.exp(-piece)
        while product > limit:
            total += 1
            product *= uniform(rng)
    return total
