"""Simulate one shower: from a primary's energy and direction to photoelectrons in the telescopes."""

from __future__ import annotations

import itertools
import math
import sys
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from iactflow.errors import ConfigError, IactflowError
from iactflow.simulate import atmosphere, cherenkov, efficiency, electromagnetic, library, scattering, work
from iactflow.simulate.compiled import is_cached, remove_old
from iactflow.simulate.efficiency import Efficiency
from iactflow.simulate.light import EnergyBudget, Light, Receivers, Shower
from iactflow.simulate.particles import (
    ELECTRON,
    GAMMA,
    M_ELECTRON,
    MUON_MINUS,
    NEUTRON,
    PRIMARIES,
    PROTON,
    SPEED_OF_LIGHT,
)
from iactflow.simulate.rng import stream
from iactflow.simulate.site import Site

Float64 = NDArray[np.float64]

FLATTEST = 20.0
"""Lowest altitude of a primary, deg; below, a flat atmosphere (as in CORSIKA's standard version) is not good enough."""
E_CUT_MARGIN = 1.05
"""Electrons are followed down to this many local Cherenkov thresholds: 2e-5 of the light lies below."""
PHOTON_CUT_MARGIN = 1.2
"""The same for photons, and the threshold of their electrons at the end of their range."""

PHOTON_RANGE = 200.0
"""Photons are followed if they are above the Cherenkov threshold this deeper, g / cm2: 2 % of them fly farther."""

LEPTONIC = (GAMMA, ELECTRON, MUON_MINUS)
"""Particles that sim_telarray numbers 0, 1, 2."""


@dataclass(frozen=True)
class Settings:
    """Choices that trade speed for detail.

    Parameters
    ----------
    thin_below : float, GeV
        Energy of electrons, positrons and photons below which one of two is followed, with twice the weight, until
        the weight is the largest. A particle of weight w makes its light at w times as many points. 0: never.
        Measured with 0.3 GeV and weights up to 4, against none: at 0.3 TeV (300 showers, electrons in steps of 0.4
        radiation lengths) brightness, width and length of images and their scatter change by no more than 2 %. At
        2 TeV (60 showers) the medians of width agree within 2 %; images up to 7 % longer and up to 20 % more scatter
        cannot be excluded. Higher energies were not measured. With 1 GeV images become 5 % narrower, since particles
        of higher energy hardly scatter between those points.
    max_weight : float
        Largest weight that thinning may give, a power of two.
    muon_cut : float, GeV
        Lowest energy of muons; 4 GeV is below their Cherenkov threshold anywhere.
    hadron_cut : float, GeV
        Lowest kinetic energy of hadrons (assumed to make no light worth following below 0.6 GeV).
    electron_cut : float, GeV
        Lowest energy of electrons and photons; 0: the local Cherenkov threshold.
    absorption : bool
        Whether the air absorbs light.
    """

    thin_below: float = 0.3
    max_weight: float = 4.0
    muon_cut: float = 4.0
    hadron_cut: float = 0.6
    electron_cut: float = 0.0
    absorption: bool = True


DEFAULT = Settings()


@lru_cache(maxsize=8)
def _air(site: Site, sensor: Efficiency, alt: float, settings: Settings) -> cherenkov.Air:
    """Tabulate the air above a site for light that arrives at an altitude angle (deg)."""
    air = site.atmosphere
    h = air.heights
    light = efficiency.yield_per_metre(sensor, site, h, math.sin(math.radians(alt)), settings.absorption)
    threshold = E_CUT_MARGIN * M_ELECTRON / np.sqrt(2 * np.maximum(air.refractivity(h), 1e-9))
    if settings.electron_cut > 0:
        threshold = np.full_like(h, settings.electron_cut)
    deeper = np.minimum(air.depth(h) + PHOTON_RANGE, air.depth(site.altitude))
    photon_threshold = PHOTON_CUT_MARGIN / E_CUT_MARGIN * np.interp(air.height(deeper), h, threshold)
    table = np.stack([air.depth(h), air.density(h), air.refractivity(h), light, threshold, photon_threshold], axis=1)
    log_depth = np.linspace(math.log(1e-3), math.log(float(air.depth(0.0))), 4000)
    height = np.interp(log_depth, np.log(np.maximum(table[::-1, 0], 1e-9)), h[::-1])
    level = site.altitude
    return cherenkov.Air(
        np.ascontiguousarray(table),
        height,
        float(log_depth[0]),
        float(log_depth[1] - log_depth[0]),
        float(level),
        float(air.depth(level)),
        float(air.refractivity(level)),
    )


