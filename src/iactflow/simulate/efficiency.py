"""What becomes of Cherenkov photons on their way: air, mirror, window, sensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.site import Site

Float64 = NDArray[np.float64]

WAVELENGTHS = np.arange(242.5, 900.0, 5.0)
"""Middle of the wavelength bins, nm: CORSIKA's usual band of 240 to 900 nm."""
BIN = 5.0
BINS = len(WAVELENGTHS)
FINE_STRUCTURE = 1 / 137.035999


@dataclass(frozen=True)
class Efficiency:
    """Probability that a photon on the mirror becomes a photoelectron.

    Parameters
    ----------
    name : str
    wavelength : tuple of floats, nm
        Points of the curve; linear in between, zero outside.
    sensor : tuple of floats
        Photon detection efficiency times window transmission at these points.
    throughput : float
        Factor for all that hardly depends on the wavelength: reflectivity, shadows, light cones, gaps.
    """

    name: str
    wavelength: tuple[float, ...]
    sensor: tuple[float, ...]
    throughput: float

    def __call__(self, wavelength: Float64) -> Float64:
        """Efficiency at wavelengths (nm)."""
        return self.throughput * np.interp(wavelength, self.wavelength, self.sensor, left=0.0, right=0.0)


_NM = (280, 300, 320, 340, 360, 380, 400, 420, 440, 460, 480, 500, 520, 540, 560, 580, 600, 650, 700)
DIGICAM = Efficiency(
    # Sensor: assumed, shaped after the Hamamatsu S10943 SiPM (peak about 0.39 near 470 nm) behind a window that cuts at
    # 540 nm. Throughput: fitted once to sim_telarray's photoelectrons of the prod-4 SST-1M file, from CORSIKA's photons
    # of the same showers (`validation telescope`: 0.70 gave 0.935 +- 0.013 of them).
    name="digicam",
    wavelength=_NM,
    sensor=(0, 0.06, 0.17, 0.24, 0.29, 0.32, 0.35, 0.37, 0.385, 0.39, 0.39, 0.38, 0.365, 0.25, 0.05, 0, 0, 0, 0),
    throughput=0.75,
)
FLASHCAM = Efficiency(
    # Sensor: assumed, shaped after a super-bialkali photomultiplier (peak about 0.34 near 380 nm). Throughput: fitted
    # once to sim_telarray's photoelectrons of the prod-3 FlashCam images.
    name="flashcam",
    wavelength=_NM,
    sensor=(
        0.10, 0.20, 0.27, 0.31, 0.33, 0.34, 0.335, 0.325, 0.31, 0.29, 0.27, 0.25, 0.22, 0.17, 0.13, 0.11, 0.09, 0.04,
        0.01,
    ),
    throughput=0.64,
)  # fmt: skip
ALL_PHOTONS = Efficiency("all photons", (0.0, 2000.0), (1.0, 1.0), 1.0)
"""Every photon counts: for comparisons with CORSIKA's photons, without any atmosphere."""


def transmission(site: Site, height: Float64, cos_zenith: float) -> Float64:
    """Probability to reach the observation level from a height (m), shape (n_heights, n_wavelengths).

    Notes
    -----
    Rayleigh scattering: mean path 2974 g / cm2 at 400 nm, as its fourth power (Baltrusaitis et al., NIM A 240 (1985)
    410). Aerosols: as lambda^-1.2 (Angstrom's law; the exponent is assumed), exponential in height. Ozone: assumed,
    a rough edge below 330 nm.
    """
    h = np.atleast_1d(height)[:, None]
    depth = np.maximum(site.atmosphere.depth(site.altitude) - site.atmosphere.depth(h), 0)
    rayleigh = depth / 2974 * (400 / WAVELENGTHS) ** 4
    above = np.maximum(h - site.altitude, 0)
    aerosol = site.aerosol_depth * (400 / WAVELENGTHS) ** 1.2 * (1 - np.exp(-above / site.aerosol_scale))
    ozone = 0.03 * np.maximum(330 - WAVELENGTHS, 0) / 30 * np.minimum(above / 20_000, 1)
    return np.exp(-(rayleigh + aerosol + ozone) / cos_zenith)


def yield_per_metre(efficiency: Efficiency, site: Site, height: Float64, cos_zenith: float, air: bool) -> Float64:
    """Photoelectrons per m of track of charge one and per sin^2 of the Cherenkov angle, emitted at a height (m).

    2 pi alpha times the integral of efficiency x transmission / lambda^2 (Frank and Tamm). Without ``air`` nothing is
    lost on the way.
    """
    passed = transmission(site, height, cos_zenith) if air else 1.0
    spectrum = efficiency(WAVELENGTHS) * passed / (WAVELENGTHS * 1e-9) ** 2
    return 2 * np.pi * FINE_STRUCTURE * np.sum(np.broadcast_to(spectrum, (len(height), BINS)), axis=1) * BIN * 1e-9


def detection_probability(
    efficiency: Efficiency, site: Site, height: Float64, cos_zenith: float, band: tuple[float, float]
) -> Float64:
    """Probability that a Cherenkov photon emitted at a height (m) becomes a photoelectron.

    For photons whose wavelength is only known to lie in a band (nm), as CORSIKA writes them: the average over the
    Cherenkov spectrum, lambda^-2, in that band.
    """
    produced = 1 / (band[0] * 1e-9) - 1 / (band[1] * 1e-9)
    seen = yield_per_metre(efficiency, site, height, cos_zenith, air=True) / (2 * np.pi * FINE_STRUCTURE)
    return seen / produced
