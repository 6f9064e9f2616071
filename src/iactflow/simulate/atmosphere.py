"""Depth, density and refractivity of the air against height, as CORSIKA's five-layer model has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from iactflow.errors import ConfigError

Float64 = NDArray[np.float64]

TOP = 100_000.0
"""Height at which showers start, m; above it lie less than 0.001 g / cm2."""
STEP = 50.0
"""Spacing of the height tables, m: linear interpolation of an 8 km exponential errs by 5e-6."""
GLADSTONE_DALE = 0.2310
"""Refractivity of air per density, cm3 / g, at 400 nm: 2.830e-4 at 1.225e-3 g / cm3 (Peck and Reeder 1972)."""


@dataclass(frozen=True)
class Atmosphere:
    """Layers of exponential density: T(h) = a + b exp(-h / c), the highest one linear, T(h) = a - b h / c.

    Parameters
    ----------
    name : str
        What it describes.
    a, b : tuple of 5 floats, g / cm2
        Coefficients of the depth.
    c : tuple of 5 floats, m
        Scale heights.
    bounds : tuple of 4 floats, m
        Where the second to fifth layer begin.

    Notes
    -----
    D. Heck and T. Pierog, CORSIKA: a user's guide, appendix "Atmospheric models". The same formula as
    ctapipe.atmosphere.FiveLayerAtmosphereDensityProfile.
    """

    name: str
    a: tuple[float, ...]
    b: tuple[float, ...]
    c: tuple[float, ...]
    bounds: tuple[float, ...]

    def depth(self, height: Float64 | float) -> Float64:
        """Vertical depth above a height (m), g / cm2."""
        h = np.asarray(height, dtype=float)
        i = np.searchsorted(self.bounds, h, side="right")
        a, b, c = (np.asarray(v)[i] for v in (self.a, self.b, self.c))
        return np.maximum(np.where(i < 4, a + b * np.exp(-h / c), a - b * h / c), 0.0)

    def density(self, height: Float64 | float) -> Float64:
        """Density at a height (m), g / cm3."""
        h = np.asarray(height, dtype=float)
        i = np.searchsorted(self.bounds, h, side="right")
        b, c = (np.asarray(v)[i] for v in (self.b, self.c))
        return np.where(i < 4, b / c * np.exp(-h / c), b / c) / 100.0

    def refractivity(self, height: Float64 | float) -> Float64:
        """Refractive index minus one at a height (m), proportional to the density (Gladstone and Dale)."""
        return GLADSTONE_DALE * self.density(height)

    @cached_property
    def heights(self) -> Float64:
        """Heights of the tables, m."""
        return np.arange(0.0, TOP + STEP / 2, STEP)

    def height(self, depth: Float64 | float) -> Float64:
        """Height (m) that has a vertical depth (g / cm2) above it."""
        if np.any(np.asarray(depth) > self.depth(0.0)):
            raise ConfigError(f"{self.name}: a depth of {np.max(depth)} g/cm2 lies below sea level.")
        return np.interp(np.asarray(depth), self.depth(self.heights)[::-1], self.heights[::-1])


PARANAL = Atmosphere(
    # Coefficients: RUNH of the CTA prod-4 Paranal CORSIKA file (atmosphere 26). It does not state the bounds: the
    # depths of neighbouring layers cross at 9.000, 18.000, 46.000 and 105.000 km to within a few centimetres.
    name="Paranal (CTA prod 4, CORSIKA atmosphere 26)",
    a=(-138.7168, -28.054699, 0.46674332, -0.00053041411, 0.0015747405),
    b=(1165.3268, 1204.6362, 1345.6172, 557.06293, 1.0),
    c=(9941.8638, 7462.3175, 6361.4306, 7721.7019, 7.4322365e7),
    bounds=(9_000.0, 18_000.0, 46_000.0, 105_000.0),
)
US_STANDARD = Atmosphere(
    # CORSIKA user's guide, table "Parameters of the U.S. standard atmosphere (after Linsley)".
    name="U.S. standard (Linsley)",
    a=(-186.555305, -94.919, 0.61289, 0.0, 0.01128292),
    b=(1222.6562, 1144.9069, 1305.5948, 540.1778, 1.0),
    c=(9941.8638, 8781.5355, 6361.4304, 7721.7016, 1.0e7),
    bounds=(4_000.0, 10_000.0, 40_000.0, 100_000.0),
)
