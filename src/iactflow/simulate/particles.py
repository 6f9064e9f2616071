"""Particles that the cascade follows: their numbers inside the code, masses, charges, lifetimes.

Values: Particle Data Group, Review of Particle Physics 2022.
"""

from __future__ import annotations

import numpy as np

from iactflow.errors import ConfigError

GAMMA, ELECTRON, POSITRON, MUON_MINUS, MUON_PLUS, PI_ZERO, PI_PLUS, PI_MINUS = range(8)
K_PLUS, K_MINUS, K_LONG, K_SHORT, PROTON, NEUTRON, ANTIPROTON, ANTINEUTRON = range(8, 16)

M_ELECTRON = 0.00051099895  # GeV
M_MUON = 0.1056583755
M_PION = 0.13957039
M_PI_ZERO = 0.1349768
M_KAON = 0.493677
M_K_ZERO = 0.497611
M_PROTON = 0.93827209
M_NEUTRON = 0.93956542

#: Mass by particle number, GeV.
MASS = np.array([
    0.0, M_ELECTRON, M_ELECTRON, M_MUON, M_MUON, M_PI_ZERO, M_PION, M_PION, M_KAON, M_KAON, M_K_ZERO, M_K_ZERO,
    M_PROTON, M_NEUTRON, M_PROTON, M_NEUTRON,
])  # fmt: skip
#: Charge by particle number, units of e.
CHARGE = np.array([0.0, -1.0, 1.0, -1.0, 1.0, 0.0, 1.0, -1.0, 1.0, -1.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0])
#: Mean life times the speed of light by particle number, m; zero where the particle is stable in a shower.
C_TAU = np.array(
    [0.0, 0.0, 0.0, 658.64, 658.64, 0.0, 7.8045, 7.8045, 3.711, 3.711, 15.34, 0.026844, 0.0, 0.0, 0.0, 0.0]
)
#: Which projectile of the interaction library stands for a particle: 0 proton, 1 pion, 2 kaon.
PROJECTILE = np.array([1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0])
#: The particle that takes this one's place when charges are mirrored (positive meson to negative, proton to neutron).
MIRROR = np.array([0, 1, 2, 4, 3, 5, 7, 6, 9, 8, 10, 11, 13, 12, 15, 14])

#: PDG numbers that the interaction generators use.
FROM_PDG = {22: GAMMA, 11: ELECTRON, -11: POSITRON, 13: MUON_MINUS, -13: MUON_PLUS, 111: PI_ZERO} | {
    211: PI_PLUS, -211: PI_MINUS, 321: K_PLUS, -321: K_MINUS, 130: K_LONG, 310: K_SHORT} | {
    2212: PROTON, 2112: NEUTRON, -2212: ANTIPROTON, -2112: ANTINEUTRON}  # fmt: skip

#: Primaries by name: sim_telarray's number (0 gamma, 1 electron, 2 muon, 100 A + Z for nuclei).
PRIMARIES = {"gamma": 0, "electron": 1, "muon": 2, "proton": 101, "helium": 402, "nitrogen": 1407, "silicon": 2814,
             "iron": 5626}  # fmt: skip
SPEED_OF_LIGHT = 0.299792458  # m / ns


def primary_number(name: str) -> int:
    """Return sim_telarray's number of a primary, or say which names there are."""
    if name not in PRIMARIES:
        raise ConfigError(f"Unknown primary {name!r}. Known primaries: {', '.join(PRIMARIES)}.")
    return PRIMARIES[name]


def nucleons(primary: int) -> int:
    """Return how many nucleons a primary (sim_telarray's number) has; 0 for gammas and leptons."""
    return primary // 100
