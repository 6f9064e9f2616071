"""How good reconstructed energies are: the field's bias and resolution, and the usual errors of a regression."""

import numpy as np

from iactflow.fitting.spec import Spec


def relative_error(true: np.ndarray, reco: np.ndarray) -> np.ndarray:
    """Give E_reco/E_true − 1, shape (n,)."""
    return reco / true - 1


def bias(true: np.ndarray, reco: np.ndarray) -> float:
    """Give the median of the relative error."""
    return float(np.median(relative_error(true, reco)))


def resolution(true: np.ndarray, reco: np.ndarray) -> float:
    """Give half of the central one-sigma (68.27 %) interval of the relative error, as pyirf defines it."""
    from pyirf.benchmarks.energy_bias_resolution import inter_quantile_distance

    return float(inter_quantile_distance(relative_error(true, reco)))


def _log_error(true: np.ndarray, reco: np.ndarray) -> np.ndarray:
    return np.log10(reco) - np.log10(true)


def _r2(true: np.ndarray, reco: np.ndarray) -> float:
    spread = np.sum((true - true.mean()) ** 2)
    return float(1 - np.sum((reco - true) ** 2) / spread) if spread > 0 else float("nan")


def _rmsle(true: np.ndarray, reco: np.ndarray) -> float:
    return float(np.sqrt(np.mean((np.log1p(reco) - np.log1p(true)) ** 2)))


_EQUAL = "all true energies are equal"
#: The scalar metrics of energies by name, the most important first.
METRICS: dict[str, Spec] = {
    "energy_resolution": Spec(
        "Energy resolution",
        "",
        "lower",
        True,
        "half of the central 68.27 % interval of E_reco/E_true − 1, over all scored images",
        resolution,
    ),
    "energy_bias": Spec("Energy bias", "", "zero", True, "median of E_reco/E_true − 1, over all scored images", bias),
    "energy_mae_dex": Spec(
        "MAE of log10 E",
        "dex",
        "lower",
        False,
        "mean absolute error: mean of |log10 E_reco − log10 E_true|",
        lambda true, reco: float(np.mean(np.abs(_log_error(true, reco)))),
    ),
    "energy_rmse_dex": Spec(
        "RMSE of log10 E",
        "dex",
        "lower",
        False,
        "root of the mean of (log10 E_reco − log10 E_true)²",
        lambda true, reco: float(np.sqrt(np.mean(_log_error(true, reco) ** 2))),
    ),
    "energy_r2_log": Spec(
        "R² of log10 E",
        "",
        "higher",
        False,
        "1 − sum of (log10 E_reco − log10 E_true)² / sum of (log10 E_true − mean)²; 0 is what the mean would reach",
        lambda true, reco: _r2(np.log10(true), np.log10(reco)),
        _EQUAL,
    ),
    "energy_mse": Spec(
        "MSE",
        "TeV2",
        "lower",
        False,
        "mean of (E_reco − E_true)²",
        lambda true, reco: float(np.mean((reco - true) ** 2)),
    ),
    "energy_rmse": Spec(
        "RMSE",
        "TeV",
        "lower",
        False,
        "root of the mean of (E_reco − E_true)²",
        lambda true, reco: float(np.sqrt(np.mean((reco - true) ** 2))),
    ),
    "energy_mae": Spec(
        "MAE",
        "TeV",
        "lower",
        False,
        "mean of |E_reco − E_true|",
        lambda true, reco: float(np.mean(np.abs(reco - true))),
    ),
    "energy_r2": Spec(
        "R²",
        "",
        "higher",
        False,
        "1 − sum of (E_reco − E_true)² / sum of (E_true − mean)², of energies in TeV",
        _r2,
        _EQUAL,
    ),
    "energy_rmsle": Spec(
        "RMSLE",
        "",
        "lower",
        False,
        "root of the mean of (ln(1 + E_reco/TeV) − ln(1 + E_true/TeV))², with the natural logarithm",
        _rmsle,
    ),
}
