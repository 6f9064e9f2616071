"""Random numbers of the compiled code: SplitMix64, a counter that is hashed, so that every shower has its own stream.

Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. The state is the counter and its
(odd) increment; both come from numpy's SeedSequence, so that streams of different showers do not overlap in practice.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.compiled import always_inlined, inlined
from iactflow.simulate.elementary import ln, sine_cosine

Rng = NDArray[np.uint64]

TWO_TO_MINUS_53 = 2.0**-53
TWO_TO_MINUS_21 = 2.0**-21
LOWEST_21 = np.uint64((1 << 21) - 1)


def stream(seed: int, primary: int, shower_index: int) -> NDArray[np.uint64]:
    """Return the state of the stream that belongs to one shower, shape (2,)."""
    state = np.random.SeedSequence([seed, abs(primary), shower_index]).generate_state(2, np.uint64).astype(np.uint64)
    state[1] |= np.uint64(1)
    return state


def state_of(generator: np.random.Generator) -> NDArray[np.uint64]:
    """Begin a stream with two numbers of a generator; returns its state, shape (2,)."""
    state = generator.integers(1 << 64, size=2, dtype=np.uint64)
    state[1] |= np.uint64(1)
    return state


@always_inlined
def _mixed(z: np.uint64) -> np.uint64:
    """Hash 64 bits, as SplitMix64 does with its counter."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@always_inlined
def hashed(number: np.uint64) -> float:
    """Return a number from (0, 1) that belongs to a 64-bit number."""
    return (float(_mixed(number * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)) + 0.5) * TWO_TO_MINUS_53


@always_inlined
def bits(rng: Rng) -> np.uint64:
    """Return 64 random bits."""
    rng[0] += rng[1]
    return _mixed(rng[0])


@always_inlined
def uniform(rng: Rng) -> float:
    """Return a number from the open interval (0, 1)."""
    return (float(bits(rng) >> np.uint64(11)) + 0.5) * TWO_TO_MINUS_53


@always_inlined
def three_uniforms(rng: Rng) -> tuple[float, float, float]:
    """Return three numbers from (0, 1), each of 21 bits."""
    z = bits(rng)
    return (
        (float(z >> np.uint64(43)) + 0.5) * TWO_TO_MINUS_21,
        (float((z >> np.uint64(22)) & LOWEST_21) + 0.5) * TWO_TO_MINUS_21,
        (float((z >> np.uint64(1)) & LOWEST_21) + 0.5) * TWO_TO_MINUS_21,
    )


@always_inlined
def exponential(rng: Rng) -> float:
    """Return an exponential variate of mean one."""
    return -ln(uniform(rng))


@always_inlined
def azimuth(rng: Rng) -> tuple[float, float]:
    """Return cosine and sine of a uniform azimuth: an angle within a quarter of the circle, and two signs."""
    z = bits(rng)
    s, c = sine_cosine((float(z >> np.uint64(11)) + 0.5) * (TWO_TO_MINUS_53 * 0.5 * math.pi))
    return c * (1.0 - float(z & np.uint64(2))), s * (1.0 - 2.0 * float(z & np.uint64(1)))


@always_inlined
def normals(rng: Rng) -> tuple[float, float]:
    """Return two independent standard normal variates (Box and Muller)."""
    c, s = azimuth(rng)
    radius = math.sqrt(2 * exponential(rng))
    return radius * c, radius * s


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
