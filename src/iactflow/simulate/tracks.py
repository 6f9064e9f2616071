"""What photons, electrons and hadrons have in common: limits, thresholds, and light along a step (compiled)."""

from __future__ import annotations

import math

from iactflow.simulate.cherenkov import E_CUT, PHOTON_CUT, Air, Mirrors, look_up, near_any_mirror, shine
from iactflow.simulate.compiled import always_inlined
from iactflow.simulate.particles import GAMMA
from iactflow.simulate.rng import three_uniforms, uniform
from iactflow.simulate.work import CUT, Work, push

STEEPEST = -0.05  # particles that go flatter than this (87 deg from the vertical), or upwards, are dropped
GEV_PER_TESLA_METRE = 0.299792458
LIGHT_PER_POINT = 1.0  # photoelectrons in one mirror above which a step emits from several points


@always_inlined
def roulette(work: Work, energy: float, weight: float) -> float:
    """Keep one of two particles with twice the weight; returns the weight. The budget sees both sides."""
    if uniform(work.rng) < 0.5:
        work.budget[CUT] += weight * energy
        return 0.0
    work.budget[CUT] -= weight * energy
    return 2 * weight


@always_inlined
def thinned(work: Work, energy: float, weight: float) -> float:
    """Play roulette with a particle of low energy until its weight is the largest; returns the weight."""
    if energy < work.thin[0] and weight < work.thin[1]:
        return roulette(work, energy, weight)
    return weight


@always_inlined
def push_lepton_or_drop(
    work: Work,
    air: Air,
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
    """Follow an electron or positron if it can still emit light."""
    if energy > look_up(air, z, E_CUT):
        weight = thinned(work, energy, weight)
        if weight > 0:
            push(work, kind, energy, x, y, z, t, ux, uy, uz, weight)
    else:
        work.budget[CUT] += weight * energy


@always_inlined
def push_photon_or_drop(
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
    """Follow a photon if its electrons can still emit light."""
    if energy > look_up(air, z, PHOTON_CUT):
        weight = thinned(work, energy, weight)
        if weight > 0:
            push(work, GAMMA, energy, x, y, z, t, ux, uy, uz, weight)
    else:
        work.budget[CUT] += weight * energy


@always_inlined
def emit_along_step(
    work: Work,
    air: Air,
    m: Mirrors,
    row: tuple[float, ...],
    before: tuple[float, ...],
    after: tuple[float, ...],
    mass: float,
    energy: float,
    loss: float,
    step: float,
    wobble: float,
    weight: float,
) -> None:
    """Cherenkov light of one step, from one or more points on the chord of its bent path.

    Parameters
    ----------
    row : (5,)
        Depth, refractivity and yield at the start; refractivity and yield at the end.
    before, after : (7,)
        x, y, z, t and direction at both ends.
    mass, energy, loss : float, GeV
        Of the particle; at the start; what is lost.
    step : float, m
    wobble : float, rad
        Scattering angle per projected plane over the step: the directions in between are those of a random walk
        from the first to the last one (a Brownian bridge).
    """
    sin2 = row[1] + row[3] - (mass / energy) ** 2  # 2 (n - 1) - 1 / gamma^2
    if sin2 <= 0:
        return
    ring = (before[2] - air.level) * math.sqrt(sin2) + m.largest
    expected = 0.5 * (row[2] + row[4]) * step * sin2 * m.largest / (math.pi * ring)
    points = int(weight) * (1 + min(int(expected * (1 / LIGHT_PER_POINT)), 31))
    h = 1 / math.sqrt(before[4] * before[4] + before[6] * before[6])
    e1x, e1z = before[6] * h, -before[4] * h  # e1 and e2 are perpendicular to the track
    e2x, e2y, e2z = before[5] * e1z, before[6] * e1x - before[4] * e1z, -before[5] * e1x
    share = 1.0 / points
    for j in range(points):
        r0, r1, r2 = three_uniforms(work.rng)
        f = (j + r0) * share
        g = 1 - f
        per_energy = 1 / (energy - f * loss)
        lorentz = mass * per_energy
        sin2 = 2 * (row[1] * g + row[3] * f) - lorentz * lorentz
        if sin2 <= 0:
            return
        c = f * (energy - loss) * per_energy  # part of the scattering: as 1 / energy, most of it towards the end
        d = 1 - c
        spread = wobble * math.sqrt(12 * c * d)
        r1, r2 = spread * (r1 - 0.5), spread * (r2 - 0.5)
        ux = before[4] * d + after[4] * c + r1 * e1x + r2 * e2x
        uy = before[5] * d + after[5] * c + r2 * e2y
        uz = before[6] * d + after[6] * c + r1 * e1z + r2 * e2z
        x, y, z = before[0] * g + after[0] * f, before[1] * g + after[1] * f, before[2] * g + after[2] * f
        norm2 = ux * ux + uy * uy + uz * uz
        if near_any_mirror(m, x, y, z, ux, uy, uz, norm2, sin2, air.level):
            norm = 1 / math.sqrt(norm2)
            photons = (row[2] * g + row[4] * f) * step * sin2 * weight * share
            t = before[3] * g + after[3] * f
            shine(work, air, m, x, y, z, t, ux * norm, uy * norm, uz * norm, photons, sin2, row[0])
