"""Cross sections and energy loss of photons, electrons and positrons in air, tabulated against energy.

Each table says in its docstring where the formula comes from. Photons and delta electrons above ``cut`` are followed
as particles; what lies below is a continuous loss. Left out: LPM suppression (its energy in air at 10 km is 7e5 TeV,
PDG 2022 section 34.4.6), muon pairs, and Rayleigh scattering.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.particles import M_ELECTRON, M_PROTON

Float64 = NDArray[np.float64]

RADIATION_LENGTH = 36.62  # g / cm2, dry air; PDG 2022, atomic and nuclear properties
Z_OVER_A = 0.49919  # dry air, same source
ATOMIC_MASS = 14.55  # g / mol of an average atom of air: N 0.785, O 0.210, Ar 0.005 by number
EFFECTIVE_Z = 7.37  # charge whose screening stands for air's: mean of Z weighted with Z^2 per atom
TWO_PI_RE2_N_M = 0.1535375e-3 * Z_OVER_A  # GeV cm2 / g: 2 pi r_e^2 N_A m_e c^2 Z / A; Leo 1994, equation 2.26
AVOGADRO_MB = 6.02214076e23 * 1e-27  # atoms per mol, times cm2 per millibarn
SCREENING = 136.0 * M_ELECTRON * EFFECTIVE_Z ** (-1 / 3)  # GeV; Butcher and Messel 1960
LOG_Z_THIRD = float(np.log(EFFECTIVE_Z) / 3)
COMPLETE_SCREENING = 20.867 / 4 - LOG_Z_THIRD
# Sternheimer, Berger and Seltzer 1984: density effect of dry air at 1.205e-3 g / cm3, and mean excitation energy.
EXCITATION = 85.7e-9  # GeV
STERNHEIMER = {"a": 0.10914, "m": 3.3994, "x0": 1.7418, "x1": 4.2759, "c": 10.5961, "density": 1.2048e-3}

N_ENERGY = 1024
LOG_E_MIN = float(np.log(0.010))  # GeV
LOG_E_MAX = float(np.log(2e6))
LOG_E_STEP = (LOG_E_MAX - LOG_E_MIN) / (N_ENERGY - 1)
LOSS_HEIGHT_STEP = 2_000.0  # m; the density effect is tabulated at such heights
MAX_STEP = 0.15 * RADIATION_LENGTH  # g / cm2, and ...
MAX_LOSS = 0.3  # ... of its energy is the most an electron loses continuously in one step


class EmTables(NamedTuple):
    """Tables against ln(energy) on the grid above.

    photon : (n, 3), cm2 / g
        Cumulative: pair production; plus Compton; plus photonuclear.
    electron, positron : (n, 4), cm2 / g and g / cm2
        Cumulative: bremsstrahlung above the cut; plus delta electrons above the cut; plus annihilation, all at the
        energy in the middle of the longest step; that step.
    loss : (n_heights, n), GeV cm2 / g
        Ionisation and soft bremsstrahlung below the cut, at heights ``LOSS_HEIGHT_STEP`` apart.
    cut : float, GeV
    """

    photon: Float64
    electron: Float64
    positron: Float64
    loss: Float64
    cut: float


def energies() -> Float64:
    """Grid of energies, GeV."""
    return np.exp(LOG_E_MIN + LOG_E_STEP * np.arange(N_ENERGY))


def screening_functions(delta: Float64) -> tuple[Float64, Float64]:
    """Screening functions phi1, phi2 of Butcher and Messel (1960), as in EGS4 (SLAC-265, section 2.7)."""
    far = 21.12 - 4.184 * np.log(delta + 0.952)
    near = delta <= 1
    return (
        np.where(near, 20.867 - 3.242 * delta + 0.625 * delta**2, far),
        np.where(near, 20.209 - 1.930 * delta - 0.086 * delta**2, far),
    )


def pair_production(energy: Float64) -> Float64:
    """Bethe-Heitler pair production with screening, cm2 / g; complete screening gives 7/9 per radiation length."""
    v = (np.arange(2000) + 0.5) / 2000
    e = energy[:, None]
    phi1, phi2 = screening_functions(SCREENING / (e * v * (1 - v)))
    a1, a2 = (np.maximum(phi / 4 - LOG_Z_THIRD, 0) for phi in (phi1, phi2))
    shape = (v**2 + (1 - v) ** 2) * a1 + 2 / 3 * v * (1 - v) * a2
    allowed = (v > M_ELECTRON / e) & (v < 1 - M_ELECTRON / e)
    return np.mean(np.where(allowed, shape, 0), axis=1) / (COMPLETE_SCREENING * RADIATION_LENGTH)


def compton(energy: Float64) -> Float64:
    """Klein-Nishina cross section, cm2 / g (PDG 2022, and e.g. Rossi 1952, equation 2.14.2)."""
    k = energy / M_ELECTRON
    log = np.log1p(2 * k)
    bracket = (1 + k) / k**2 * (2 * (1 + k) / (1 + 2 * k) - log / k) + log / (2 * k) - (1 + 3 * k) / (1 + 2 * k) ** 2
    return TWO_PI_RE2_N_M / M_ELECTRON * bracket


def photonuclear(energy: Float64) -> Float64:
    """Hadron production by photons, cm2 / g.

    Total cross section on a proton: Donnachie and Landshoff, Phys. Lett. B 296 (1992) 227, above 2 GeV (below, no
    interaction library). An air nucleus counts as 11.37 nucleons (shadowing), as in CORSIKA (Physics, FZKA 6019).
    """
    s = M_PROTON**2 + 2 * M_PROTON * energy
    proton = 0.0677 * s**0.0808 + 0.129 * s**-0.4525
    return np.where(energy > 2.0, proton * 11.37 * AVOGADRO_MB / ATOMIC_MASS, 0.0)


def bremsstrahlung(energy: Float64, cut: float) -> tuple[Float64, Float64]:
    """Photons above a cut, and energy lost to those below, from one screened Bethe-Heitler spectrum.

    Returns
    -------
    hard : array, cm2 / g
        Cross section for photons above the cut.
    soft : array, GeV cm2 / g
        Energy loss to photons below it.
    """

    def spectrum(v: Float64, e: Float64) -> Float64:
        """Return v d(sigma)/dv; complete screening gives PDG's 4/3 - 4/3 v + v^2 per radiation length."""
        phi1, phi2 = screening_functions(SCREENING * v / (e * np.maximum(1 - v, 1e-9)))
        a1, a2 = (np.maximum(phi / 4 - LOG_Z_THIRD, 0) for phi in (phi1, phi2))
        return ((1 + (1 - v) ** 2) * a1 - 2 / 3 * (1 - v) * a2) / (COMPLETE_SCREENING * RADIATION_LENGTH)

    e = energy[:, None]
    x = (np.arange(1000) + 0.5) / 1000
    v_cut = np.minimum(cut / e, 1.0)
    hard = np.mean(spectrum(v_cut ** (1 - x), e), axis=1) * -np.log(v_cut[:, 0])
    soft = np.mean(spectrum(v_cut * x, e), axis=1) * v_cut[:, 0] * energy
    return hard, soft


