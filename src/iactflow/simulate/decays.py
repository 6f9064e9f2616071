"""Decays in flight of pions, kaons and muons (compiled). Branching fractions: PDG 2022, small modes added to others."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.cherenkov import Air
from iactflow.simulate.compiled import inlined
from iactflow.simulate.electromagnetic import EmTables
from iactflow.simulate.particles import (
    ELECTRON,
    GAMMA,
    K_LONG,
    K_MINUS,
    K_PLUS,
    K_SHORT,
    M_ELECTRON,
    M_MUON,
    M_PI_ZERO,
    M_PION,
    MASS,
    MUON_MINUS,
    MUON_PLUS,
    PI_MINUS,
    PI_PLUS,
    PI_ZERO,
    POSITRON,
)
from iactflow.simulate.rng import azimuth, uniform
from iactflow.simulate.tracks import push_lepton_or_drop, push_photon_or_drop
from iactflow.simulate.work import CUT, NEUTRINOS, Work, push

Float64 = NDArray[np.float64]
Rng = NDArray[np.uint64]

NEUTRINO = -1
MUON_CUT, HADRON_CUT = range(2)
"""Places in ``limits``: lowest total energy of muons, lowest kinetic energy of hadrons, GeV."""


@inlined
def push_or_drop(
    work: Work,
    air: Air,
    em: EmTables,
    limits: Float64,
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
    """Follow a particle of any kind if it is worth it."""
    if kind == NEUTRINO:
        work.budget[NEUTRINOS] += weight * energy
    elif kind == GAMMA:
        push_photon_or_drop(work, air, energy, x, y, z, t, ux, uy, uz, weight)
    elif kind <= POSITRON:
        push_lepton_or_drop(work, air, kind, energy, x, y, z, t, ux, uy, uz, weight)
    elif kind <= MUON_PLUS:
        if energy > limits[MUON_CUT]:
            push(work, kind, energy, x, y, z, t, ux, uy, uz, weight)
        else:
            work.budget[CUT] += weight * energy
    elif kind in (PI_ZERO, K_SHORT) or energy - MASS[kind] > limits[HADRON_CUT]:
        push(work, kind, energy, x, y, z, t, ux, uy, uz, weight)
    else:
        work.budget[CUT] += weight * energy


@inlined
def boosted(
    px: float, py: float, pz: float, e: float, nx: float, ny: float, nz: float, gamma: float
) -> tuple[float, float, float, float]:
    """Boost a momentum and energy along a unit vector with a Lorentz factor."""
    along = px * nx + py * ny + pz * nz
    gamma_beta = math.sqrt(max(gamma * gamma - 1, 0.0))
    shift = (gamma - 1) * along + gamma_beta * e
    return px + shift * nx, py + shift * ny, pz + shift * nz, gamma * e + gamma_beta * along


@inlined
def isotropic(rng: Rng) -> tuple[float, float, float]:
    """Draw a unit vector."""
    cos = 2 * uniform(rng) - 1
    sin = math.sqrt(1 - cos * cos)
    c, s = azimuth(rng)
    return sin * c, sin * s, cos


@inlined
def breakup(mass: float, m1: float, m2: float) -> float:
    """Momentum of the products of a two-body decay at rest (PDG 2022, equation 49.17)."""
    product = (mass * mass - (m1 + m2) ** 2) * (mass * mass - (m1 - m2) ** 2)
    return math.sqrt(max(product, 0.0)) / (2 * mass)


@inlined
def _mass_of(kind: int) -> float:
    return 0.0 if kind == NEUTRINO else MASS[kind]


@inlined
def _send(
    work: Work,
    air: Air,
    em: EmTables,
    limits: Float64,
    kind: int,
    px: float,
    py: float,
    pz: float,
    e: float,
    gamma: float,
    x: float,
    y: float,
    z: float,
    t: float,
    ux: float,
    uy: float,
    uz: float,
    weight: float,
) -> None:
    """Boost a product from the parent's rest frame and follow it."""
    px, py, pz, e = boosted(px, py, pz, e, ux, uy, uz, gamma)
    p = 1 / math.sqrt(max(px * px + py * py + pz * pz, 1e-18))
    push_or_drop(work, air, em, limits, kind, e, x, y, z, t, px * p, py * p, pz * p, weight)


