"""Transport of photons, electrons and positrons (compiled)."""

from __future__ import annotations

import math

from iactflow.simulate import vertices
from iactflow.simulate.atmosphere import STEP
from iactflow.simulate.cherenkov import (
    DENSITY,
    DEPTH,
    E_CUT,
    PHOTON_CUT,
    REFRACTIVITY,
    YIELD,
    height_of,
    look_up,
    shine,
)
from iactflow.simulate.compiled import always_inlined, inlined
from iactflow.simulate.electromagnetic import LOG_E_MIN, LOG_E_STEP, LOSS_HEIGHT_STEP, N_ENERGY, RADIATION_LENGTH
from iactflow.simulate.particles import ELECTRON, GAMMA, M_ELECTRON, PI_MINUS, PI_PLUS, POSITRON, SPEED_OF_LIGHT
from iactflow.simulate.rng import azimuth, exponential, uniform
from iactflow.simulate.scattering import moliere_angle, turn
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
    push,
)

STEEPEST = -0.05  # particles that go flatter than this (87 deg from the vertical), or upwards, are dropped
GEV_PER_TESLA_METRE = 0.299792458
WOBBLE = 0.0136 / math.sqrt(RADIATION_LENGTH)  # GeV cm / sqrt(g): Highland's angle per projected plane, no logarithm
ROULETTE_ENERGY, ROULETTE_WEIGHT = 0.12, 2.0
"""Electrons below this energy (GeV) and weight that go outside the telescopes' view are kept with a chance of one half
and twice the weight: hardly any of them turns back into view."""
LIGHT_PER_POINT = 1.0  # photoelectrons in one mirror above which a step emits from several points


