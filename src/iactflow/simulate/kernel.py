"""The loop that empties the stack: one shower from its primary to the ground (compiled)."""

from __future__ import annotations

from iactflow.simulate.compiled import compiled
from iactflow.simulate.electron import follow_electron, follow_photon
from iactflow.simulate.particles import ELECTRON, GAMMA, POSITRON
from iactflow.simulate.work import CUT, ENERGY, FIRST_HEIGHT, N_STACK, TIME, UX, UY, UZ, WEIGHT, X, Y, Z


@compiled
def run_shower(work, air, em, moliere, mirrors, field, no_field, thin, first_height, floors):  # noqa: ANN001, ANN201
    """Follow everything that is on the stack, and all its descendants."""
    while work.counts[N_STACK] > 0:
        n = work.counts[N_STACK] - 1
        work.counts[N_STACK] = n
        kind = work.kind[n]
        s = work.stack[n]
        energy, x, y, z, t, ux, uy, uz, w = s[ENERGY], s[X], s[Y], s[Z], s[TIME], s[UX], s[UY], s[UZ], s[WEIGHT]
        if kind == GAMMA:
            fixed = first_height if work.budget[FIRST_HEIGHT] < 0 else -1.0
            follow_photon(work, air, em, fixed, thin, energy, x, y, z, t, ux, uy, uz, w)
        elif kind == ELECTRON or kind == POSITRON:
            b = no_field if work.budget[FIRST_HEIGHT] < 0 else field
            follow_electron(work, air, em, moliere, mirrors, b, thin, kind, energy, x, y, z, t, ux, uy, uz, w)
        else:
            work.budget[CUT] += w * energy
