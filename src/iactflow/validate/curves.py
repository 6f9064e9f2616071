"""Tables behind the plots: distributions, pixel spectrum, correlation matrices."""

from collections.abc import Mapping

import numpy as np
from astropy.table import Table

from iactflow.fitting.two_samples import correlation
from iactflow.validate.common import SPECTRUM_EDGES, Common, spectrum
from iactflow.validate.measure import Binned
from iactflow.validate.quantities import ALL, HILLAS
from iactflow.validate.samples import Sample

#: Columns of the two sides in every table.
SIDES = ("generated", "simulated")
#: Name of the table of pixel charges.
SPECTRUM = "pixel_spectrum"


def binned(sample: Sample, common: Common) -> dict[str, Binned]:
    """Set up what is measured per bin: shares of the images, pixels per image, on both sides.

    Returns
    -------
    dict of callable
        By ``curve:side``.
    """
    pair = (sample, common.samples.reference)
    made: dict[str, Binned] = {}
    for number, quantity in enumerate(ALL):
        edges = common.bins(number)
        for side, one in enumerate(pair):
            made[f"{_name(quantity.name)}:{SIDES[side]}"] = _shares(one.quantities[:, number], edges, side)
    for side, one in enumerate(pair):
        made[f"{SPECTRUM}:{SIDES[side]}"] = _per_image(spectrum(one), side)
    return made


def tables(measured: Mapping[str, np.ndarray], sample: Sample, common: Common) -> dict[str, Table]:
    """Make the tables of a result.

    Parameters
    ----------
    measured : mapping of ndarray, shape (3, n_bins)
        What `binned` measured: value and ends of the interval.
    sample : Sample
        The images that were compared with the reference.
    common : Common
        The reference.
    """
    made = {
        _name(quantity.name): _table(quantity.name, quantity.unit, common.bins(number), measured)
        for number, quantity in enumerate(ALL)
    }
    made[SPECTRUM] = _table("log_charge", "", SPECTRUM_EDGES, measured, SPECTRUM)
    made["correlations"] = _correlations(sample, common)
    return made


def _name(quantity: str) -> str:
    return f"distribution_{quantity}"


def _shares(values: np.ndarray, edges: np.ndarray, side: int) -> Binned:
    """Share of all images in each bin; images without a value are in none, outliers in the outermost ones."""
    known = np.isfinite(values)
    place = np.clip(np.digitize(values[known], edges) - 1, 0, len(edges) - 2)

    def shares(*weights: np.ndarray) -> np.ndarray:
        own = weights[side]
        return np.bincount(place, own[known], minlength=len(edges) - 1) / own.sum()

    return shares


def _per_image(counts: np.ndarray, side: int) -> Binned:
    return lambda *weights: weights[side] @ counts / weights[side].sum()


def _table(
    name: str, unit: str, edges: np.ndarray, measured: Mapping[str, np.ndarray], curve: str | None = None
) -> Table:
    table = Table({f"{name}_low": edges[:-1], f"{name}_high": edges[1:]})
    for column in table.colnames:
        table[column].unit = None if unit in ("", "p.e.") else unit
    for side in SIDES:
        value, low, high = measured[f"{curve or _name(name)}:{side}"]
        table[side], table[f"{side}_low"], table[f"{side}_high"] = value, low, high
    return table


def _correlations(sample: Sample, common: Common) -> Table:
    """List the correlation coefficients of the Hillas parameters on both sides, a row per pair in either order."""
    n = len(HILLAS)
    matrices = [
        correlation(common.standardised(one)[:, :n], np.ones(len(one.rows)))
        for one in (sample, common.samples.reference)
    ]
    first, second = np.divmod(np.arange(n * n), n)
    names = np.array([quantity.name for quantity in HILLAS])
    table = Table({"first": names[first], "second": names[second]})
    for side, matrix in zip(SIDES, matrices, strict=True):
        table[side] = matrix.ravel()
    table["difference"] = table["generated"] - table["simulated"]
    return table
