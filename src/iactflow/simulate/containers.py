"""Truth and configuration of simulated events in ctapipe's containers."""

from __future__ import annotations

import astropy.units as u
import numpy as np
from ctapipe.containers import (
    SimulatedShowerContainer,
    SimulatedShowerDistribution,
    SimulationConfigContainer,
    TelescopeImpactParameterContainer,
)

from iactflow.simulate.block import Simulated, SimulatedEvent
from iactflow.simulate.config import Simulate
from iactflow.simulate.efficiency import BIN, WAVELENGTHS
from iactflow.simulate.frames import impact_distance
from iactflow.simulate.site import site

#: Bins of the histogram of thrown showers, in distance and in energy.
_BINS = 50


def pointing(config: Simulate) -> tuple[u.Quantity, u.Quantity]:
    """Give altitude and azimuth that the telescopes point at, in rad."""
    return (90 * u.deg - config.zenith).to(u.rad), config.azimuth.to(u.rad)


def shower_container(event: SimulatedEvent) -> SimulatedShowerContainer:
    """Give the truth of an event's shower."""
    shower, use = event.shower, event.use
    return SimulatedShowerContainer(
        energy=shower.energy * u.TeV,
        alt=shower.alt * u.deg,
        az=shower.az * u.deg,
        core_x=float(shower.core_x[use]) * u.m,
        core_y=float(shower.core_y[use]) * u.m,
        h_first_int=shower.h_first_int * u.m,
        x_max=shower.x_max * u.g / u.cm**2,
        starting_grammage=shower.starting_grammage * u.g / u.cm**2,
        shower_primary_id=np.int32(shower.shower_primary_id),
    )


def impact_container(event: SimulatedEvent, position: np.ndarray) -> TelescopeImpactParameterContainer:
    """Give the distance of a telescope at `position` (shape (3,), m) from the shower's axis."""
    shower, use = event.shower, event.use
    core = np.array([shower.core_x[use], shower.core_y[use]])
    distance = impact_distance(position, core, shower.alt, shower.az)
    return TelescopeImpactParameterContainer(distance=distance * u.m, prefix="true_impact")


def simulation_container(obs_id: int, thrown: Simulated) -> SimulationConfigContainer:
    """Give what was thrown: all that instrument response functions need."""
    config, place = thrown.config, site(thrown.instrument.site)
    north, west, up = place.field
    horizontal = float(np.hypot(north, west))
    alt, az = pointing(config)
    return SimulationConfigContainer(
        run_number=np.int32(obs_id),
        corsika_version=np.nan if thrown.corsika_version is None else thrown.corsika_version,
        energy_range_min=config.energy_min,
        energy_range_max=config.energy_max,
        prod_site_B_total=float(np.hypot(horizontal, up)) * 1e6 * u.uT,
        prod_site_B_declination=float(np.arctan2(-west, north)) * u.rad,
        prod_site_B_inclination=float(np.arctan2(-up, horizontal)) * u.rad,
        prod_site_alt=place.altitude * u.m,
        spectral_index=config.spectral_index,
        n_showers=thrown.n_showers,
        shower_reuse=config.reuse,
        max_alt=alt,
        min_alt=alt,
        max_az=az,
        min_az=az,
        diffuse=bool(config.viewcone > 0 * u.deg),
        max_viewcone_radius=config.viewcone,
        min_viewcone_radius=0 * u.deg,
        max_scatter_range=config.scatter_radius,
        min_scatter_range=0 * u.m,
        core_pos_mode=1,
        corsika_wlen_min=(WAVELENGTHS[0] - BIN / 2) * u.nm,
        corsika_wlen_max=(WAVELENGTHS[-1] + BIN / 2) * u.nm,
    )


def distribution_container(obs_id: int, thrown: Simulated) -> SimulatedShowerDistribution:
    """Give the histogram of thrown uses of showers over distance from the array's centre and energy."""
    config = thrown.config
    distance = np.linspace(0, config.radius, _BINS + 1)
    energy = np.geomspace(*config.energies, _BINS + 1)
    cores = np.concatenate([np.empty(0), *thrown.distances])
    each = np.repeat(thrown.energies, [len(uses) for uses in thrown.distances])
    histogram, _, _ = np.histogram2d(cores, each, bins=(distance, energy))
    return SimulatedShowerDistribution(
        obs_id=obs_id,
        hist_id=6,  # sim_telarray's number of this histogram
        n_entries=len(cores),
        bins_core_dist=distance * u.m,
        bins_energy=energy * u.TeV,
        histogram=histogram,
    )
