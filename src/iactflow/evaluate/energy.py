"""Scores of reconstructed energies: metrics with intervals, their replicas, and curves per bin."""

import numpy as np

from iactflow.data.result import Bootstrap
from iactflow.evaluate.measure import Curve, Scores, binned_frame, measure
from iactflow.fitting.metrics_energy import METRICS
from iactflow.fitting.metrics_energy_bins import bin_index, distribution, energy_edges, migration, performance_per_bin

#: Curve with bias and resolution per bin of true energy.
PERFORMANCE = "energy_performance"


def score_energy(true: np.ndarray, reco: np.ndarray, showers: np.ndarray, settings: Bootstrap) -> Scores:
    """Measure reconstructed energies against true ones.

    Parameters
    ----------
    true, reco : ndarray of float, shape (n,)
        Energies in TeV, positive and finite.
    showers : ndarray of int, shape (n,)
        Number of each image's shower.
    settings : Bootstrap
        Number and seed of the resamplings.

    Returns
    -------
    Scores
    """
    edges = energy_edges(true)

    def performance(rows: np.ndarray) -> dict[str, np.ndarray]:
        values = performance_per_bin(true[rows], reco[rows], edges)
        return {name: values[name] for name in ("bias", "resolution")}

    frame = binned_frame("true_energy", edges, "TeV", bin_index(true, edges), showers)
    scores = measure(METRICS, true, reco, showers, settings, [Curve(PERFORMANCE, frame, performance)])
    plain = {"energy_distribution": distribution(true, reco), "energy_migration": migration(true, reco)}
    return scores._replace(curves=scores.curves | plain)
