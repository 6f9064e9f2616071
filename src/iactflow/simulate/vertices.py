"""Energies and angles of what comes out of electromagnetic interactions (compiled).

Spectra are the ones that ``electromagnetic`` integrates. All energies are total energies in GeV.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.compiled import always_inlined, inlined
from iactflow.simulate.electromagnetic import COMPLETE_SCREENING, LOG_Z_THIRD, SCREENING
from iactflow.simulate.elementary import ln
from iactflow.simulate.particles import M_ELECTRON
from iactflow.simulate.rng import uniform

Rng = NDArray[np.uint64]


@always_inlined
def screened(delta: float) -> tuple[float, float]:
    """phi1 / 4 - ln(Z) / 3 and the same of phi2, not below zero (see electromagnetic.screening_functions)."""
    if delta <= 1.0:
        phi1 = 20.867 + delta * (0.625 * delta - 3.242)
        phi2 = 20.209 - delta * (1.930 + 0.086 * delta)
    else:
        phi1 = 21.12 - 4.184 * ln(delta + 0.952)
        phi2 = phi1
    return max(phi1 / 4 - LOG_Z_THIRD, 0.0), max(phi2 / 4 - LOG_Z_THIRD, 0.0)


@always_inlined
def pair_share(rng: Rng, energy: float) -> float:
    """Share of a photon's energy that one lepton of a pair gets (Bethe-Heitler, screened)."""
    highest = screened(4 * SCREENING / energy)[0]
    lowest = M_ELECTRON / energy
    while True:
        v = lowest + (1 - 2 * lowest) * uniform(rng)
        vv = v * (1 - v)
        a1, a2 = screened(SCREENING / (energy * vv))
        if uniform(rng) * highest < (1 - 2 * vv) * a1 + 2 / 3 * vv * a2:
            return v


@always_inlined
def bremsstrahlung_share(rng: Rng, energy: float, cut: float) -> float:
    """Share of an electron's energy that a photon above the cut gets."""
    v_cut = cut / energy
    exponent = ln(v_cut)
    while True:
        v = math.exp(exponent * uniform(rng))
        a1, a2 = screened(SCREENING * v / (energy * max(1 - v, 1e-9)))
        if uniform(rng) * 1.37 * COMPLETE_SCREENING < (1 + (1 - v) ** 2) * a1 - 2 / 3 * (1 - v) * a2:
            return v


@inlined
def delta_share(rng: Rng, energy: float, cut: float, positron: bool) -> float:
    """Share of an electron's or positron's energy that an atomic electron above the cut gets (Moller, Bhabha)."""
    low = cut / energy
    upper = 1.0 if positron else 0.5
    while True:
        x = low / (1 - uniform(rng) * (1 - low / upper))
        shape = (1 - x + x * x) ** 2
        if positron:
            if uniform(rng) < shape:
                return x
        elif uniform(rng) * 2.26 < shape / (1 - x) ** 2:
            return x


@inlined
def annihilation_share(rng: Rng, energy: float) -> float:
    """Share of a positron's energy that one of the two photons gets: 1 / x + 1 / (1 - x), far above m_e."""
    low = M_ELECTRON / (2 * energy)
    x = low * math.exp(uniform(rng) * ln((1 - low) / low))
    return x if uniform(rng) < 0.5 else 1 - x


@inlined
def compton_share(rng: Rng, energy: float) -> tuple[float, float]:
    """Share that a scattered photon keeps, and the cosine of its angle (Klein and Nishina)."""
    k = energy / M_ELECTRON
    exponent = -ln(1 + 2 * k)
    while True:
        share = math.exp(exponent * uniform(rng))
        cos = 1 - (1 / share - 1) / k
        if 2 * uniform(rng) < 1 + share * share - share * (1 - cos * cos):
            return share, cos


@always_inlined
def opening(rng: Rng, energy: float) -> float:
    """Angle between a radiated photon and its electron, or a pair's lepton and its photon, rad.

    Leading term of the Sauter-Gluckstern-Hull distribution, (m / E)^2 / ((m / E)^2 + theta^2)^2, as in EGS.
    """
    r = uniform(rng)
    return min(M_ELECTRON / energy * math.sqrt(r / (1 - r)), 0.5)
