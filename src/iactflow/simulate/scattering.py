"""Multiple Coulomb scattering after Moliere, and the rotation of a direction.

H. A. Bethe, Phys. Rev. 89 (1953) 1256, with the composition of air treated as in EGS4 (SLAC-265, section 2.14). For a
path t, theta = chi_c f(u, ln Omega): chi_c^2 is the angle that one collision exceeds on average, Omega the number of
collisions. Moliere's distributions convolve to themselves, so that the steps' length does not matter.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import j0

from iactflow.simulate.compiled import always_inlined
from iactflow.simulate.elementary import ln

Float64 = NDArray[np.float64]

# Composition of dry air by number (PDG 2022: N 0.7555, O 0.2318, Ar 0.0128 by mass).
_PARTS = np.array([0.7847, 0.2105, 0.0047])
_Z = np.array([7.0, 8.0, 18.0])
_A = np.array([14.007, 15.999, 39.948])
_WEIGHT = _PARTS * _Z * (_Z + 1)
_Z_S, _W = _WEIGHT.sum(), (_PARTS * _A).sum()
_Z_E = (_WEIGHT * np.log(_Z ** (-2 / 3))).sum()
_Z_X = (_WEIGHT * np.log(1 + 3.34 * (_Z / 137.036) ** 2)).sum()

CHI_C = float(np.sqrt(0.15692e-6 * _Z_S / _W))
"""chi_c = CHI_C sqrt(t) / (p beta): GeV per sqrt(g / cm2). 4 pi N_A r_e^2 (m_e c^2)^2 = 0.15692 MeV2 cm2 / mol."""
COLLISIONS = float(6702.33 * _Z_S * np.exp((_Z_E - _Z_X) / _Z_S) / _W)
"""Omega = COLLISIONS t / beta^2, per g / cm2 (EGS4, equation 2.14.24)."""

LOG_OMEGA_MIN, LOG_OMEGA_STEP, N_OMEGA = 3.0, 0.25, 60
ROOT_STEP, N_ROOT = 1.0 / 48, 200  # grid in sqrt(-ln(1 - probability)): up to a probability of 3e-8


def _reduced_distributions(theta: Float64) -> tuple[Float64, Float64, Float64]:
    """Bethe's f0, f1, f2 (his equations 26 and 28) at reduced angles, by quadrature."""
    u = (np.arange(6000) + 0.5) * (14.0 / 6000)
    log = u**2 / 4 * np.log(u**2 / 4)
    kernel = u * np.exp(-(u**2) / 4) * (14.0 / 6000) * j0(np.outer(theta, u))
    return kernel.sum(axis=1), kernel @ log, kernel @ log**2 / 2


def moliere_table() -> Float64:
    """Tabulate theta / chi_c, shape (N_OMEGA, N_ROOT), at grid points of ln Omega and of sqrt(-ln(1 - probability))."""
    theta = np.concatenate([np.linspace(0, 4, 401)[1:], np.geomspace(4, 12, 101)[1:]])
    f0, f1, f2 = _reduced_distributions(theta)
    survival = np.exp(-((np.arange(N_ROOT) * ROOT_STEP) ** 2))
    rows = []
    for log_omega in LOG_OMEGA_MIN + LOG_OMEGA_STEP * np.arange(N_OMEGA):
        b = brentq(lambda x, goal=log_omega: x - math.log(x) - goal, 1.0001, 60.0)
        density = np.maximum(f0 + f1 / b + f2 / b**2, 0) * theta
        pieces = np.diff(theta, prepend=0) * (density + np.concatenate([[0.0], density[:-1]])) / 2
        tail = 1 / (b * theta[-1] ** 2)  # single scattering: f1 = 2 / theta^4
        beyond = np.cumsum(pieces[::-1])[::-1] - pieces + tail
        beyond /= pieces.sum() + tail
        reduced = np.interp(-np.log(survival), np.concatenate([[0.0], -np.log(beyond)]), np.concatenate([[0.0], theta]))
        far = survival < beyond[-1]
        reduced[far] = theta[-1] * np.sqrt(beyond[-1] / survival[far])
        rows.append(reduced * math.sqrt(b))
    return np.array(rows)


@always_inlined
def moliere_angle(table: Float64, path: float, p_beta2: float, beta2: float, log_survival: float) -> float:
    """Angle of scattering in a path, rad, for minus the logarithm of a uniform random number.

    Parameters
    ----------
    table : array
        From :func:`moliere_table`.
    path : float, g / cm2
    p_beta2 : float, GeV2
        Square of momentum times velocity.
    beta2 : float
        Velocity squared.
    log_survival : float
        Exponential variate of mean one.
    """
    q = (ln(COLLISIONS * path / beta2) - LOG_OMEGA_MIN) * (1 / LOG_OMEGA_STEP)
    q = min(max(q, 0.0), N_OMEGA - 1.001)
    r = min(math.sqrt(log_survival) * (1 / ROOT_STEP), N_ROOT - 1.001)
    i, j = int(q), int(r)
    f, g = q - i, r - j
    low = table[i, j] * (1 - g) + table[i, j + 1] * g
    high = table[i + 1, j] * (1 - g) + table[i + 1, j + 1] * g
    return min(CHI_C * math.sqrt(path / p_beta2) * (low * (1 - f) + high * f), 1.2)


@always_inlined
def turn(ux: float, uy: float, uz: float, sin: float, cos: float, c: float, s: float) -> tuple[float, float, float]:
    """Rotate a unit vector by a polar angle (sin, cos) towards an azimuth of cosine c and sine s."""
    across2 = ux * ux + uy * uy
    if across2 < 1e-12:
        sign = 1.0 if uz > 0 else -1.0
        return sin * c, sin * s, cos * sign
    across = math.sqrt(across2)
    a = sin / across
    return (
        ux * cos + (ux * uz * c - uy * s) * a,
        uy * cos + (uy * uz * c + ux * s) * a,
        uz * cos - across * c * sin,
    )
