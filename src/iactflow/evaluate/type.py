"""Scores of particle types: ROC, background rejection, calibration, and the confusion at a cut."""

import numpy as np
from astropy.table import Table

from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Curve, Scores, measure
from iactflow.fitting.metrics_type import (
    calibration,
    calibration_edges,
    calibration_index,
    confusion,
    distribution,
    metrics_at,
    roc,
)


def score_type(
    signal: np.ndarray, gammaness: np.ndarray, showers: np.ndarray, settings: Bootstrap, cut: float
) -> Scores:
    """Measure how well gammas are told from background.

    Parameters
    ----------
    signal : ndarray of bool, shape (n,)
        Whether each image is of a gamma.
    gammaness : ndarray of float, shape (n,)
        Estimates, 0 to 1.
    showers : ndarray of int, shape (n,)
        Number of each image's shower.
    settings : Bootstrap
        Number and seed of the resamplings.
    cut : float
        Gammaness from which on an image counts as gamma.

    Returns
    -------
    Scores
        Without both gammas and background, what takes both is undefined and says so, and there is no ROC curve.
    """
    index, edges = calibration_index(gammaness), calibration_edges()
    bins = range(len(edges) - 1)
    frame = Table(
        {
            "gammaness_low": edges[:-1],
            "gammaness_high": edges[1:],
            "n": np.array([int((index == number).sum()) for number in bins]),
            "n_showers": np.array([len(np.unique(showers[index == number])) for number in bins]),
        }
    )

    def calibrated(rows: np.ndarray) -> dict[str, np.ndarray]:
        values = calibration(signal[rows], gammaness[rows])
        return {name: values[name] for name in ("mean_gammaness", "fraction")}

    curves = [Curve("type_calibration", frame, calibrated)]
    if signal.any() and not signal.all():
        points = roc(signal, gammaness)
        shape = Table({"gamma_efficiency": points["efficiency"], "cut": points["cut"]})
        shape["n_showers"] = len(np.unique(showers))
        curves.append(Curve("type_roc", shape, lambda rows: _background(signal[rows], gammaness[rows])))
    scores = measure(metrics_at(cut), signal, gammaness, showers, settings, curves)
    plain = {
        "type_distribution": distribution(signal, gammaness),
        "type_confusion": confusion(signal, gammaness, cut),
    }
    return scores._replace(curves=scores.curves | plain)


def _background(signal: np.ndarray, gammaness: np.ndarray) -> dict[str, np.ndarray]:
    return {"background_efficiency": roc(signal, gammaness)["background_efficiency"]}
