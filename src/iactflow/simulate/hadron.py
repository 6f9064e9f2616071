"""Transport of hadrons and muons (compiled)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.cherenkov import DENSITY, DEPTH, REFRACTIVITY, YIELD, Air, Mirrors, look_up
from iactflow.simulate.compiled import inlined
from iactflow.simulate.decays import HADRON_CUT, MUON_CUT, decay, push_or_drop
from iactflow.simulate.electromagnetic import EXCITATION, STERNHEIMER, TWO_PI_RE2_N_M, EmTables
from iactflow.simulate.elementary import sine_cosine
from iactflow.simulate.library import HadronTables
from iactflow.simulate.particles import (
    C_TAU,
    CHARGE,
    K_LONG,
    K_SHORT,
    M_ELECTRON,
    MASS,
    MIRROR,
    MUON_PLUS,
    NEUTRON,
    PI_ZERO,
    PROJECTILE,
    SPEED_OF_LIGHT,
)
from iactflow.simulate.rng import azimuth, exponential, uniform
from iactflow.simulate.scattering import moliere_angle, turn
from iactflow.simulate.tracks import GEV_PER_TESLA_METRE, STEEPEST, emit_along_step
from iactflow.simulate.work import (
    CUT,
    DEPOSITED,
    FIRST_HEIGHT,
    GROUND,
    HADRONS,
    INTERACTIONS,
    MUONS,
    N_PROFILE,
    PROFILE_STEP,
    SIDEWAYS,
    Work,
)

Float64 = NDArray[np.float64]

LONG_STEP, SHORT_STEP = 400.0, 100.0  # m, for particles below and above the Cherenkov threshold
RADIATIVE_LOSS = 2.9e-6  # cm2 / g: muons' pair production, bremsstrahlung, nuclear loss per energy in air near 1 TeV
"""Groom, Mokhov and Striganov, At. Data Nucl. Data Tables 78 (2001) 183, table for dry air; taken as constant."""


@inlined
def collision_loss(mass: float, energy: float, density: float) -> float:
    """Bethe's mean loss of a heavy particle of charge one, GeV cm2 / g (PDG 2022, equation 34.5)."""
    gamma = energy / mass
    bg2 = max(gamma * gamma - 1, 1e-3)
    beta2 = bg2 / (bg2 + 1)
    ratio = M_ELECTRON / mass
    w_max = 2 * M_ELECTRON * bg2 / (1 + 2 * gamma * ratio + ratio * ratio)
    x = 0.5 * math.log10(bg2) - 0.5 * math.log10(STERNHEIMER_DENSITY / density)
    delta = 0.0
    if x > X0:
        delta = 2 * math.log(10.0) * x - C_BAR
        if x < X1:
            delta += A_STERNHEIMER * (X1 - x) ** M_STERNHEIMER
    log = 0.5 * math.log(2 * M_ELECTRON * bg2 * w_max / (EXCITATION * EXCITATION))
    return 2 * TWO_PI_RE2_N_M / beta2 * (log - beta2 - delta / 2)


STERNHEIMER_DENSITY, X0, X1 = STERNHEIMER["density"], STERNHEIMER["x0"], STERNHEIMER["x1"]
C_BAR, A_STERNHEIMER, M_STERNHEIMER = STERNHEIMER["c"], STERNHEIMER["a"], STERNHEIMER["m"]


@inlined
def free_path(hadrons: HadronTables, kind: int, energy: float) -> float:
    """Mean free path for production of particles in air, g / cm2."""
    row = hadrons.free_path[PROJECTILE[kind]]
    n = row.shape[0]
    q = (math.log(energy) - hadrons.log_section[0]) / (hadrons.log_section[n - 1] - hadrons.log_section[0]) * (n - 1)
    q = min(max(q, 0.0), n - 1.001)
    i = int(q)
    return row[i] * (1 - q + i) + row[i + 1] * (q - i)


