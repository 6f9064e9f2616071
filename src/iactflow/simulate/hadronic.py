"""Sample hadronic interactions in air with chromo: Sibyll 2.3d from 100 GeV, UrQMD 3.4 below.

A. Fedynitch et al. (chromo), F. Riehn et al., Phys. Rev. D 102 (2020) 063002 (Sibyll 2.3d), M. Bleicher et al., J.
Phys. G 25 (1999) 1859 (UrQMD). Both generators come with chromo and need nothing from the network.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iactflow.errors import IactflowError
from iactflow.simulate.particles import ANTINEUTRON, ANTIPROTON, FROM_PDG, MASS, NEUTRON, PROTON
from iactflow.simulate.phase_space import decay_all

Float64 = NDArray[np.float64]

PROJECTILES = ("proton", "pi+", "K+")
TARGETS = (("N14", 0.785), ("O16", 0.215))  # air by number, argon counted with oxygen
SIBYLL_ENERGIES = 100 * 10 ** np.arange(0, 4.01, 0.3)  # GeV
URQMD_ENERGIES = np.array([2, 3.5, 6, 10, 18, 32, 56])  # GeV; Sibyll starts at 10 GeV in the centre of mass
EVENTS_PER_ENERGY = 400
SLOWEST_HADRON = 0.3  # GeV of kinetic energy: what is slower (evaporation, spectators of the target) is dropped
SOFTEST_PHOTON = 0.02  # GeV
TRIES = 20  # events drawn at most for each inelastic one; a K+ of 2 GeV scatters elastically in three of four
ELASTIC = 0.9  # share of the energy above which a meson that made nothing new counts as scattered elastically


def _chromo() -> tuple[Any, Any]:
    """Import chromo, or say how to get it."""
    try:
        from chromo import kinematics, models
    except ImportError as error:
        raise IactflowError(
            "Showers need the package chromo 0.11, once per installation, to sample hadronic interactions. It could "
            f"not be imported: {error}. Install it with: pip install chromo==0.11.0"
        ) from error
    return models, kinematics


def _secondaries(event: Any, projectile: str, energy: float, rng: np.random.Generator) -> Float64 | None:
    """Particles of one interaction: number, total energy, px, py (GeV), shape (n, 4); None if it was elastic."""
    state = event.final_state()
    momenta = np.stack([state.en, state.px, state.py, state.pz], axis=1)
    pdg, momenta = decay_all(np.asarray(state.pid, dtype=np.int64), momenta, rng)
    if projectile != "proton":
        new = ~np.isin(np.abs(pdg), (2212, 2112))
        if new.sum() == 1 and momenta[new, 0].max() > ELASTIC * energy:
            return None
    kind = np.array([FROM_PDG.get(int(number), -1) for number in pdg])
    kinetic = momenta[:, 0] - MASS[kind]
    light = np.abs(pdg) <= 22
    keep = (kind >= 0) & (momenta[:, 3] > 0) & (kinetic > np.where(light, SOFTEST_PHOTON, SLOWEST_HADRON))
    return np.column_stack([kind[keep], momenta[keep, :3]])


def _check_balance(events: list[Float64], projectile: str, energy: float) -> float:
    """Return the mean energy of what was kept over the projectile's, without the rest mass of struck nucleons."""
    own = 1 if projectile == "proton" else 0
    nucleons = [
        np.isin(e[:, 0], (PROTON, NEUTRON)).sum() - np.isin(e[:, 0], (ANTIPROTON, ANTINEUTRON)).sum() - own
        for e in events
    ]
    balance = float(np.mean([e[:, 1].sum() for e in events]) - 0.939 * np.mean(nucleons)) / energy
    if not 0.5 < balance < 1.01:
        raise IactflowError(f"{projectile} on air at {energy:.3g} GeV: secondaries carry {balance:.3f} of the energy.")
    return balance


def _inelastic(generator: Any, projectile: str, energy: float, n: int, rng: np.random.Generator) -> list[Float64]:
    """Sample n inelastic interactions."""
    events: list[Float64] = []
    for event in generator(TRIES * n):  # drawn one by one
        found = _secondaries(event, projectile, energy, rng)
        if found is not None:
            events.append(found)
        if len(events) == n:
            return events
    raise IactflowError(
        f"{projectile} at {energy:.3g} GeV: only {len(events)} of {TRIES * n} interactions were inelastic."
    )


@contextmanager
def _quiet_in_folder() -> Iterator[None]:
    """Work in a temporary folder, where UrQMD writes its tables, without what the Fortran codes print."""
    here, out = Path.cwd(), os.dup(1)
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        os.chdir(folder)
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(out, 1)
            os.close(out)
            os.chdir(here)


def sample(seed: int) -> dict[str, Any]:
    """Sample the whole library.

    Returns
    -------
    dict
        ``particles`` (n, 4) float32; ``first`` (n_interactions + 1,) where each interaction starts; ``groups``
        (n_projectiles, n_energies, 2) range of interactions; ``energies`` (GeV); ``cross_sections`` (n_projectiles,
        n_sibyll) production cross section in air, mb; ``balance`` (n_projectiles, n_energies).
    """
    models, kinematics = _chromo()
    rng = np.random.default_rng(seed)
    energies = np.concatenate([URQMD_ENERGIES, SIBYLL_ENERGIES])
    groups = np.zeros((len(PROJECTILES), len(energies), 2), np.int64)
    sections = np.zeros((len(PROJECTILES), len(SIBYLL_ENERGIES)))
    balance = np.zeros(groups.shape[:2])
    interactions: list[Float64] = []
    with _quiet_in_folder(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        beam = kinematics.FixedTarget(1000.0 * kinematics.GeV, "proton", "N14")
        sibyll, urqmd = models.Sibyll23d(beam, seed=seed), models.UrQMD34(beam, seed=seed + 1)
        for p, projectile in enumerate(PROJECTILES):
            for i, energy in enumerate(energies):
                high = i >= len(URQMD_ENERGIES)
                events: list[Float64] = []
                for target, share in TARGETS:
                    generator = sibyll if high else urqmd
                    generator.kinematics = kinematics.FixedTarget(float(energy) * kinematics.GeV, projectile, target)
                    if high:
                        sections[p, i - len(URQMD_ENERGIES)] += share * float(generator.cross_section().prod)
                    events += _inelastic(generator, projectile, energy, round(share * EVENTS_PER_ENERGY), rng)
                balance[p, i] = _check_balance(events, projectile, float(energy))
                groups[p, i] = len(interactions), len(interactions) + len(events)
                interactions += events
    return {
        "particles": np.concatenate(interactions).astype(np.float32),
        "first": np.concatenate([[0], np.cumsum([len(i) for i in interactions])]),
        "groups": groups,
        "energies": energies,
        "cross_sections": sections,
        "balance": balance,
    }
