"""How well particles are told apart: ROC, background rejection, and the usual scores of a classification at a cut."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from iactflow.fitting.metrics_energy_bins import per_bin
from iactflow.fitting.spec import Spec

if TYPE_CHECKING:
    from astropy.table import Table

#: Gamma efficiencies at which the background rejection is stated.
EFFICIENCIES = (0.5, 0.8, 0.9)
#: Points of a ROC curve, bins of gammaness in its distribution and in its calibration.
_ROC_POINTS, _BINS, _CALIBRATION_BINS = 101, 40, 10
_BOTH = "it takes both gammas and background"


def auc(signal: np.ndarray, gammaness: np.ndarray) -> float:
    """Give the area under the ROC curve.

    Parameters
    ----------
    signal : ndarray of bool, shape (n,)
        Whether each image is of a gamma.
    gammaness : ndarray of float, shape (n,)
        Estimates, larger for gammas.

    Notes
    -----
    The chance that a gamma has a larger gammaness than a background event, ties counted half: the statistic of Mann
    and Whitney (1947), Ann. Math. Statist. 18, 50.
    """
    from scipy.stats import rankdata

    n_signal = int(signal.sum())
    n_background = len(signal) - n_signal
    if not n_signal or not n_background:
        return float("nan")
    ranks = rankdata(gammaness)[signal].sum()
    return float((ranks - n_signal * (n_signal + 1) / 2) / (n_signal * n_background))


def auc_per_bin(signal: np.ndarray, gammaness: np.ndarray, index: np.ndarray, n_bins: int) -> np.ndarray:
    """Give the area under the ROC curve of the images of each bin, NaN where gammas or background are missing.

    Parameters
    ----------
    signal, gammaness : ndarray, shape (n,)
        As `auc` takes them.
    index : ndarray of int, shape (n,)
        Bin of each image.
    n_bins : int
        Number of bins.

    Returns
    -------
    ndarray, shape (n_bins,)
    """
    return per_bin(auc, signal, gammaness, index, n_bins)


def cut_at(signal: np.ndarray, gammaness: np.ndarray, efficiency: np.ndarray | float) -> np.ndarray:
    """Give the largest cut that at least a share `efficiency` (above 0) of the gammas passes (gammaness ≥ cut)."""
    ordered = np.sort(gammaness[signal])[::-1]
    # rounding away the last digits keeps 0.8 of 10 gammas at 8
    index = np.ceil(np.round(np.asarray(efficiency) * len(ordered), 9)).astype(int) - 1
    return np.asarray(ordered[np.clip(index, 0, len(ordered) - 1)])


def rejection(signal: np.ndarray, gammaness: np.ndarray, efficiency: float) -> float:
    """Give the share of the background below the cut that keeps a share `efficiency` of the gammas."""
    if not signal.any() or signal.all():
        return float("nan")
    return float(np.mean(gammaness[~signal] < cut_at(signal, gammaness, efficiency)))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


#: Metrics that take no cut, or find their own.
_WITHOUT_CUT = {
    "type_auc": Spec(
        "AUC",
        "",
        "higher",
        False,
        "area under the ROC curve: the chance that a gamma has more gammaness than a background event, ties half",
        auc,
        _BOTH,
    ),
    **{
        f"type_rejection_{round(100 * efficiency)}": Spec(
            f"Background rejection at {100 * efficiency:g} % gammas",
            "",
            "higher",
            True,
            f"share of the background below the cut in gammaness that {100 * efficiency:g} % of the gammas pass",
            partial(rejection, efficiency=efficiency),
            _BOTH,
        )
        for efficiency in EFFICIENCIES
    },
    "type_brier": Spec(
        "Brier score",
        "",
        "lower",
        False,
        "mean of (gammaness − t)², t = 1 for gammas and 0 for background",
        lambda signal, gammaness: float(np.mean((gammaness - signal) ** 2)),
    ),
}


def metrics_at(cut: float) -> dict[str, Spec]:
    """List the metrics of a classification; images of gammaness ≥ `cut` count as gammas where a cut is needed."""
    at = f"images with gammaness ≥ {cut:g} count as gammas"

    def passed(gammaness: np.ndarray) -> np.ndarray:
        return gammaness >= cut

    def precision(signal: np.ndarray, gammaness: np.ndarray) -> float:
        return _ratio(float((passed(gammaness) & signal).sum()), float(passed(gammaness).sum()))

    def recall(signal: np.ndarray, gammaness: np.ndarray) -> float:
        return _ratio(float((passed(gammaness) & signal).sum()), float(signal.sum()))

    def f1(signal: np.ndarray, gammaness: np.ndarray) -> float:
        return _ratio(2.0 * (passed(gammaness) & signal).sum(), float(passed(gammaness).sum() + signal.sum()))

    def specificity(signal: np.ndarray, gammaness: np.ndarray) -> float:
        return _ratio(float((~passed(gammaness) & ~signal).sum()), float((~signal).sum()))

    return _WITHOUT_CUT | {
        "type_accuracy": Spec(
            "Accuracy",
            "",
            "higher",
            True,
            f"share of the images that are classified rightly; {at}",
            lambda signal, gammaness: float(np.mean(passed(gammaness) == signal)),
        ),
        "type_precision": Spec(
            "Precision",
            "",
            "higher",
            True,
            f"share of gammas among the images that count as gammas; {at}",
            precision,
            "no image counts as gamma",
        ),
        "type_recall": Spec(
            "Recall", "", "higher", True, f"share of the gammas that count as gammas; {at}", recall, "there is no gamma"
        ),
        "type_specificity": Spec(
            "Specificity",
            "",
            "higher",
            True,
            f"share of the background that does not count as gamma; {at}",
            specificity,
            "there is no background",
        ),
        "type_f1": Spec(
            "F1", "", "higher", False, f"harmonic mean of precision and recall; {at}", f1, "there is no gamma"
        ),
    }


def roc(signal: np.ndarray, gammaness: np.ndarray) -> dict[str, np.ndarray]:
    """Give the ROC curve on a fixed grid of gamma efficiencies.

    Returns
    -------
    dict of ndarray, shape (101,)
        ``efficiency`` of gammas wanted, 0 to 1, the largest ``cut`` that reaches it (1 at 0), and the
        ``background_efficiency`` there; NaN without gammas or background.
    """
    efficiency = np.linspace(0, 1, _ROC_POINTS)
    background, cuts = np.full(_ROC_POINTS, np.nan), np.full(_ROC_POINTS, np.nan)
    if signal.any() and not signal.all():
        cuts = np.concatenate([[1.0], cut_at(signal, gammaness, efficiency[1:])])
        ordered = np.sort(gammaness[~signal])
        background = 1 - np.searchsorted(ordered, cuts, side="left") / len(ordered)
        background[0] = 0.0
    return {"efficiency": efficiency, "cut": cuts, "background_efficiency": background}


def calibration(signal: np.ndarray, gammaness: np.ndarray) -> dict[str, np.ndarray]:
    """Give the share of gammas per bin of gammaness.

    Returns
    -------
    dict of ndarray, shape (10,)
        ``n``, ``mean_gammaness`` and ``fraction``, the share of gammas; NaN in empty bins.
    """
    index = _bin(gammaness, _CALIBRATION_BINS)
    n = np.bincount(index, minlength=_CALIBRATION_BINS)
    sums = np.bincount(index, gammaness, minlength=_CALIBRATION_BINS), np.bincount(index, signal, _CALIBRATION_BINS)
    with np.errstate(invalid="ignore"):
        return {"n": n, "mean_gammaness": sums[0] / n, "fraction": sums[1] / n}


def calibration_edges() -> np.ndarray:
    """Give the edges of the bins of `calibration`, shape (11,)."""
    return np.linspace(0, 1, _CALIBRATION_BINS + 1)


def calibration_index(gammaness: np.ndarray) -> np.ndarray:
    """Give the bin of `calibration` of each image."""
    return _bin(gammaness, _CALIBRATION_BINS)


def distribution(signal: np.ndarray, gammaness: np.ndarray) -> "Table":
    """Count gammas and background (``n_gamma``, ``n_background``) per bin of gammaness."""
    from astropy.table import Table

    index, edges = _bin(gammaness, _BINS), np.linspace(0, 1, _BINS + 1)
    return Table(
        {
            "gammaness_low": edges[:-1],
            "gammaness_high": edges[1:],
            "n_gamma": np.bincount(index[signal], minlength=_BINS),
            "n_background": np.bincount(index[~signal], minlength=_BINS),
        }
    )


def confusion(signal: np.ndarray, gammaness: np.ndarray, cut: float) -> "Table":
    """Count images by what they are and what they count as at a cut.

    Returns
    -------
    astropy.table.Table
        Four rows: ``true`` and ``estimated`` (gamma or background), ``n`` and ``fraction``, the share of all images
        that are truly of this kind; ``meta['cut']`` holds the cut.
    """
    from astropy.table import Table

    passed = gammaness >= cut
    rows = []
    for true, is_true in (("gamma", signal), ("background", ~signal)):
        for estimated, is_estimated in (("gamma", passed), ("background", ~passed)):
            n = int((is_true & is_estimated).sum())
            rows.append((true, estimated, n, n / max(int(is_true.sum()), 1)))
    table = Table(rows=rows, names=("true", "estimated", "n", "fraction"))
    table.meta["cut"] = cut
    return table


def _bin(gammaness: np.ndarray, n_bins: int) -> np.ndarray:
    return np.clip((gammaness * n_bins).astype(int), 0, n_bins - 1)
