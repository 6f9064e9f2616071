"""Observation sites: altitude, atmosphere, aerosols, magnetic field."""

from __future__ import annotations

from dataclasses import dataclass

from iactflow.errors import ConfigError
from iactflow.simulate.atmosphere import PARANAL, US_STANDARD, Atmosphere


@dataclass(frozen=True)
class Site:
    """Where the telescopes stand.

    Parameters
    ----------
    name : str
    altitude : float, m
        Observation level above sea level.
    atmosphere : Atmosphere
    field : tuple of 3 floats, T
        Magnetic field in ctapipe's ground frame (to the north, to the west, upwards).
    aerosol_depth : float
        Vertical optical depth of aerosols above the level at 400 nm.
    aerosol_scale : float, m
        Scale height of the aerosols.
    """

    name: str
    altitude: float
    atmosphere: Atmosphere
    field: tuple[float, float, float]
    aerosol_depth: float
    aerosol_scale: float = 1_200.0  # assumed: a planetary boundary layer that thins out over 1 to 2 km


SITES = {
    # Field: IGRF 2015 for 2020.0 as printed in the CORSIKA input card of CTA's prod-4 Paranal file: X = 20887.2 nT to
    # the north, Y = -1253.5 nT to the east, Z = -9119.4 nT downwards. Aerosols: assumed (clear desert air).
    "paranal": Site("paranal", 2150.0, PARANAL, (20.8872e-6, 1.2535e-6, 9.1194e-6), 0.06),
    # SST-1M at Ondrejov, 510 m a.s.l.: A&A 699 A255. Field: assumed, about 19.8 uT horizontal, 4.4 deg east of north,
    # 45.0 uT downwards (geomagnetic models for 2023). Aerosols: assumed (central Europe, clear nights).
    "ondrejov": Site("ondrejov", 510.0, US_STANDARD, (19.74e-6, -1.52e-6, -45.0e-6), 0.15),
    # H.E.S.S., 1800 m a.s.l. Field: assumed, about 12.1 uT horizontal, 14 deg west of north, 25.2 uT upwards.
    # Atmosphere: assumed to be Paranal's (nearly the same latitude). Aerosols: assumed.
    "hess": Site("hess", 1800.0, PARANAL, (11.74e-6, 2.93e-6, 25.2e-6), 0.10),
}


def site(name: str) -> Site:
    """Return a site by name, or say which there are."""
    if name not in SITES:
        raise ConfigError(f"Unknown site {name!r}. Known sites: {', '.join(SITES)}.")
    return SITES[name]
