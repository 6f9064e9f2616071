"""Transport of electrons and positrons (compiled)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate import vertices
from iactflow.simulate.atmosphere import STEP
from iactflow.simulate.cherenkov import DENSITY, DEPTH, E_CUT, REFRACTIVITY, YIELD, Air, Mirrors
from iactflow.simulate.compiled import always_inlined, inlined
from iactflow.simulate.electromagnetic import (
    LOG_E_MIN,
    LOG_E_STEP,
    LOSS_HEIGHT_STEP,
    N_ENERGY,
    RADIATION_LENGTH,
    EmTables,
)
from iactflow.simulate.elementary import inverse_root, ln, sine_cosine
from iactflow.simulate.particles import ELECTRON, M_ELECTRON, POSITRON, SPEED_OF_LIGHT
from iactflow.simulate.rng import azimuth, exponential, uniform
from iactflow.simulate.scattering import moliere_angle, turn
from iactflow.simulate.tracks import (
    GEV_PER_TESLA_METRE,
    STEEPEST,
    emit_along_step,
    push_lepton_or_drop,
    push_photon_or_drop,
    roulette,
)
from iactflow.simulate.work import (
    CUT,
    DEPOSITED,
    ELECTRONS,
    FIRST_HEIGHT,
    GROUND,
    N_PROFILE,
    POSITRONS,
    PROFILE_STEP,
    SIDEWAYS,
    STEPS,
    Work,
)

Float64 = NDArray[np.float64]

WOBBLE = 0.0136 / math.sqrt(RADIATION_LENGTH)  # GeV cm / sqrt(g): Highland's angle per projected plane, no logarithm
ROULETTE_ENERGY, ROULETTE_WEIGHT = 0.12, 2.0
"""Electrons below this energy (GeV) and, times the largest weight of thinning, weight that go outside the telescopes' view are kept with a chance of one half
and twice the weight: hardly any of them turns back into view."""


@always_inlined
def _radiate(
    work: Work,
    air: Air,
    em: EmTables,
    energy: float,
    x: float,
    y: float,
    z: float,
    t: float,
    ux: float,
    uy: float,
    uz: float,
    weight: float,
) -> float:
    """Bremsstrahlung above the cut; returns the energy that is left."""
    if energy * 0.95 < em.cut:  # lost too much on the way: at the tip the screened cross section vanishes
        return energy
    share = vertices.bremsstrahlung_share(work.rng, energy, em.cut)
    photon, rest = share * energy, (1 - share) * energy
    theta = vertices.opening(work.rng, energy)
    c, s = azimuth(work.rng)
    a, b, d = turn(ux, uy, uz, *sine_cosine(theta), c, s)
    push_photon_or_drop(work, air, photon, x, y, z, t, a, b, d, weight)
    return rest


@inlined
def _knock_on(
    work: Work,
    air: Air,
    em: EmTables,
    positron: bool,
    energy: float,
    x: float,
    y: float,
    z: float,
    t: float,
    ux: float,
    uy: float,
    uz: float,
    weight: float,
) -> float:
    """Throw out an atomic electron; returns the energy that is left. Angle: p_t^2 = 2 m T (1 - T / E)."""
    if energy < (1.0 if positron else 2.0) * em.cut * 1.001:
        return energy
    share = vertices.delta_share(work.rng, energy, em.cut, positron)
    secondary = share * energy
    sin = min(math.sqrt(2 * M_ELECTRON * (1 - share) / secondary), 0.9)
    c, s = azimuth(work.rng)
    a, b, d = turn(ux, uy, uz, sin, math.sqrt(1 - sin * sin), c, s)
    push_lepton_or_drop(work, air, ELECTRON, secondary, x, y, z, t, a, b, d, weight)
    return energy - secondary


@inlined
def _annihilate(
    work: Work,
    air: Air,
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
    """Two photons along the track; the electron's mass comes on top."""
    share = vertices.annihilation_share(work.rng, energy)
    work.budget[DEPOSITED] -= weight * M_ELECTRON
    total = energy + M_ELECTRON
    push_photon_or_drop(work, air, share * total, x, y, z, t, ux, uy, uz, weight)
    push_photon_or_drop(work, air, (1 - share) * total, x, y, z, t, ux, uy, uz, weight)


