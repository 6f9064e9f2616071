"""Scores of reconstructed directions: angular resolution and containment, bias over the field, altitude, azimuth."""

from typing import NamedTuple

import numpy as np
from astropy.table import Table

from iactflow.data.direction import offset_to_horizon
from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Axis, Curve, Scores, curve_against, measure
from iactflow.fitting.metrics_direction import metrics_of
from iactflow.fitting.metrics_direction_bins import bias_map, containment, distribution, radii, resolution_per_bin


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

    def resolved(rows: np.ndarray, index: np.ndarray, n_bins: int) -> dict[str, np.ndarray]:
        return {"resolution": resolution_per_bin(true[rows], reco[rows], index, n_bins)}

    curves = [
        Curve(f"{task}_containment", frame, lambda rows: {"contained": containment(true[rows], reco[rows], at)}),
        curve_against(f"{task}_performance", Axis.energy(seen.energy), seen.showers, resolved, "deg"),
    ]
    for axis in Axis.charge(seen.intensity):
        curves.append(curve_against(f"{task}_intensity", axis, seen.showers, resolved, "deg"))
    scores = measure(metrics_of(task), true, reco, seen.showers, settings, curves)
    plain = {f"{task}_bias_map": bias_map(true, reco)}
    horizon = [offset_to_horizon(offset[:, :2], seen.pointing_alt, seen.pointing_az) for offset in (true, reco)]
    for number, name in enumerate(("altitude", "azimuth")):
        plain[f"{task}_{name}"] = distribution(horizon[0][:, number], horizon[1][:, number], name)
    return scores._replace(curves=scores.curves | plain)
