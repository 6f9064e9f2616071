"""Differential sensitivity with its intervals, and the floor below which the simulated background says nothing."""

import warnings
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from iactflow.fitting.bootstrap import LEVEL, interval
from iactflow.irf.config import Irf
from iactflow.irf.cuts import Cuts

if TYPE_CHECKING:
    from collections.abc import Callable

    from astropy.table import QTable, Table

#: 95 % upper limit of a Poisson mean of which nothing was counted.
NOTHING_SEEN = -float(np.log(1 - LEVEL))
#: Background showers after cuts from which on a bin is called measured.
MEASURED = 10
#: What a detection takes, as in `pyirf.sensitivity.calculate_sensitivity`.
_SIGMA, _EVENTS, _EXCESS = 5, 10, 0.05
_FLUX, _ENERGY_FLUX = u.Unit("TeV-1 cm-2 s-1"), u.Unit("erg cm-2 s-1")


def sensitivity_table(
    gammas: "QTable",
    background: "QTable",
    cuts: Cuts,
    edges: u.Quantity,
    spectrum: "Callable[[Any], Any]",
    config: Irf,
) -> "QTable":
    """Measure the sensitivity to a point source per bin of reconstructed energy.

    Parameters
    ----------
    gammas, background : astropy.table.QTable
        Weighted events that the cuts were not chosen with.
    cuts : Cuts
        Both cuts.
    edges : Quantity, shape (n_bins + 1,)
        Bins of reconstructed energy.
    spectrum : callable
        The source that weights stand for.
    config : Irf
        Background regions, ring of offsets, resamplings.

    Returns
    -------
    astropy.table.QTable
        Per bin: ``relative`` (in units of the source), ``flux`` and ``energy_flux`` with the ends of their 95 %
        intervals, ``floor`` (relative) and ``energy_flux_floor``, what limits it, counts of events and showers.
        NaN where nothing can be said.

    Notes
    -----
    Flux that gives 5 standard deviations (Li and Ma 1983, eq. 17), at least 10 gammas and an excess of 5 % of the
    background, in the observation time. Intervals: Poisson bootstrap over showers at fixed cuts. Floor: the sensitivity
    for a background of `NOTHING_SEEN` showers of mean weight, which is the 95 % upper limit where no simulated shower
    passes the cuts. A sensitivity below it is not shown by these showers.
    """
    from astropy.table import QTable

    signal = gammas[(gammas["weight"] > 0) & cuts.gamma_like(gammas) & cuts.near(gammas)]
    ring = background[background["reco_source_fov_offset"] < config.offset_max]
    passed = ring[cuts.gamma_like(ring)]
    hists = _histogram(signal, edges), _background(passed, cuts, edges, config)
    relative = _relative(*hists, config.alpha)
    replicas = _replicas(signal, passed, cuts, edges, config)
    showers = _showers_per_bin(passed, edges)
    center = np.sqrt(edges[:-1] * edges[1:])
    flux = spectrum(center).to(_FLUX)
    table = QTable(
        {
            "reco_energy_low": edges[:-1],
            "reco_energy_high": edges[1:],
            "reco_energy_center": center,
            "n_gammas": hists[0]["n"],
            "n_background": np.histogram(passed["reco_energy"], edges)[0],
            "n_background_showers": showers,
            "n_signal_weighted": np.asarray(hists[0]["n_weighted"], float) * relative,
            "n_background_weighted": np.asarray(hists[1]["n_weighted"], float),
        }
    )
    table["limited_by"] = _limits(table, config.alpha)
    floor = _relative(hists[0], _floor_background(ring, cuts, edges, config), config.alpha)
    n_showers = len(np.unique(np.asarray(signal["shower"])))
    low, high = np.array([interval(values, n_showers) or (np.nan, np.nan) for values in replicas], float).T
    for name, values in {"": relative, "_low": low, "_high": high, "_floor": floor}.items():
        table[f"relative{name}"] = values
        table[f"energy_flux{name}"] = (values * flux * center**2).to(_ENERGY_FLUX)
    return table


