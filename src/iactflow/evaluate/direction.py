"""Scores of reconstructed directions: angular resolution and containment, bias over the field, altitude, azimuth."""

from typing import NamedTuple

import numpy as np
from astropy.table import Table

from iactflow.data.direction import offset_to_horizon
from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Curve, Scores, binned_frame, measure
from iactflow.fitting.metrics_direction import metrics_of
from iactflow.fitting.metrics_direction_bins import bias_map, containment, distribution, radii, resolution_per_bin
from iactflow.fitting.metrics_energy_bins import bin_index, energy_edges


class Seen(NamedTuple):
    """What else is known of each image, arrays of shape (n,).

    Attributes
    ----------
    showers : ndarray of int
        Number of its shower.
    energy : ndarray of float
        True energy in TeV.
    intensity : ndarray of float or None
        Charge in the cleaned image in p.e.; NaN where nothing was left; None where the store holds no parameters.
    pointing_alt, pointing_az : ndarray of float
        Of its telescope, in deg.
    """

    showers: np.ndarray
    energy: np.ndarray
    intensity: np.ndarray | None
    pointing_alt: np.ndarray
    pointing_az: np.ndarray


def score_direction(task: str, true: np.ndarray, reco: np.ndarray, seen: Seen, settings: Bootstrap) -> Scores:
    """Measure reconstructed directions against true ones.

    Parameters
    ----------
    task : str
        ``skydirection`` or ``cameradirection``; names of metrics and curves begin with it.
    true, reco : ndarray of float, shape (n, 2 or 4)
        Longitude and latitude (deg) beside the pointing; for ``cameradirection`` also x and y in the camera (m).
    seen : Seen
        What else is known.
    settings : Bootstrap
        Number and seed of the resamplings.

    Returns
    -------
    Scores
    """
    at = radii(true, reco)
    frame = Table({"radius": at}, units={"radius": "deg"})
    frame["n_showers"] = len(np.unique(seen.showers))
    curves = [
        Curve(f"{task}_containment", frame, lambda rows: {"contained": containment(true[rows], reco[rows], at)}),
        _against(task, "true_energy", "TeV", seen.energy, true, reco, seen.showers),
    ]
    if seen.intensity is not None and np.isfinite(seen.intensity).all():
        curves.append(_against(task, "intensity", "pe", seen.intensity, true, reco, seen.showers))
    scores = measure(metrics_of(task), true, reco, seen.showers, settings, curves)
    plain = {f"{task}_bias_map": bias_map(true, reco)}
    horizon = [offset_to_horizon(offset[:, :2], seen.pointing_alt, seen.pointing_az) for offset in (true, reco)]
    for axis, name in enumerate(("altitude", "azimuth")):
        plain[f"{task}_{name}"] = distribution(horizon[0][:, axis], horizon[1][:, axis], name)
    return scores._replace(curves=scores.curves | plain)


def _against(
    task: str, name: str, unit: str, values: np.ndarray, true: np.ndarray, reco: np.ndarray, showers: np.ndarray
) -> Curve:
    """Make the curve of the angular resolution per bin of a quantity, 0.2 dex wide."""
    edges = energy_edges(values)
    index = bin_index(values, edges)

    def resolved(rows: np.ndarray) -> dict[str, np.ndarray]:
        return {"resolution": resolution_per_bin(true[rows], reco[rows], index[rows], len(edges) - 1)}

    curve = f"{task}_performance" if name == "true_energy" else f"{task}_{name}"
    return Curve(curve, binned_frame(name, edges, unit, index, showers), resolved, "deg")
