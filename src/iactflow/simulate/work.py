"""Memory that the compiled transport works in: particles to be followed, light, energy budget, profiles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.compiled import always_inlined

Float64 = NDArray[np.float64]

STACK_SIZE = 60_000
PROFILE_STEP = 10.0  # g / cm2, vertical
N_PROFILE = 120

# Columns of Work.stack.
ENERGY, X, Y, Z, TIME, UX, UY, UZ, WEIGHT, PRIMARY = range(10)
# Places in Work.counts (cherenkov.N_LIGHT is the first).
N_LIGHT, N_STACK, OVERFLOW, STEPS, INTERACTIONS = range(5)
# Places in Work.budget.
DEPOSITED, CUT, GROUND, SIDEWAYS, NEUTRINOS, FIRST_HEIGHT = range(6)
# Rows of Work.profile.
ELECTRONS, POSITRONS, MUONS, HADRONS = range(4)


class Work(NamedTuple):
    """State of one shower in flight.

    stack : (STACK_SIZE, 10)
        Total energy (GeV), place (m), time (ns), direction, statistical weight, whether it is (part of) the primary.
    kind : (STACK_SIZE,)
        Particle numbers.
    rng : (2,) uint64
    light : (n, 5) float32
        Gnomonic longitude and latitude (deg), time (ns), place on the mirror along latitude and longitude (m).
    telescope : (n,) int32
    counts : (5,) int64
    budget : (6,)
        GeV by fate; height of the first interaction (m).
    profile : (4, N_PROFILE)
        Particles by kind against vertical depth.
    thin : (2,)
        Energy (GeV) below which electrons, positrons and photons are thinned, and their largest weight.
    """

    stack: Float64
    kind: NDArray[np.int64]
    rng: NDArray[np.uint64]
    light: NDArray[np.float32]
    telescope: NDArray[np.int32]
    counts: NDArray[np.int64]
    budget: Float64
    profile: Float64
    thin: Float64


def new_work(rng: NDArray[np.uint64], room_for_light: int, thin: tuple[float, float] = (0.0, 1.0)) -> Work:
    """Allocate the memory of a shower."""
    return Work(
        np.empty((STACK_SIZE, 10)),
        np.empty(STACK_SIZE, np.int64),
        rng,
        np.empty((room_for_light, 5), np.float32),
        np.empty(room_for_light, np.int32),
        np.zeros(5, np.int64),
        np.zeros(6),
        np.zeros((4, N_PROFILE)),
        np.array(thin),
    )


@always_inlined
def push(
    work: Work,
    kind: int,
    energy: float,
    x: float,
    y: float,
    z: float,
    t: float,
    ux: float,
    uy: float,
    uz: float,
    weight: float,
) -> None:
    """Put a particle on the stack."""
    n = work.counts[N_STACK]
    if n >= work.stack.shape[0]:
        work.counts[OVERFLOW] += 1
        return
    work.stack[n, ENERGY] = energy
    work.stack[n, X], work.stack[n, Y], work.stack[n, Z], work.stack[n, TIME] = x, y, z, t
    work.stack[n, UX], work.stack[n, UY], work.stack[n, UZ] = ux, uy, uz
    work.stack[n, WEIGHT], work.stack[n, PRIMARY] = weight, 0.0
    work.kind[n] = kind
    work.counts[N_STACK] = n + 1