@lru_cache(maxsize=8)
def _electromagnetic(site: Site, settings: Settings) -> electromagnetic.EmTables:
    """Tabulate cross sections; photons are followed above the Cherenkov threshold at the observation level."""
    heights = np.arange(0.0, atmosphere.TOP + 1, electromagnetic.LOSS_HEIGHT_STEP)
    cut = E_CUT_MARGIN * M_ELECTRON / math.sqrt(2 * float(site.atmosphere.refractivity(site.altitude)))
    return electromagnetic.build(site.atmosphere.density(heights), settings.electron_cut or cut)


@lru_cache(maxsize=1)
def _moliere() -> Float64:
    return scattering.moliere_table()


@lru_cache(maxsize=1)
def _announce_compilation() -> None:
    if not is_cached("run_shower"):
        print("Compiling the shower code (once per machine and version, about 1 min) ...", file=sys.stderr, flush=True)
        remove_old()


def _check(
    primary: int, energy: float, alt: float, cores: Float64, first: float | None, level: float, top: float
) -> None:
    mass_number, charge = divmod(primary, 100)
    if primary < 0 or (mass_number == 0 and charge > 2) or charge > max(mass_number, 2) or mass_number > 56:
        known = ", ".join(f"{number} {name}" for name, number in PRIMARIES.items())
        raise ConfigError(f"Unknown primary {primary}. Known are {known}, and 100 A + Z for nuclei up to iron.")
    if not energy > 0 or (mass_number and energy * 1e3 < 2 * mass_number):
        raise ConfigError(f"The primary's energy must be positive (and 2 GeV per nucleon). Got {energy} TeV.")
    if not FLATTEST <= alt <= 90:
        raise ConfigError(f"The primary's altitude must lie in [{FLATTEST}, 90] deg (flat atmosphere). Got {alt} deg.")
    if cores.ndim != 2 or cores.shape[1] != 2 or len(cores) == 0:
        raise ConfigError(f"Core positions must have shape (n, 2) with n > 0. Got {cores.shape}.")
    if not level < top <= atmosphere.TOP:
        raise ConfigError(f"Showers start between {level} m and {atmosphere.TOP} m above sea level. Got {top} m.")
    if first is not None and (not level < first <= top or mass_number > 1):
        raise ConfigError(
            f"The first interaction can be fixed between {level} m and {top} m, and not for nuclei. Got {first} m."
        )