def known_and_measured(table: "Table") -> tuple[np.ndarray, np.ndarray]:
    """Tell the bins with a sensitivity, and those of them whose background was measured (`MEASURED` showers)."""
    known = np.isfinite(np.asarray(table["relative"], float))
    return known, known & (np.asarray(table["n_background_showers"]) >= MEASURED)


def best_bin(table: "Table", among: np.ndarray) -> int:
    """Give the bin with the best sensitivity among some (bool of shape (n_bins,), at least one true)."""
    return int(np.argmin(np.where(among, np.asarray(table["relative"], float), np.inf)))


def _histogram(events: "QTable", edges: u.Quantity) -> "QTable":
    from pyirf.binning import create_histogram_table

    return create_histogram_table(events, edges, "reco_energy")


def _background(events: "QTable", cuts: Cuts, edges: u.Quantity, config: Irf) -> "QTable":
    from pyirf.sensitivity import estimate_background

    return estimate_background(events, edges, cuts.theta, config.alpha, 0 * u.deg, config.offset_max)


def _relative(signal: "QTable", background: "QTable", alpha: float) -> np.ndarray:
    """Give the relative sensitivity, NaN where there is no signal."""
    from pyirf.sensitivity import calculate_sensitivity

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        found = calculate_sensitivity(
            signal,
            background,
            alpha,
            min_significance=_SIGMA,
            min_signal_events=_EVENTS,
            min_excess_over_background=_EXCESS,
        )
    values = np.asarray(found["relative_sensitivity"], float)
    return np.where(np.isfinite(values), values, np.nan)


def _replicas(signal: "QTable", passed: "QTable", cuts: Cuts, edges: u.Quantity, config: Irf) -> np.ndarray:
    """Give the relative sensitivity of resampled showers, shape (n_bins, n_replicas)."""
    rng = np.random.default_rng(config.seed)
    found = []
    for _ in range(config.bootstrap):
        drawn = []
        for events in (signal, passed):
            copy = events.copy()
            showers, number = np.unique(np.asarray(events["shower"]), return_inverse=True)
            copy["weight"] = events["weight"] * rng.poisson(1, len(showers))[number.reshape(-1)]
            drawn.append(copy)
        found.append(_relative(_histogram(drawn[0], edges), _background(drawn[1], cuts, edges, config), config.alpha))
    return np.array(found).T


def _showers_per_bin(events: "QTable", edges: u.Quantity) -> np.ndarray:
    """Count the showers behind the events of each bin, whose uses are not independent."""
    index = np.searchsorted(edges.to_value(u.TeV), events["reco_energy"].to_value(u.TeV), side="right") - 1
    showers = np.asarray(events["shower"])
    return np.array([len(np.unique(showers[index == number])) for number in range(len(edges) - 1)])


def _floor_background(ring: "QTable", cuts: Cuts, edges: u.Quantity, config: Irf) -> "QTable":
    """Give the background of `NOTHING_SEEN` showers, each of the mean weight of a shower in its bin before cuts."""
    histogram = _background(ring, cuts, edges, config)
    showers = np.maximum(_showers_per_bin(ring, edges), 1)
    histogram["n_weighted"] = np.asarray(histogram["n_weighted"], float) / showers * NOTHING_SEEN
    return histogram


def _limits(table: "QTable", alpha: float) -> list[str]:
    """Say what a detection at the sensitivity would be short of."""
    told = []
    for n_signal, n_off in zip(table["n_signal_weighted"], table["n_background_weighted"], strict=True):
        if not np.isfinite(n_signal):
            told.append("")
        elif np.isclose(n_signal, _EXCESS * alpha * n_off):
            told.append(f"{_EXCESS:.0%} of the background")
        else:
            told.append(f"{_EVENTS} events" if np.isclose(n_signal, _EVENTS) else f"{_SIGMA} sigma")
    return told