@always_inlined
def follow_electron(
    work: Work,
    air: Air,
    em: EmTables,
    moliere: Float64,
    m: Mirrors,
    field: Float64,
    primary: bool,
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
    """Follow an electron or positron in steps until it stops, leaves or annihilates.

    Parameters
    ----------
    moliere : array
        From scattering.moliere_table.
    field : (3,) T
        Magnetic field in the ground frame.
    primary : bool
        Whether it is the primary, which goes straight on until it has radiated.
    """
    positron = kind == POSITRON
    charge = 1.0 if positron else -1.0
    table = em.positron if positron else em.electron
    count = POSITRONS if positron else ELECTRONS
    h = min(max(z * (1 / STEP), 0.0), air.table.shape[0] - 1.001)
    j = int(h)
    g = h - j
    depth = air.table[j, DEPTH] * (1 - g) + air.table[j + 1, DEPTH] * g
    density = air.table[j, DENSITY] * (1 - g) + air.table[j + 1, DENSITY] * g
    refractivity = air.table[j, REFRACTIVITY] * (1 - g) + air.table[j + 1, REFRACTIVITY] * g
    light_yield = air.table[j, YIELD] * (1 - g) + air.table[j + 1, YIELD] * g
    while True:
        if energy <= air.table[j, E_CUT]:
            work.budget[CUT] += weight * energy
            return
        if uz > STEEPEST:
            work.budget[SIDEWAYS] += weight * energy
            return
        work.counts[STEPS] += 1
        towards = -(ux * m.axis[0] + uy * m.axis[1] + uz * m.axis[2])
        if weight < ROULETTE_WEIGHT * work.thin[1] and energy < ROULETTE_ENERGY and towards < m.cos_track:
            weight = roulette(work, energy, weight)
            if weight == 0:
                return
        q = min((ln(energy) - LOG_E_MIN) * (1 / LOG_E_STEP), N_ENERGY - 1.001)
        i = int(q)
        f = q - i
        total = table[i, 2] * (1 - f) + table[i + 1, 2] * f
        path = exponential(work.rng) / total
        longest = min(table[i, 3], 0.3 * depth / -uz + 0.02)
        interacts = path < longest
        if not interacts:
            path = longest
        # Where it goes: density at the middle of the step, to first order in the step.
        step = path * (depth + 1e-3) / (density * 100 * (depth + 1e-3 - 0.5 * path * uz))
        loss = em.loss[int(z * (1 / LOSS_HEIGHT_STEP)), i] * path
        loss = min(loss, energy - M_ELECTRON)
        middle = energy - 0.5 * loss
        work.budget[DEPOSITED] += weight * loss
        k = min(int(depth / PROFILE_STEP), N_PROFILE - 1)
        work.profile[count, k] += weight * path * -uz / PROFILE_STEP
        # The mean of 1 / E^2 over a step that loses energy evenly is 1 / (E at its start times E at its end).
        momentum2 = energy * (energy - loss)
        sin, cos = sine_cosine(moliere_angle(moliere, path, momentum2, 1.0, exponential(work.rng)))
        c, s = azimuth(work.rng)
        ax, ay, az = turn(ux, uy, uz, sin, cos, c, s)
        lorentz2 = (M_ELECTRON * M_ELECTRON) / momentum2
        bend = GEV_PER_TESLA_METRE * charge * step / middle
        if primary and work.budget[FIRST_HEIGHT] < 0:
            bend = 0.0
        bx = ax + bend * (uy * field[2] - uz * field[1])
        by = ay + bend * (uz * field[0] - ux * field[2])
        bz = az + bend * (ux * field[1] - uy * field[0])
        norm = inverse_root(bx * bx + by * by + bz * bz)
        bx, by, bz = bx * norm, by * norm, bz * norm
        # The kink lies at a random place (random hinge: Fernandez-Varea et al., NIM B 73 (1993) 447).
        hinge = uniform(work.rng) * step
        x2 = x + ux * hinge + bx * (step - hinge)
        y2 = y + uy * hinge + by * (step - hinge)
        z2 = z + uz * hinge + bz * (step - hinge)
        t2 = t + step * (1 / SPEED_OF_LIGHT) * (1 + 0.5 * lorentz2)
        h = min(max(z2 * (1 / STEP), 0.0), air.table.shape[0] - 1.001)
        j = int(h)
        g = h - j
        refractivity2 = air.table[j, REFRACTIVITY] * (1 - g) + air.table[j + 1, REFRACTIVITY] * g
        light_yield2 = air.table[j, YIELD] * (1 - g) + air.table[j + 1, YIELD] * g
        if towards > m.cos_track:
            emit_along_step(
                work,
                air,
                m,
                (depth, refractivity, light_yield, refractivity2, light_yield2),
                (x, y, z, t, ux, uy, uz),
                (x2, y2, z2, t2, bx, by, bz),
                M_ELECTRON,
                energy,
                loss,
                step,
                WOBBLE * math.sqrt(path / momentum2),
                weight,
            )
        x, y, z, t, ux, uy, uz = x2, y2, z2, t2, bx, by, bz
        depth = air.table[j, DEPTH] * (1 - g) + air.table[j + 1, DEPTH] * g
        density = air.table[j, DENSITY] * (1 - g) + air.table[j + 1, DENSITY] * g
        refractivity, light_yield = refractivity2, light_yield2
        energy -= loss
        if z <= air.level:
            work.budget[GROUND] += weight * energy
            return
        if interacts and energy > em.cut:
            choice = uniform(work.rng) * total
            if choice < table[i, 0] * (1 - f) + table[i + 1, 0] * f:
                energy = _radiate(work, air, em, energy, x, y, z, t, ux, uy, uz, weight)
            elif choice < table[i, 1] * (1 - f) + table[i + 1, 1] * f:
                energy = _knock_on(work, air, em, positron, energy, x, y, z, t, ux, uy, uz, weight)
            else:
                _annihilate(work, air, energy, x, y, z, t, ux, uy, uz, weight)
                return
            if work.budget[FIRST_HEIGHT] < 0:
                work.budget[FIRST_HEIGHT] = z