@inlined
def two_body(
    work: Work,
    air: Air,
    em: EmTables,
    limits: Float64,
    mass: float,
    k1: int,
    k2: int,
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
    """Decay isotropically into two particles."""
    m1, m2 = _mass_of(k1), _mass_of(k2)
    p = breakup(mass, m1, m2)
    nx, ny, nz = isotropic(work.rng)
    gamma = energy / mass
    e1, e2 = math.sqrt(p * p + m1 * m1), math.sqrt(p * p + m2 * m2)
    _send(work, air, em, limits, k1, p * nx, p * ny, p * nz, e1, gamma, x, y, z, t, ux, uy, uz, weight)
    _send(work, air, em, limits, k2, -p * nx, -p * ny, -p * nz, e2, gamma, x, y, z, t, ux, uy, uz, weight)


@inlined
def three_body(
    work: Work,
    air: Air,
    em: EmTables,
    limits: Float64,
    mass: float,
    k1: int,
    k2: int,
    k3: int,
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
    """Decay into three particles by phase space."""
    m1, m2, m3 = _mass_of(k1), _mass_of(k2), _mass_of(k3)
    low, high = m1 + m2, mass - m3
    bound = breakup(mass, low, m3) * breakup(high, m1, m2)
    pair, p, q = low, 0.0, 0.0
    while True:
        pair = low + (high - low) * uniform(work.rng)
        p, q = breakup(mass, pair, m3), breakup(pair, m1, m2)
        if uniform(work.rng) * bound < p * q:
            break
    gamma = energy / mass
    nx, ny, nz = isotropic(work.rng)
    vx, vy, vz = isotropic(work.rng)
    pair_gamma = math.sqrt(p * p + pair * pair) / max(pair, 1e-9)
    e1, e2 = math.sqrt(q * q + m1 * m1), math.sqrt(q * q + m2 * m2)
    ax, ay, az, e = boosted(q * vx, q * vy, q * vz, e1, nx, ny, nz, pair_gamma)
    _send(work, air, em, limits, k1, ax, ay, az, e, gamma, x, y, z, t, ux, uy, uz, weight)
    ax, ay, az, e = boosted(-q * vx, -q * vy, -q * vz, e2, nx, ny, nz, pair_gamma)
    _send(work, air, em, limits, k2, ax, ay, az, e, gamma, x, y, z, t, ux, uy, uz, weight)
    e3 = math.sqrt(p * p + m3 * m3)
    _send(work, air, em, limits, k3, -p * nx, -p * ny, -p * nz, e3, gamma, x, y, z, t, ux, uy, uz, weight)


@inlined
def _muon(
    work: Work,
    air: Air,
    em: EmTables,
    limits: Float64,
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
    """Decay of a muon: the Michel spectrum of the electron, x^2 (3 - 2 x), polarisation neglected."""
    share = 1.0
    while True:
        share = uniform(work.rng)
        if uniform(work.rng) < share * share * (3 - 2 * share):
            break
    e = max(share * M_MUON / 2, M_ELECTRON)
    p = math.sqrt(e * e - M_ELECTRON * M_ELECTRON)
    nx, ny, nz = isotropic(work.rng)
    px, py, pz, e = boosted(p * nx, p * ny, p * nz, e, ux, uy, uz, energy / M_MUON)
    work.budget[NEUTRINOS] += weight * (energy - e)
    p = 1 / math.sqrt(max(px * px + py * py + pz * pz, 1e-18))
    child = ELECTRON if kind == MUON_MINUS else POSITRON
    push_or_drop(work, air, em, limits, child, e, x, y, z, t, px * p, py * p, pz * p, weight)


@inlined
def decay(
    work: Work,
    air: Air,
    em: EmTables,
    limits: Float64,
    kind: int,
    energy: float,
    x: float,
    y: float,
    z: float,
    t: float,
    ux: float,
    uy: float,
    uz: float,
    w: float,
) -> None:
    """Let a particle decay where it is."""
    r = uniform(work.rng)
    mass = MASS[kind]
    if kind == PI_ZERO:
        two_body(work, air, em, limits, M_PI_ZERO, GAMMA, GAMMA, energy, x, y, z, t, ux, uy, uz, w)
    elif kind in (PI_PLUS, PI_MINUS):
        muon = MUON_PLUS if kind == PI_PLUS else MUON_MINUS
        two_body(work, air, em, limits, M_PION, muon, NEUTRINO, energy, x, y, z, t, ux, uy, uz, w)
    elif kind in (K_PLUS, K_MINUS):
        plus = kind == K_PLUS
        same, other = (PI_PLUS, PI_MINUS) if plus else (PI_MINUS, PI_PLUS)
        muon, electron = (MUON_PLUS, POSITRON) if plus else (MUON_MINUS, ELECTRON)
        if r < 0.6356:
            two_body(work, air, em, limits, mass, muon, NEUTRINO, energy, x, y, z, t, ux, uy, uz, w)
        elif r < 0.8423:
            two_body(work, air, em, limits, mass, same, PI_ZERO, energy, x, y, z, t, ux, uy, uz, w)
        elif r < 0.8981:
            three_body(work, air, em, limits, mass, same, same, other, energy, x, y, z, t, ux, uy, uz, w)
        elif r < 0.9157:
            three_body(work, air, em, limits, mass, same, PI_ZERO, PI_ZERO, energy, x, y, z, t, ux, uy, uz, w)
        elif r < 0.9664:
            three_body(work, air, em, limits, mass, PI_ZERO, electron, NEUTRINO, energy, x, y, z, t, ux, uy, uz, w)
        else:
            three_body(work, air, em, limits, mass, PI_ZERO, muon, NEUTRINO, energy, x, y, z, t, ux, uy, uz, w)
    elif kind == K_SHORT:
        first, second = (PI_PLUS, PI_MINUS) if r < 0.692 else (PI_ZERO, PI_ZERO)
        two_body(work, air, em, limits, mass, first, second, energy, x, y, z, t, ux, uy, uz, w)
    elif kind == K_LONG:
        pion, muon, electron = PI_PLUS, MUON_MINUS, ELECTRON
        if uniform(work.rng) < 0.5:
            pion, muon, electron = PI_MINUS, MUON_PLUS, POSITRON
        if r < 0.4055:
            three_body(work, air, em, limits, mass, pion, electron, NEUTRINO, energy, x, y, z, t, ux, uy, uz, w)
        elif r < 0.6759:
            three_body(work, air, em, limits, mass, pion, muon, NEUTRINO, energy, x, y, z, t, ux, uy, uz, w)
        elif r < 0.8711:
            three_body(work, air, em, limits, mass, PI_ZERO, PI_ZERO, PI_ZERO, energy, x, y, z, t, ux, uy, uz, w)
        else:
            three_body(work, air, em, limits, mass, PI_PLUS, PI_MINUS, PI_ZERO, energy, x, y, z, t, ux, uy, uz, w)
    else:
        _muon(work, air, em, limits, kind, energy, x, y, z, t, ux, uy, uz, w)
