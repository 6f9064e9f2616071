"""Scores of reconstructed energies: metrics with intervals, their replicas, and curves per bin."""

import numpy as np

from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Axis, Scores, curve_against, measure
from iactflow.fitting.metrics_energy import METRICS
from iactflow.fitting.metrics_energy_bins import distribution, migration, performance_per_bin


def score_energy(
    true: np.ndarray, reco: np.ndarray, showers: np.ndarray, settings: Bootstrap, intensity: np.ndarray | None = None
) -> Scores:
    """Measure reconstructed energies against true ones.

    Parameters
    ----------
    true, reco : ndarray of float, shape (n,)
        Energies in TeV, positive and finite.
    showers : ndarray of int, shape (n,)
        Number of each image's shower.
    settings : Bootstrap
        Number and seed of the resamplings.
    intensity : ndarray of float, shape (n,), or None
        Charge in the cleaned image in p.e., where it is known.

    Returns
    -------
    Scores
    """

    def performance(rows: np.ndarray, index: np.ndarray, n_bins: int) -> dict[str, np.ndarray]:
        return performance_per_bin(true[rows], reco[rows], index, n_bins)

    curves = [
        curve_against(f"energy_{name}", axis, showers, performance)
        for name, axis in [
            ("performance", Axis.energy(true)),
            *(("intensity", axis) for axis in Axis.charge(intensity)),
        ]
    ]
    scores = measure(METRICS, true, reco, showers, settings, curves)
    plain = {"energy_distribution": distribution(true, reco), "energy_migration": migration(true, reco)}
    return scores._replace(curves=scores.curves | plain)
