"""Decays of short-lived particles that the interaction generators leave undecayed, by phase space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

#: Masses in GeV (PDG 2022) of all particles in the table below.
MASSES = {22: 0.0, 111: 0.1349768, 211: 0.13957039, 221: 0.547862, 321: 0.493677, 2112: 0.93956542,
          2212: 0.93827209, 3112: 1.197449, 3122: 1.115683, 3212: 1.192642, 3222: 1.18937, 3312: 1.32171,
          3322: 1.31486, 3334: 1.67245}  # fmt: skip
#: Branching fractions (PDG 2022; small modes are counted to the last one) and products by PDG number.
MODES: dict[int, list[tuple[float, tuple[int, ...]]]] = {
    221: [(0.394, (22, 22)), (0.327, (111, 111, 111)), (0.229, (211, -211, 111)), (0.050, (211, -211, 22))],
    3122: [(0.641, (2212, -211)), (0.359, (2112, 111))],
    3222: [(0.516, (2212, 111)), (0.484, (2112, 211))],
    3112: [(1.0, (2112, -211))],
    3212: [(1.0, (3122, 22))],
    3322: [(1.0, (3122, 111))],
    3312: [(1.0, (3122, -211))],
    3334: [(0.68, (3122, -321)), (0.24, (3322, -211)), (0.08, (3312, 111))],
}
_SELF_CONJUGATE = (22, 111, 221)


def _breakup_momentum(mass: float, first: float, second: float) -> float:
    """Momentum of the products of a two-body decay in the rest frame (PDG 2022, equation 49.17)."""
    product = (mass**2 - (first + second) ** 2) * (mass**2 - (first - second) ** 2)
    return float(np.sqrt(max(product, 0.0))) / (2 * mass)


def _isotropic(rng: np.random.Generator, momentum: float) -> Float64:
    cos, phi = rng.uniform(-1, 1), rng.uniform(0, 2 * np.pi)
    sin = np.sqrt(1 - cos**2)
    return momentum * np.array([sin * np.cos(phi), sin * np.sin(phi), cos])


def boost(vector: Float64, frame: Float64) -> Float64:
    """Boost four-vectors (E, px, py, pz) from the rest frame of a particle of four-momentum ``frame``."""
    mass = np.sqrt(max(frame[0] ** 2 - frame[1:] @ frame[1:], 1e-18))
    along = vector[..., 1:] @ frame[1:]
    energy = (vector[..., 0] * frame[0] + along) / mass
    factor = (along / (frame[0] + mass) + vector[..., 0]) / mass
    return np.concatenate([energy[..., None], vector[..., 1:] + factor[..., None] * frame[1:]], axis=-1)


def products_at_rest(mass: float, masses: list[float], rng: np.random.Generator) -> Float64:
    """Four-momenta of two or three products of a particle at rest, by phase space, shape (n, 4), GeV."""
    if len(masses) == 2:
        p = _isotropic(rng, _breakup_momentum(mass, *masses))
        return np.array(
            [[np.hypot(m, np.linalg.norm(p)), *(sign * p)] for m, sign in zip(masses, (1, -1), strict=True)]
        )
    low, high = masses[0] + masses[1], mass - masses[2]
    bound = _breakup_momentum(mass, low, masses[2]) * _breakup_momentum(high, masses[0], masses[1])
    while True:
        pair = rng.uniform(low, high)
        weight = _breakup_momentum(mass, pair, masses[2]) * _breakup_momentum(pair, masses[0], masses[1])
        if rng.uniform() * bound < weight:
            break
    outer = products_at_rest(mass, [pair, masses[2]], rng)
    inner = boost(products_at_rest(pair, masses[:2], rng), outer[0])
    return np.vstack([inner, outer[1]])


def decay_all(pdg: NDArray[np.int64], momenta: Float64, rng: np.random.Generator) -> tuple[NDArray[np.int64], Float64]:
    """Replace short-lived particles by their products until none is left.

    Parameters
    ----------
    pdg : array, shape (n,)
        PDG numbers.
    momenta : array, shape (n, 4), GeV
        E, px, py, pz.
    """
    while True:
        unstable = np.isin(np.abs(pdg), list(MODES))
        if not unstable.any():
            return pdg, momenta
        numbers, vectors = [pdg[~unstable]], [momenta[~unstable]]
        for number, momentum in zip(pdg[unstable], momenta[unstable], strict=True):
            modes = MODES[abs(int(number))]
            chosen = modes[rng.choice(len(modes), p=[m[0] for m in modes])][1]
            sign = 1 if number > 0 else -1
            rest = products_at_rest(MASSES[abs(int(number))], [MASSES[abs(c)] for c in chosen], rng)
            numbers.append(np.array([c if abs(c) in _SELF_CONJUGATE else sign * c for c in chosen]))
            vectors.append(boost(rest, momentum))
        pdg, momenta = np.concatenate(numbers), np.vstack(vectors)