@always_inlined
def push_lepton_or_drop(work, air, kind, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN201
    """Follow an electron or positron if it can still emit light."""
    if energy > look_up(air, z, E_CUT):
        push(work, kind, energy, x, y, z, t, ux, uy, uz, weight)
    else:
        work.budget[CUT] += weight * energy


@always_inlined
def push_photon_or_drop(work, air, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN201
    """Follow a photon if its electrons can still emit light."""
    if energy > look_up(air, z, PHOTON_CUT):
        push(work, GAMMA, energy, x, y, z, t, ux, uy, uz, weight)
    else:
        work.budget[CUT] += weight * energy


@always_inlined
def roulette(work, energy, weight):  # noqa: ANN001, ANN201
    """Keep one of two particles with twice the weight; returns the weight. The budget sees both sides."""
    if uniform(work.rng) < 0.5:
        work.budget[CUT] += weight * energy
        return 0.0
    work.budget[CUT] -= weight * energy
    return 2 * weight


@always_inlined
def follow_photon(work, air, em, first_height, thin, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN201
    """Follow a photon to its interaction.

    Parameters
    ----------
    first_height : float, m
        Where the interaction has to happen; negative: where chance has it.
    thin : (2,) GeV, -
        Energy below which only one particle of a pair is kept, and the largest weight.

    Returns
    -------
    bool
        Whether it interacts hadronically: its state is on the stack again, as a pion's (vector meson dominance).
    """
    if uz > STEEPEST:
        work.budget[SIDEWAYS] += weight * energy
        return False
    q = min((math.log(energy) - LOG_E_MIN) / LOG_E_STEP, N_ENERGY - 1.001)
    i = int(q)
    f = q - i
    pair = em.photon[i, 0] * (1 - f) + em.photon[i + 1, 0] * f
    with_compton = em.photon[i, 1] * (1 - f) + em.photon[i + 1, 1] * f
    total = em.photon[i, 2] * (1 - f) + em.photon[i + 1, 2] * f
    depth = look_up(air, z, DEPTH) + exponential(work.rng) / total * -uz
    if first_height >= 0:
        depth = look_up(air, first_height, DEPTH)
    if depth >= air.level_depth:
        work.budget[GROUND] += weight * energy
        return False
    below = min(height_of(air, depth), z)
    run = (z - below) / -uz
    x += ux * run
    y += uy * run
    z = below
    t += run / SPEED_OF_LIGHT
    if work.budget[FIRST_HEIGHT] < 0:
        work.budget[FIRST_HEIGHT] = z
    choice = uniform(work.rng) * total
    if choice < pair:
        _make_pair(work, air, thin, energy, x, y, z, t, ux, uy, uz, weight)
    elif choice < with_compton:
        _scatter_photon(work, air, energy, x, y, z, t, ux, uy, uz, weight)
    else:
        push(work, PI_PLUS if uniform(work.rng) < 0.5 else PI_MINUS, energy, x, y, z, t, ux, uy, uz, weight)
        return True
    return False


@always_inlined
def _make_pair(work, air, thin, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN202
    """Replace a photon by an electron and a positron."""
    share = vertices.pair_share(work.rng, energy)
    kind = ELECTRON if uniform(work.rng) < 0.5 else POSITRON
    c, s = azimuth(work.rng)
    first, second = True, True
    w1, w2 = weight, weight
    if energy < thin[0] and weight < thin[1]:
        first = uniform(work.rng) < share
        second = not first
        w1, w2 = weight / share, weight / (1 - share)
    if first:
        theta = vertices.opening(work.rng, share * energy)
        a, b, d = turn(ux, uy, uz, math.sin(theta), math.cos(theta), c, s)
        push_lepton_or_drop(work, air, kind, share * energy, x, y, z, t, a, b, d, w1)
    if second:
        theta = vertices.opening(work.rng, (1 - share) * energy)
        a, b, d = turn(ux, uy, uz, math.sin(theta), math.cos(theta), -c, -s)
        push_lepton_or_drop(work, air, 3 - kind, (1 - share) * energy, x, y, z, t, a, b, d, w2)


@inlined
def _scatter_photon(work, air, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN202
    """Compton scattering."""
    share, cos = vertices.compton_share(work.rng, energy)
    sin = math.sqrt(max(1 - cos * cos, 0.0))
    c, s = azimuth(work.rng)
    a, b, d = turn(ux, uy, uz, sin, cos, c, s)
    push_photon_or_drop(work, air, share * energy, x, y, z, t, a, b, d, weight)
    recoil = energy * (1 - share) + M_ELECTRON
    along, across = energy * (1 - share * cos), energy * share * sin
    p = math.sqrt(along * along + across * across)
    a, b, d = turn(ux, uy, uz, across / p, along / p, -c, -s)
    push_lepton_or_drop(work, air, ELECTRON, recoil, x, y, z, t, a, b, d, weight)
    work.budget[DEPOSITED] -= weight * M_ELECTRON  # the struck electron's mass was not the shower's


@always_inlined
def emit_along_step(work, air, m, row, before, after, mass, energy, loss, step, wobble, weight):  # noqa: ANN001, ANN201
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
    middle = energy - 0.5 * loss
    sin2 = row[1] + row[3] - (mass / middle) ** 2  # 2 (n - 1) - 1 / gamma^2
    if sin2 <= 0:
        return
    ring = (before[2] - air.level) * math.sqrt(sin2) + m.around[3]
    expected = 0.5 * (row[2] + row[4]) * step * sin2 * weight * m.around[3] / (math.pi * ring)
    points = 1 + min(int(expected / LIGHT_PER_POINT), 31)
    h = 1 / math.sqrt(before[4] * before[4] + before[6] * before[6])
    e1x, e1z = before[6] * h, -before[4] * h  # e1 and e2 are perpendicular to the track
    e2x, e2y, e2z = before[5] * e1z, before[6] * e1x - before[4] * e1z, -before[5] * e1x
    for j in range(points):
        f = (j + uniform(work.rng)) / points
        sin2 = 2 * (row[1] * (1 - f) + row[3] * f) - (mass / (energy - f * loss)) ** 2
        if sin2 <= 0:
            return
        spread = wobble * math.sqrt(12 * f * (1 - f))
        r1, r2 = spread * (uniform(work.rng) - 0.5), spread * (uniform(work.rng) - 0.5)
        ux = before[4] * (1 - f) + after[4] * f + r1 * e1x + r2 * e2x
        uy = before[5] * (1 - f) + after[5] * f + r2 * e2y
        uz = before[6] * (1 - f) + after[6] * f + r1 * e1z + r2 * e2z
        norm = 1 / math.sqrt(ux * ux + uy * uy + uz * uz)
        photons = (row[2] * (1 - f) + row[4] * f) * step * sin2 * weight / points
        shine(
            work,
            air,
            m,
            before[0] * (1 - f) + after[0] * f,
            before[1] * (1 - f) + after[1] * f,
            before[2] * (1 - f) + after[2] * f,
            before[3] * (1 - f) + after[3] * f,
            ux * norm,
            uy * norm,
            uz * norm,
            photons,
            sin2,
            row[0],
        )


@always_inlined
def follow_electron(work, air, em, moliere, m, field, thin, primary, kind, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN201
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
    h = min(max(z / STEP, 0.0), air.table.shape[0] - 1.001)
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
        if weight < ROULETTE_WEIGHT and energy < ROULETTE_ENERGY and towards < m.cos_track:
            weight = roulette(work, energy, weight)
            if weight == 0:
                return
        q = min((math.log(energy) - LOG_E_MIN) / LOG_E_STEP, N_ENERGY - 1.001)
        i = int(q)
        f = q - i
        total = table[i, 2] * (1 - f) + table[i + 1, 2] * f
        path = exponential(work.rng) / total
        longest = min(table[i, 3], 0.3 * depth / -uz + 0.02)
        interacts = path < longest
        if not interacts:
            path = longest
        # Where it goes: density at the middle of the step, to first order in the step.
        step = path / (density * 100 * (1 + 0.5 * path * -uz / (depth + 1e-3)))
        loss = em.loss[int(z / LOSS_HEIGHT_STEP), i] * path
        loss = min(loss, energy - M_ELECTRON)
        middle = energy - 0.5 * loss
        work.budget[DEPOSITED] += weight * loss
        k = min(int(depth / PROFILE_STEP), N_PROFILE - 1)
        work.profile[count, k] += weight * path * -uz / PROFILE_STEP
        theta = moliere_angle(moliere, path, middle, 1.0, exponential(work.rng))
        c, s = azimuth(work.rng)
        ax, ay, az = turn(ux, uy, uz, math.sin(theta), math.cos(theta), c, s)
        bend = GEV_PER_TESLA_METRE * charge * step / middle
        if primary and work.budget[FIRST_HEIGHT] < 0:
            bend = 0.0
        bx = ax + bend * (uy * field[2] - uz * field[1])
        by = ay + bend * (uz * field[0] - ux * field[2])
        bz = az + bend * (ux * field[1] - uy * field[0])
        norm = 1 / math.sqrt(bx * bx + by * by + bz * bz)
        bx, by, bz = bx * norm, by * norm, bz * norm
        # The kink lies at a random place (random hinge: Fernandez-Varea et al., NIM B 73 (1993) 447).
        hinge = uniform(work.rng) * step
        x2 = x + ux * hinge + bx * (step - hinge)
        y2 = y + uy * hinge + by * (step - hinge)
        z2 = z + uz * hinge + bz * (step - hinge)
        t2 = t + step / SPEED_OF_LIGHT * (1 + 0.5 * (M_ELECTRON / middle) ** 2)
        h = min(max(z2 / STEP, 0.0), air.table.shape[0] - 1.001)
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
                WOBBLE / middle * math.sqrt(path),
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
                energy, weight = _radiate(work, air, em, thin, energy, x, y, z, t, ux, uy, uz, weight)
            elif choice < table[i, 1] * (1 - f) + table[i + 1, 1] * f:
                energy = _knock_on(work, air, em, positron, energy, x, y, z, t, ux, uy, uz, weight)
            else:
                _annihilate(work, air, energy, x, y, z, t, ux, uy, uz, weight)
                return
            if work.budget[FIRST_HEIGHT] < 0:
                work.budget[FIRST_HEIGHT] = z


@always_inlined
def _radiate(work, air, em, thin, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN202
    """Bremsstrahlung above the cut; returns what is left of the electron."""
    if energy * 0.95 < em.cut:  # lost too much on the way: at the tip the screened cross section vanishes
        return energy, weight
    share = vertices.bremsstrahlung_share(work.rng, energy, em.cut)
    photon, rest = share * energy, (1 - share) * energy
    photon_weight, rest_weight = weight, weight
    if energy < thin[0] and weight < thin[1]:
        if uniform(work.rng) < share:
            photon_weight, rest_weight = weight / share, 0.0
        else:
            photon_weight, rest_weight = 0.0, weight / (1 - share)
    if photon_weight > 0:
        theta = vertices.opening(work.rng, energy)
        c, s = azimuth(work.rng)
        a, b, d = turn(ux, uy, uz, math.sin(theta), math.cos(theta), c, s)
        push_photon_or_drop(work, air, photon, x, y, z, t, a, b, d, photon_weight)
    if rest_weight == 0:
        return 0.0, 0.0
    return rest, rest_weight


@inlined
def _knock_on(work, air, em, positron, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN202
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
def _annihilate(work, air, energy, x, y, z, t, ux, uy, uz, weight):  # noqa: ANN001, ANN202
    """Two photons along the track; the electron's mass comes on top."""
    share = vertices.annihilation_share(work.rng, energy)
    work.budget[DEPOSITED] -= weight * M_ELECTRON
    total = energy + M_ELECTRON
    push_photon_or_drop(work, air, share * total, x, y, z, t, ux, uy, uz, weight)
    push_photon_or_drop(work, air, (1 - share) * total, x, y, z, t, ux, uy, uz, weight)