def delta_electrons(energy: Float64, cut: float, positron: bool) -> Float64:
    """Moller or Bhabha scattering that gives an electron more than a cut, cm2 / g, for energies far above m_e.

    Rossi 1952, equations 2.3.5 and 2.3.6: 2 pi r_e^2 n m_e / E times the integral of (1 - x + x^2)^2 / x^2 (Bhabha)
    or of the same over (1 - x)^2, up to one half (Moller; the slower electron is the secondary).
    """
    upper = 1.0 if positron else 0.5
    low = np.minimum(cut / energy, upper)[:, None]
    x = low * (upper / low) ** ((np.arange(1000) + 0.5) / 1000)
    shape = (1 - x + x**2) ** 2 / x**2 / (1.0 if positron else (1 - x) ** 2)
    return TWO_PI_RE2_N_M / energy * np.mean(shape * x, axis=1) * np.log(upper / low[:, 0])


def annihilation(energy: Float64) -> Float64:
    """Annihilation in flight into two photons for energies far above m_e, cm2 / g (Heitler 1954, section 27)."""
    gamma = energy / M_ELECTRON
    return TWO_PI_RE2_N_M / M_ELECTRON / 2 * (np.log(2 * gamma) - 1) / gamma


def density_effect(beta_gamma: Float64, density: float) -> Float64:
    """Sternheimer's delta for air of a density (g / cm3); thinner air shifts it by ln(density ratio)."""
    shift = np.log(STERNHEIMER["density"] / density)
    x = np.log10(beta_gamma) - shift / (2 * np.log(10))
    high = 2 * np.log(10) * x - STERNHEIMER["c"]
    middle = high + STERNHEIMER["a"] * np.maximum(STERNHEIMER["x1"] - x, 0) ** STERNHEIMER["m"]
    return np.where(x < STERNHEIMER["x0"], 0.0, np.where(x < STERNHEIMER["x1"], middle, high))


def ionisation(energy: Float64, cut: float, density: float) -> Float64:
    """Collision loss of electrons to secondaries below a cut, GeV cm2 / g.

    Restricted stopping power of ICRU report 37 (equation 2.16), electrons; positrons lose 2 % less at 20 MeV, which
    is neglected.
    """
    tau = energy / M_ELECTRON - 1
    gamma = tau + 1
    beta2 = 1 - 1 / gamma**2
    d = np.minimum(cut / M_ELECTRON, tau / 2)
    f = -1 - beta2 + np.log((tau - d) * d) + tau / (tau - d)
    f += (d**2 / 2 + (2 * tau + 1) * np.log(1 - d / tau)) / gamma**2
    bracket = np.log(2 * (tau + 2) * (M_ELECTRON / EXCITATION) ** 2) + f
    return TWO_PI_RE2_N_M / beta2 * (bracket - density_effect(np.sqrt(tau * (tau + 2)), density))


def build(densities: Float64, cut: float) -> EmTables:
    """Tabulate everything for air whose densities (g / cm3) lie at heights ``LOSS_HEIGHT_STEP`` apart."""
    e = energies()
    hard, soft = bremsstrahlung(e, cut)
    loss = np.array([ionisation(e, cut, rho) + soft for rho in densities])
    longest = np.minimum(MAX_STEP, MAX_LOSS * e / loss[0])
    middle = e - loss[0] * longest / 2
    photon = np.cumsum([pair_production(e), compton(e), photonuclear(e)], axis=0)
    charged = []
    for positive in (False, True):
        parts = [hard, delta_electrons(e, cut, positive), annihilation(e) * positive]
        charged.append(np.cumsum([np.interp(middle, e, part) for part in parts], axis=0))
    electron, positron = (np.ascontiguousarray(np.vstack([table, longest]).T) for table in charged)
    return EmTables(np.ascontiguousarray(photon.T), electron, positron, loss, float(cut))
