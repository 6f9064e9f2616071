"""What the selected events are worth: resolutions, effective area and background rate per bin, with intervals."""

from typing import TYPE_CHECKING

import astropy.units as u
import numpy as np

from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Curve, binned_frame, measure
from iactflow.fitting.metrics_direction import coverage
from iactflow.fitting.metrics_energy_bins import bin_index, performance_per_bin
from iactflow.irf.config import Irf
from iactflow.irf.cuts import Cuts
from iactflow.irf.response import Axes

if TYPE_CHECKING:
    from astropy.table import QTable, Table
    from pyirf.simulations import SimulatedEventsInfo

#: Names of the tables; also of their FITS extensions.
ENERGY, ANGLE, AREA, BACKGROUND = "ENERGY_PERFORMANCE", "ANGULAR_RESOLUTION", "AREA", "BACKGROUND_RATE"
_RATE = "s-1 TeV-1 sr-1"


def gamma_performance(
    gammas: "QTable",
    thrown: "SimulatedEventsInfo",
    diffuse: bool,
    cuts: Cuts,
    axes: Axes,
    config: Irf,
    bootstrap: Bootstrap,
) -> "dict[str, Table]":
    """Measure the gammas near the pointing that pass the cut in gammaness.

    Parameters
    ----------
    gammas : astropy.table.QTable
        Events that the cuts were not chosen with.
    thrown : SimulatedEventsInfo
        What was thrown for them.
    diffuse : bool
        Whether directions were thrown in a cone; those within ``offset_max`` of the pointing count then.
    cuts : Cuts
        The cut in gammaness is applied, that in distance is not.
    axes : Axes
        Bins of true energy.
    config : Irf
        The ring.
    bootstrap : Bootstrap
        Resamplings.

    Returns
    -------
    dict of astropy.table.Table
        `ENERGY` (bias and resolution), `ANGLE` (deg), `AREA` (m2), each per bin of true energy with intervals and
        counts of events (``n``) and showers.
    """
    area, n_thrown = np.pi * thrown.max_impact.to_value(u.m) ** 2, _thrown_per_bin(thrown, diffuse, axes, config)
    if diffuse:
        gammas = gammas[gammas["true_source_fov_offset"] <= config.offset_max]
    events = gammas[cuts.gamma_like(gammas)]
    within = bin_index(events["true_energy"].to_value(u.TeV), axes.true_energy.to_value(u.TeV))
    events = events[(within >= 0) & (within < len(axes.true_energy) - 1)]
    true, reco = (events[name].to_value(u.TeV) for name in ("true_energy", "reco_energy"))
    theta, edges = events["theta"].to_value(u.deg), axes.true_energy.to_value(u.TeV)
    showers = np.unique(np.asarray(events["shower"]), return_inverse=True)[1].reshape(-1)
    index, n_bins = bin_index(true, edges), len(edges) - 1
    frame = binned_frame("true_energy", edges, "TeV", index, showers)

    def energy(rows: np.ndarray) -> dict[str, np.ndarray]:
        return performance_per_bin(true[rows], reco[rows], index[rows], n_bins)

    def angle(rows: np.ndarray) -> dict[str, np.ndarray]:
        apart = (theta[rows][index[rows] == number] for number in range(n_bins))
        return {"resolution": np.array([np.quantile(one, coverage()) if len(one) else np.nan for one in apart])}

    def effective_area(rows: np.ndarray) -> dict[str, np.ndarray]:
        counts = np.bincount(index[rows], minlength=n_bins)
        return {"effective_area": np.divide(counts * area, n_thrown, out=np.full(n_bins, np.nan), where=n_thrown > 0)}

    curves = [Curve(ENERGY, frame, energy), Curve(ANGLE, frame, angle, "deg"), Curve(AREA, frame, effective_area, "m2")]
    return measure({}, true, reco, showers, bootstrap, curves).curves


def _thrown_per_bin(thrown: "SimulatedEventsInfo", diffuse: bool, axes: Axes, config: Irf) -> np.ndarray:
    if not diffuse:
        return np.asarray(thrown.calculate_n_showers_per_energy(axes.true_energy))
    ring = u.Quantity([thrown.viewcone_min, min(config.offset_max, thrown.viewcone_max)])
    return np.asarray(thrown.calculate_n_showers_per_energy_and_fov(axes.true_energy, ring))[:, 0]


def background_performance(
    background: "QTable", cuts: Cuts, axes: Axes, config: Irf, bootstrap: Bootstrap
) -> "dict[str, Table]":
    """Measure the rate of background within ``offset_max`` of the pointing that passes the cut in gammaness.

    Parameters and returns are those of `gamma_performance`: `BACKGROUND` per bin of reconstructed energy, for weighted
    events of all kinds of background together.
    """
    from pyirf.utils import cone_solid_angle

    ring = background[background["reco_source_fov_offset"] < config.offset_max]
    events = ring[cuts.gamma_like(ring)]
    reco, weight = events["reco_energy"].to_value(u.TeV), np.asarray(events["weight"])
    edges = axes.reco_energy.to_value(u.TeV)
    index, n_bins = bin_index(reco, edges), len(edges) - 1
    showers = np.unique(np.asarray(events["shower"]), return_inverse=True)[1].reshape(-1)
    inside = (index >= 0) & (index < n_bins)
    solid_angle = float(cone_solid_angle(config.offset_max).to_value(u.sr))
    per = np.diff(edges) * config.observation_time.to_value(u.s) * solid_angle

    def rate(rows: np.ndarray) -> dict[str, np.ndarray]:
        counted = rows[inside[rows]]
        return {"rate": np.bincount(index[counted], weight[counted], minlength=n_bins) / per}

    frame = binned_frame("reco_energy", edges, "TeV", index, showers)
    return measure({}, reco, reco, showers, bootstrap, [Curve(BACKGROUND, frame, rate, _RATE)]).curves
