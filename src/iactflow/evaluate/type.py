"""Scores of particle types: ROC, background rejection, calibration, and the confusion at a cut."""

from collections.abc import Sequence

import numpy as np
from astropy.table import Table

from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Axis, Curve, Scores, curve_against, measure
from iactflow.fitting.metrics_energy_bins import bin_index
from iactflow.fitting.metrics_type import (
    auc_per_bin,
    calibration,
    calibration_edges,
    calibration_index,
    confusion,
    distribution,
    metrics_at,
    roc,
)


def score_type(
    signal: np.ndarray,
    gammaness: np.ndarray,
    showers: np.ndarray,
    settings: Bootstrap,
    cut: float,
    against: Sequence[Axis] = (),
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
    against : sequence of Axis
        Quantities in whose bins the area under the ROC curve is measured; each makes the curve ``type_NAME``.

    Returns
    -------
    Scores
        Without both gammas and background, what takes both is undefined and says so, and there is neither ROC
        curve nor its area per bin.
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
        curves += [_auc_against(axis, signal, gammaness, showers) for axis in against]
    scores = measure(metrics_at(cut), signal, gammaness, showers, settings, curves)
    plain = {
        "type_distribution": distribution(signal, gammaness),
        "type_confusion": confusion(signal, gammaness, cut),
    }
    return scores._replace(curves=scores.curves | plain)


def _auc_against(axis: Axis, signal: np.ndarray, gammaness: np.ndarray, showers: np.ndarray) -> Curve:
    """Make the curve of the AUC per bin; what it rests on is the rarer kind of each bin, ``n_rarer``."""

    def measured(rows: np.ndarray, index: np.ndarray, n_bins: int) -> dict[str, np.ndarray]:
        return {"auc": auc_per_bin(signal[rows], gammaness[rows], index, n_bins)}

    curve = curve_against(f"type_{axis.name}", axis, showers, measured)
    edges = np.append(curve.frame[f"{axis.name}_low"], curve.frame[f"{axis.name}_high"][-1])
    index = bin_index(axis.values, edges)
    counts = [np.bincount(index[kind], minlength=len(edges) - 1) for kind in (signal, ~signal)]
    curve.frame["n_rarer"] = np.minimum(*counts)
    return curve


def _background(signal: np.ndarray, gammaness: np.ndarray) -> dict[str, np.ndarray]:
    return {"background_efficiency": roc(signal, gammaness)["background_efficiency"]}
