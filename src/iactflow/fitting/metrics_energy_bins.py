"""Reconstructed energies bin by bin: bias and resolution versus true energy, distribution, migration matrix."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from iactflow.fitting.metrics_energy import bias, resolution

if TYPE_CHECKING:
    from astropy.table import Table

#: Width of a bin of energy in dex; edges are whole multiples of it from 1 TeV, so that all results share them.
BIN_DEX = 0.2
#: A bin with fewer images is drawn open.
FEW_IMAGES = 30
#: Bins of reconstructed energy reach this many bins beyond the true ones; what lies further out is counted apart.
_MARGIN_BINS = 5


def energy_edges(energy: np.ndarray, margin: int = 0) -> np.ndarray:
    """Give edges of bins that hold all of `energy`.

    Parameters
    ----------
    energy : ndarray of float, shape (n,)
        Energies in TeV, at least one.
    margin : int
        Bins to add at both ends.

    Returns
    -------
    ndarray of float, shape (n_bins + 1,)
        Edges in TeV, 10^(0.2 k) with whole k.
    """
    # The grid is exact in k; rounding away the last digits keeps an energy on an edge in the bin above it.
    steps = np.round(np.log10(energy) / BIN_DEX, 9)
    first, last = int(np.floor(steps.min())) - margin, int(np.floor(steps.max())) + 1 + margin
    return 10 ** (np.arange(first, last + 1) * BIN_DEX)


def bin_index(energy: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Give the bin of each energy, −1 below and n_bins above the edges."""
    first = np.log10(edges[0]) / BIN_DEX
    steps = np.floor(np.round(np.log10(energy) / BIN_DEX - first, 9)).astype(int)
    return np.clip(steps, -1, len(edges) - 1)


def per_bin(
    measure: Callable[[np.ndarray, np.ndarray], float],
    first: np.ndarray,
    second: np.ndarray,
    index: np.ndarray,
    n_bins: int,
) -> np.ndarray:
    """Measure two columns of the images of each bin together.

    Parameters
    ----------
    measure : callable
        Of the rows of `first` and of `second` in a bin.
    first, second : ndarray, shape (n, ...)
        The columns.
    index : ndarray of int, shape (n,)
        Bin of each image, as `bin_index` gives it; those outside of all bins do not count.
    n_bins : int
        Number of bins.

    Returns
    -------
    ndarray, shape (n_bins,)
        NaN in bins without images.
    """
    values = np.full(n_bins, np.nan)
    for number in np.unique(index[(index >= 0) & (index < n_bins)]):
        inside = index == number
        values[number] = measure(first[inside], second[inside])
    return values


def performance_per_bin(true: np.ndarray, reco: np.ndarray, index: np.ndarray, n_bins: int) -> dict[str, np.ndarray]:
    """Measure bias and resolution of the energies of the images of each bin.

    Parameters
    ----------
    true, reco : ndarray of float, shape (n,)
        Energies in TeV.
    index : ndarray of int, shape (n,)
        Bin of each image, as `bin_index` gives it.
    n_bins : int
        Number of bins.

    Returns
    -------
    dict of ndarray, shape (n_bins,)
        ``bias`` and ``resolution``; NaN in bins without images.

    Notes
    -----
    The definitions are those of ``pyirf.benchmarks.energy_bias_resolution``.
    """
    measures = {"bias": bias, "resolution": resolution}
    return {name: per_bin(measure, true, reco, index, n_bins) for name, measure in measures.items()}


def distribution(true: np.ndarray, reco: np.ndarray) -> "Table":
    """Count images per bin of true and of reconstructed energy.

    Returns
    -------
    astropy.table.Table
        ``energy_low``, ``energy_high`` (TeV), ``n_true``, ``n_reco``; ``meta['n_outside']`` counts reconstructed
        energies more than 1 dex beyond the true ones, which are in no bin.
    """
    from astropy.table import Table

    edges = energy_edges(true, _MARGIN_BINS)
    counts = {}
    for name, energy in (("n_true", true), ("n_reco", reco)):
        index = bin_index(energy, edges)
        counts[name] = np.bincount(index[(index >= 0) & (index < len(edges) - 1)], minlength=len(edges) - 1)
    table = Table(
        {"energy_low": edges[:-1], "energy_high": edges[1:], **counts},
        units={"energy_low": "TeV", "energy_high": "TeV"},
    )
    table.meta["n_outside"] = int(len(reco) - counts["n_reco"].sum())
    return table


def migration(true: np.ndarray, reco: np.ndarray) -> "Table":
    """Count images per bin of true and reconstructed energy, normalised per bin of true energy.

    Returns
    -------
    astropy.table.Table
        One row per pair of bins: edges (TeV), ``n`` and ``fraction``, the share of all images of the bin of true
        energy, those reconstructed outside of every bin included; ``meta['n_outside']`` counts these.
    """
    from astropy.table import Table

    true_edges, reco_edges = energy_edges(true), energy_edges(true, _MARGIN_BINS)
    n_true, n_reco = len(true_edges) - 1, len(reco_edges) - 1
    column, row = bin_index(true, true_edges), bin_index(reco, reco_edges)
    inside = (row >= 0) & (row < n_reco)
    counts = np.zeros((n_true, n_reco), int)
    np.add.at(counts, (column[inside], row[inside]), 1)
    total = np.bincount(column, minlength=n_true)[:, np.newaxis]
    fraction = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
    low, high = np.meshgrid(true_edges[:-1], reco_edges[:-1], indexing="ij")
    true_high, reco_high = np.meshgrid(true_edges[1:], reco_edges[1:], indexing="ij")
    columns = {
        "true_energy_low": low,
        "true_energy_high": true_high,
        "reco_energy_low": high,
        "reco_energy_high": reco_high,
        "n": counts,
        "fraction": fraction,
    }
    table = Table(
        {name: values.ravel() for name, values in columns.items()},
        units={name: "TeV" for name in columns if "energy" in name},
    )
    table.meta["n_outside"] = int((~inside).sum())
    return table
