"""Distributions of the quantities of both sides, with intervals over showers."""

import numpy as np
from astropy.table import Table

from iactflow.drift.side import CURRENT, REFERENCE, Side
from iactflow.fitting import bootstrap
from iactflow.validate import quantities

#: Resamplings of showers behind the bands.
_REPLICAS = 100


def distribution_table(reference: Side, current: Side, name: str, seed: int) -> Table:
    """Count a quantity of both sides in bins.

    Parameters
    ----------
    reference, current : Side
        The sides.
    name : str
        Of the quantity.
    seed : int
        Of the resamplings.

    Returns
    -------
    astropy.table.Table
        Bins ``NAME_low`` and ``NAME_high``; for each side the share of its images with the ends of the 95 % interval.
        Values beyond the bins count in the outermost ones.
    """
    edges = quantities.edges(np.concatenate([reference.values[name], current.values[name]]))
    bins = len(edges) - 1
    table = Table({f"{name}_low": edges[:-1], f"{name}_high": edges[1:]})
    for number, side in enumerate((reference, current)):
        known = np.isfinite(side.values[name])
        place = np.clip(np.searchsorted(edges, side.values[name][known], side="right") - 1, 0, bins - 1)
        draws = bootstrap.weights(side.showers, _REPLICAS, np.random.default_rng([seed, number]))
        replicas = np.array([_shares(place, drawn[known], bins) for drawn in draws])
        label = (REFERENCE, CURRENT)[number]
        table[label] = _shares(place, np.ones(len(place)), bins)
        ends = np.quantile(replicas, [(1 - bootstrap.LEVEL) / 2, (1 + bootstrap.LEVEL) / 2], axis=0)
        table[f"{label}_low"], table[f"{label}_high"] = ends
    return table


def _shares(place: np.ndarray, weights: np.ndarray, bins: int) -> np.ndarray:
    counts = np.bincount(place, weights=weights, minlength=bins)
    return counts / max(counts.sum(), 1)
