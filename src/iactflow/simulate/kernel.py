"""The loop that empties the stack: one shower from its primary to the ground (compiled)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.cherenkov import Air, Mirrors
from iactflow.simulate.compiled import compiled
from iactflow.simulate.electromagnetic import EmTables
from iactflow.simulate.electron import follow_electron
from iactflow.simulate.hadron import follow_heavy, interact
from iactflow.simulate.library import HadronTables
from iactflow.simulate.particles import GAMMA, POSITRON
from iactflow.simulate.photon import follow_photon
from iactflow.simulate.work import ENERGY, FIRST_HEIGHT, N_STACK, PRIMARY, TIME, UX, UY, UZ, WEIGHT, Work, X, Y, Z

Float64 = NDArray[np.float64]


@compiled
def run_shower(
    work: Work,
    air: Air,
    em: EmTables,
    moliere: Float64,
    hadrons: HadronTables,
    m: Mirrors,
    field: Float64,
    first_height: float,
    limits: Float64,
) -> None:
    """Follow everything that is on the stack, and all its descendants.

    Parameters
    ----------
    work, air, em, moliere, hadrons, m
        Memory, and the tables of the modules of these names.
    field : (3,) T
        Magnetic field in the ground frame.
    first_height : float, m
        Where the primary has to interact; negative: where chance has it.
    limits : (2,) GeV
        Lowest energies of muons and hadrons, see decays.
    """
    while work.counts[N_STACK] > 0:
        n = work.counts[N_STACK] - 1
        work.counts[N_STACK] = n
        kind = work.kind[n]
        s = work.stack[n]
        energy, x, y, z, t, ux, uy, uz, w = s[ENERGY], s[X], s[Y], s[Z], s[TIME], s[UX], s[UY], s[UZ], s[WEIGHT]
        primary = s[PRIMARY] > 0
        fixed = first_height if work.budget[FIRST_HEIGHT] < 0 else -1.0
        if kind == GAMMA:
            if follow_photon(work, air, em, fixed, energy, x, y, z, t, ux, uy, uz, w):
                n = work.counts[N_STACK] - 1
                work.counts[N_STACK] = n
                s = work.stack[n]
                interact(
                    work, air, em, hadrons, limits, work.kind[n],
                    s[ENERGY], s[X], s[Y], s[Z], s[TIME], s[UX], s[UY], s[UZ], s[WEIGHT],
                )  # fmt: skip
        elif kind <= POSITRON:
            follow_electron(
                work, air, em, moliere, m, field, primary, kind, energy, x, y, z, t, ux, uy, uz, w
            )  # fmt: skip
        else:
            follow_heavy(
                work, air, em, moliere, hadrons, m, field, fixed, limits, primary, kind,
                energy, x, y, z, t, ux, uy, uz, w,
            )  # fmt: skip