@inlined
def interact(
    work: Work,
    air: Air,
    em: EmTables,
    hadrons: HadronTables,
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
    """Take an interaction of a neighbouring energy from the library and scale its energies."""
    work.counts[INTERACTIONS] += 1
    log = math.log(energy)
    i, last = 0, hadrons.log_energy.shape[0] - 1
    while i < last and hadrons.log_energy[i + 1] <= log:
        i += 1
    if i < last and log > hadrons.log_energy[i]:
        gap = hadrons.log_energy[i + 1] - hadrons.log_energy[i]
        i += uniform(work.rng) < (log - hadrons.log_energy[i]) / gap
    scale = energy / math.exp(hadrons.log_energy[i])
    p = PROJECTILE[kind]
    begin, end = hadrons.groups[p, i, 0], hadrons.groups[p, i, 1]
    k = begin + int(uniform(work.rng) * (end - begin))
    # The library knows p, pi+ and K+ only: their mirror images stand for n, pi- and K-, either for neutral kaons.
    mirrored = kind == NEUTRON or CHARGE[kind] < 0
    if kind in (K_LONG, K_SHORT):
        mirrored = uniform(work.rng) < 0.5
    turn_c, turn_s = azimuth(work.rng)
    rest = energy
    for j in range(hadrons.first[k], hadrons.first[k + 1]):
        child = int(hadrons.particles[j, 0])
        if mirrored:
            child = MIRROR[child]
        e = hadrons.particles[j, 1] * scale
        m = MASS[child]
        px, py = hadrons.particles[j, 2], hadrons.particles[j, 3]
        pt2 = px * px + py * py
        p2 = e * e - m * m
        if p2 <= pt2 or p2 <= 0:  # scaled down so far that its transverse momentum no longer fits
            continue
        rest -= e
        pt = max(math.sqrt(pt2), 1e-12)
        sin = pt / math.sqrt(p2)
        c = (px * turn_c - py * turn_s) / pt
        s = (px * turn_s + py * turn_c) / pt
        a, b, d = turn(ux, uy, uz, sin, math.sqrt(1 - sin * sin), c, s)
        push_or_drop(work, air, em, limits, child, e, x, y, z, t, a, b, d, weight)
    work.budget[CUT] += weight * rest  # fragments and slow particles, less the rest mass of struck nucleons


@inlined
def follow_heavy(
    work: Work,
    air: Air,
    em: EmTables,
    moliere: Float64,
    hadrons: HadronTables,
    m: Mirrors,
    field: Float64,
    first_height: float,
    limits: Float64,
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
    """Follow a hadron or muon until it interacts, decays, stops or leaves.

    Parameters
    ----------
    first_height : float, m
        Where it has to interact; negative: where chance has it.
    limits : (2,) GeV
        See decays.
    primary : bool
        Whether it is the primary or one of its nucleons, which go straight on until they interact.
    """
    mass, charge = MASS[kind], CHARGE[kind]
    muon = kind <= MUON_PLUS
    if uz > STEEPEST:
        work.budget[SIDEWAYS] += weight * energy
        return
    if kind == PI_ZERO:
        decay(work, air, em, limits, kind, energy, x, y, z, t, ux, uy, uz, weight)
        return
    to_interaction = 1e9 if muon else exponential(work.rng) * free_path(hadrons, kind, energy)
    if first_height >= 0:
        to_interaction = max(look_up(air, first_height, DEPTH) - look_up(air, z, DEPTH), 0.0) / -uz
    to_decay = exponential(work.rng) * C_TAU[kind] if C_TAU[kind] > 0 and first_height < 0 else 1e12
    lightest = limits[MUON_CUT] if muon else mass + limits[HADRON_CUT]
    while True:
        if energy < lightest:
            work.budget[CUT] += weight * energy
            return
        depth, density = look_up(air, z, DEPTH), look_up(air, z, DENSITY)
        refractivity, light_yield = look_up(air, z, REFRACTIVITY), look_up(air, z, YIELD)
        momentum = math.sqrt(energy * energy - mass * mass)
        bright = charge != 0 and 2 * air.level_refractivity > (mass / energy) ** 2
        step = SHORT_STEP if bright else LONG_STEP
        decays = to_decay * momentum / mass < step
        if decays:
            step = to_decay * momentum / mass
        path = step * density * 100 * (1 + 0.5 * step * density * 100 * -uz / (depth + 1e-3))
        interacts = path >= to_interaction
        if interacts:
            decays = False
            step *= to_interaction / path
            path = to_interaction
        beta2 = (momentum / energy) ** 2
        bx, by, bz = ux, uy, uz
        loss = 0.0
        if charge != 0:
            loss = path * collision_loss(mass, energy, density)
            if muon:
                loss += path * RADIATIVE_LOSS * energy
            loss = min(loss, energy - mass)
            sin, cos = sine_cosine(
                moliere_angle(moliere, path, momentum * momentum * beta2, beta2, exponential(work.rng))
            )
            c, s = azimuth(work.rng)
            ax, ay, az = turn(ux, uy, uz, sin, cos, c, s)
            bend = 0.0 if primary else GEV_PER_TESLA_METRE * charge * step / momentum
            bx = ax + bend * (uy * field[2] - uz * field[1])
            by = ay + bend * (uz * field[0] - ux * field[2])
            bz = az + bend * (ux * field[1] - uy * field[0])
            norm = 1 / math.sqrt(bx * bx + by * by + bz * bz)
            bx, by, bz = bx * norm, by * norm, bz * norm
            k = min(int(depth / PROFILE_STEP), N_PROFILE - 1)
            work.profile[MUONS if muon else HADRONS, k] += weight * path * -uz / PROFILE_STEP
        x2 = x + 0.5 * step * (ux + bx)
        y2 = y + 0.5 * step * (uy + by)
        z2 = z + 0.5 * step * (uz + bz)
        t2 = t + step / (SPEED_OF_LIGHT * math.sqrt(beta2))
        if bright and -(ux * m.axis[0] + uy * m.axis[1] + uz * m.axis[2]) > m.cos_track:
            emit_along_step(
                work,
                air,
                m,
                (depth, refractivity, light_yield, look_up(air, z2, REFRACTIVITY), look_up(air, z2, YIELD)),
                (x, y, z, t, ux, uy, uz),
                (x2, y2, z2, t2, bx, by, bz),
                mass,
                energy,
                loss,
                step,
                0.0,
                weight,
            )
        x, y, z, t, ux, uy, uz = x2, y2, z2, t2, bx, by, bz
        energy -= loss
        work.budget[DEPOSITED] += weight * loss
        to_decay -= step * mass / momentum
        to_interaction -= path
        if z <= air.level:
            work.budget[GROUND] += weight * energy
            return
        if interacts:
            if primary or work.budget[FIRST_HEIGHT] < 0:
                work.budget[FIRST_HEIGHT] = max(z, work.budget[FIRST_HEIGHT])  # of a nucleus: its first nucleon's
            interact(work, air, em, hadrons, limits, kind, energy, x, y, z, t, ux, uy, uz, weight)
            return
        if decays:
            decay(work, air, em, limits, kind, energy, x, y, z, t, ux, uy, uz, weight)
            return
        if uz > STEEPEST:
            work.budget[SIDEWAYS] += weight * energy
            return
