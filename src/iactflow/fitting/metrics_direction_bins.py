"""Reconstructed directions bin by bin: resolution, containment, bias over the field of view, altitude and azimuth."""

from typing import TYPE_CHECKING

import numpy as np

from iactflow.fitting.metrics_direction import resolution, separation
from iactflow.fitting.metrics_energy_bins import per_bin

if TYPE_CHECKING:
    from astropy.table import Table

#: Points of the containment curve, cells of the bias map along an edge, bins of altitude and azimuth.
_RADII, _CELLS, _BINS = 61, 8, 40
#: Share of the images that the containment curve reaches at its last radius.
_REACH = 0.99
#: The bias map reaches at least this far from the centre of the field, deg.
_LEAST_REACH = 0.5


def resolution_per_bin(true: np.ndarray, reco: np.ndarray, index: np.ndarray, n_bins: int) -> np.ndarray:
    """Give the angular resolution (deg) of the images of each bin, NaN where there are none.

    Parameters
    ----------
    true, reco : ndarray of float, shape (n, 2 or more)
        As `iactflow.fitting.metrics_direction.separation` takes them.
    index : ndarray of int, shape (n,)
        Bin of each image.
    n_bins : int
        Number of bins.

    Returns
    -------
    ndarray, shape (n_bins,)
    """
    return per_bin(resolution, true, reco, index, n_bins)


def radii(true: np.ndarray, reco: np.ndarray) -> np.ndarray:
    """Give the radii (deg) of a containment curve, from 0 to where 99 % of the images are contained, shape (61,)."""
    return np.linspace(0, max(float(np.quantile(separation(true, reco), _REACH)), 1e-3), _RADII)


def containment(true: np.ndarray, reco: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Give the share of images whose separation is at most each radius (deg), shape of `at`."""
    ordered = np.sort(separation(true, reco))
    return np.searchsorted(ordered, at, side="right") / len(ordered)


def bias_map(true: np.ndarray, reco: np.ndarray) -> "Table":
    """Average reconstructed − true per cell of the true direction.

    Returns
    -------
    astropy.table.Table
        A row per cell: ``lon_low``, ``lon_high``, ``lat_low``, ``lat_high`` (deg, beside the pointing), ``n``,
        ``bias_lon``, ``bias_lat`` and ``median_separation`` (deg), masked in empty cells.
    """
    from astropy.table import MaskedColumn, Table

    reach = max(float(np.ceil(2 * np.abs(true[:, :2]).max()) / 2), _LEAST_REACH)
    edges = np.linspace(-reach, reach, _CELLS + 1)
    lon, lat = (np.clip(np.digitize(true[:, axis], edges) - 1, 0, _CELLS - 1) for axis in (0, 1))
    cell = lon * _CELLS + lat
    n = np.bincount(cell, minlength=_CELLS**2)
    low, other = np.meshgrid(edges[:-1], edges[:-1], indexing="ij")
    step = edges[1] - edges[0]
    apart = separation(true, reco)
    columns = {
        "bias_lon": np.bincount(cell, (reco - true)[:, 0], _CELLS**2) / np.maximum(n, 1),
        "bias_lat": np.bincount(cell, (reco - true)[:, 1], _CELLS**2) / np.maximum(n, 1),
        "median_separation": np.array([np.median(apart[cell == k]) if n[k] else 0.0 for k in range(_CELLS**2)]),
    }
    table = Table({"lon_low": low.ravel(), "lon_high": low.ravel() + step, "lat_low": other.ravel()})
    table["lat_high"] = other.ravel() + step
    table["n"] = n
    for name, values in columns.items():
        table[name] = MaskedColumn(values, mask=n == 0)
    for name in table.colnames:
        if name != "n":
            table[name].unit = "deg"
    return table


def distribution(true: np.ndarray, reco: np.ndarray, name: str) -> "Table":
    """Count images per bin of a true and reconstructed angle.

    Parameters
    ----------
    true, reco : ndarray of float, shape (n,)
        Angles in deg.
    name : str
        Of the angle, for the columns.

    Returns
    -------
    astropy.table.Table
        ``NAME_low``, ``NAME_high`` (deg), ``n_true``, ``n_reco``; ``meta['n_outside']`` counts reconstructed angles
        further beyond the true ones than half of their range (at least 0.5 deg), which are in no bin.
    """
    from astropy.table import Table

    margin = max(0.5 * float(np.ptp(true)), _LEAST_REACH)
    edges = np.linspace(true.min() - margin, true.max() + margin, _BINS + 1)
    counts = {"n_true": np.histogram(true, edges)[0], "n_reco": np.histogram(reco, edges)[0]}
    table = Table(
        {f"{name}_low": edges[:-1], f"{name}_high": edges[1:], **counts},
        units={f"{name}_low": "deg", f"{name}_high": "deg"},
    )
    table.meta["n_outside"] = int(len(reco) - counts["n_reco"].sum())
    return table
