"""Transport of photons (compiled)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate import vertices
from iactflow.simulate.cherenkov import DEPTH, Air, height_of, look_up
from iactflow.simulate.compiled import always_inlined, inlined
from iactflow.simulate.electromagnetic import LOG_E_MIN, LOG_E_STEP, N_ENERGY, EmTables
from iactflow.simulate.elementary import ln, sine_cosine
from iactflow.simulate.particles import ELECTRON, M_ELECTRON, PI_MINUS, PI_PLUS, POSITRON, SPEED_OF_LIGHT
from iactflow.simulate.rng import azimuth, exponential, uniform
from iactflow.simulate.scattering import turn
from iactflow.simulate.tracks import STEEPEST, push_lepton_or_drop, push_photon_or_drop
from iactflow.simulate.work import DEPOSITED, FIRST_HEIGHT, GROUND, SIDEWAYS, Work, push

Float64 = NDArray[np.float64]


@always_inlined
def _make_pair(
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
    """Replace a photon by an electron and a positron."""
    share = vertices.pair_share(work.rng, energy)
    kind = ELECTRON if uniform(work.rng) < 0.5 else POSITRON
    c, s = azimuth(work.rng)
    a, b, d = turn(ux, uy, uz, *sine_cosine(vertices.opening(work.rng, share * energy)), c, s)
    push_lepton_or_drop(work, air, kind, share * energy, x, y, z, t, a, b, d, weight)
    a, b, d = turn(ux, uy, uz, *sine_cosine(vertices.opening(work.rng, (1 - share) * energy)), -c, -s)
    push_lepton_or_drop(work, air, 3 - kind, (1 - share) * energy, x, y, z, t, a, b, d, weight)


@inlined
def _scatter_photon(
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
def follow_photon(
    work: Work,
    air: Air,
    em: EmTables,
    first_height: float,
    energy: float,
    x: float,
    y: float,
    z: float,
    t: float,
    ux: float,
    uy: float,
    uz: float,
    weight: float,
) -> bool:
    """Follow a photon to its interaction.

    Parameters
    ----------
    first_height : float, m
        Where the interaction has to happen; negative: where chance has it.

    Returns
    -------
    bool
        Whether it interacts hadronically: its state is on the stack again, as a pion's (vector meson dominance).
    """
    if uz > STEEPEST:
        work.budget[SIDEWAYS] += weight * energy
        return False
    q = min((ln(energy) - LOG_E_MIN) / LOG_E_STEP, N_ENERGY - 1.001)
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
        _make_pair(work, air, energy, x, y, z, t, ux, uy, uz, weight)
    elif choice < with_compton:
        _scatter_photon(work, air, energy, x, y, z, t, ux, uy, uz, weight)
    else:
        push(work, PI_PLUS if uniform(work.rng) < 0.5 else PI_MINUS, energy, x, y, z, t, ux, uy, uz, weight)
        return True
    return False