def simulate_shower(
    primary: int,
    energy_tev: float,
    alt: float,
    az: float,
    receivers: Receivers,
    cores: Float64,
    site: Site,
    sensor: Efficiency,
    seed: int,
    shower_index: int = 0,
    settings: Settings = DEFAULT,
    first_height: float | None = None,
    start_height: float | None = None,
) -> tuple[Shower, list[Light]]:
    """Simulate one shower and the photoelectrons that it makes in telescopes, for one or more core positions.

    Parameters
    ----------
    primary : int
        sim_telarray's number: 0 gamma, 1 electron, 2 muon, 101 proton, 100 A + Z for nuclei.
    energy_tev : float, TeV
        Total energy.
    alt, az : float, deg
        Where it comes from (azimuth from north over east).
    receivers : Receivers
        The telescopes.
    cores : array, shape (n_reuse, 2), m
        Where the axis meets the observation level (to the north, to the west); the same shower is used for each.
    site : Site
    sensor : Efficiency
    seed, shower_index : int
        With the primary they fix every random number.
    settings : Settings
    first_height : float, m, optional
        Height above sea level of the first interaction; by default chance decides.
    start_height : float, m, optional
        Height above sea level where the primary starts; by default the top of the atmosphere.

    Returns
    -------
    shower : Shower
    light : list of Light
        One for each core.
    """
    cores = np.asarray(cores, dtype=float)
    top = atmosphere.TOP if start_height is None else float(start_height)
    _check(primary, energy_tev, alt, cores, first_height, site.altitude, top)
    from iactflow.simulate.kernel import run_shower

    _announce_compilation()
    tables = (_air(site, sensor, receivers.alt, settings), _electromagnetic(site, settings), _moliere(), library.load())
    places = cherenkov.mirrors(receivers, cores, site.altitude)
    down = -cherenkov.direction(alt, az)[0]
    room = 200_000
    while True:
        state = work.new_work(stream(seed, primary, shower_index), room, (settings.thin_below, settings.max_weight))
        _inject(state, primary, energy_tev * 1e3, down, top, site.altitude)
        run_shower(
            state,
            *tables,
            places,
            np.asarray(site.field),
            -1.0 if first_height is None else float(first_height),
            np.array([settings.muon_cut, settings.hadron_cut]),
        )
        if state.counts[work.OVERFLOW]:
            raise IactflowError(f"Shower {shower_index}: more than {work.STACK_SIZE} particles wait to be followed.")
        if state.counts[work.N_LIGHT] <= room:
            break
        room = int(state.counts[work.N_LIGHT])  # the same random numbers again, with room for all its light
    truth = _truth(state, primary, energy_tev, alt, az, cores, shower_index, float(site.atmosphere.depth(top)))
    return truth, _split(state, cores, receivers, down)


def _inject(state: work.Work, primary: int, energy: float, down: Float64, top: float, level: float) -> None:
    """Put the primary (GeV) on the stack; a nucleus as its free nucleons (superposition)."""
    length = (top - level) / -down[2]
    start = -down * length
    mass_number, charge = divmod(primary, 100)
    parts = [PROTON] * charge + [NEUTRON] * (mass_number - charge) if mass_number else [LEPTONIC[primary]]
    time = -length / SPEED_OF_LIGHT
    for i, part in enumerate(parts):
        state.stack[i] = [energy / len(parts), start[0], start[1], top, time, *down, 1.0, 1.0]
        state.kind[i] = part
    state.counts[work.N_STACK] = len(parts)
    state.budget[work.FIRST_HEIGHT] = -1.0


def _truth(
    state: work.Work, primary: int, energy: float, alt: float, az: float, cores: Float64, index: int, start: float
) -> Shower:
    charged = state.profile.sum(axis=0)
    smooth = np.convolve(charged, np.ones(5) / 5, mode="same")
    x_max = (np.argmax(smooth) + 0.5) * work.PROFILE_STEP / math.sin(math.radians(alt))
    budget = EnergyBudget(*(float(v) for v in state.budget[:5]))
    return Shower(
        index, primary, energy, alt, az, cores[:, 0].copy(), cores[:, 1].copy(),
        float(state.budget[work.FIRST_HEIGHT]), float(x_max), start, budget, state.profile,
    )  # fmt: skip


def _split(state: work.Work, cores: Float64, receivers: Receivers, down: Float64) -> list[Light]:
    """Hand out the photoelectrons to the uses of the shower, ordered by telescope."""
    n = int(state.counts[work.N_LIGHT])
    order = np.argsort(state.telescope[:n], kind="stable")
    telescope, light = state.telescope[:n][order], state.light[:n][order]
    bounds = np.searchsorted(telescope, np.arange(len(cores) + 1) * receivers.n_telescopes)
    out = []
    for i, (first, last) in enumerate(itertools.pairwise(bounds)):
        delay = np.float32((cores[i] @ down[:2]) / SPEED_OF_LIGHT)
        piece = light[first:last]
        which = (telescope[first:last] - i * receivers.n_telescopes).astype(np.int32)
        lon, lat, time, x, y = (np.ascontiguousarray(column) for column in piece.T)
        out.append(Light(which, lon, lat, time + delay, x, y))
    return out
