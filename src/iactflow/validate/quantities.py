"""The quantities that describe an image in the comparison, and how they are read from a store."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from iactflow.data import schema
from iactflow.data.store import Store

#: Bins of a quantity's distribution, and the share of simulated images beyond each end of them.
BINS, _BEYOND = 36, 0.002


class Quantity(NamedTuple):
    """A property of an image.

    Attributes
    ----------
    name : str
        Key in files.
    title, unit : str
        For people.
    columns : tuple of str
        Columns of the store that it is made of.
    make : callable
        Gives it from these columns.
    """

    name: str
    title: str
    unit: str
    columns: tuple[str, ...]
    make: Callable[..., np.ndarray]


def _same(values: np.ndarray) -> np.ndarray:
    return values


def _log(values: np.ndarray) -> np.ndarray:
    return np.log10(np.where(values > 0, values, np.nan))


def _polar(function: Callable[[np.ndarray], np.ndarray], times: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda degrees: function(np.radians(times * degrees))


#: Hillas parameters; angles as cosine and sine, that of the axis doubled because an axis has no ends.
HILLAS = (
    Quantity("log_size", "log₁₀ size", "p.e.", (schema.INTENSITY,), _log),
    Quantity("length", "Length", "deg", ("hillas_length",), _same),
    Quantity("width", "Width", "deg", ("hillas_width",), _same),
    Quantity("r", "r (distance from the camera's centre)", "deg", ("hillas_r",), _same),
    Quantity("cos_phi", "cos φ", "", ("hillas_phi",), _polar(np.cos, 1)),
    Quantity("sin_phi", "sin φ", "", ("hillas_phi",), _polar(np.sin, 1)),
    Quantity("cos_2psi", "cos 2ψ", "", ("hillas_psi",), _polar(np.cos, 2)),
    Quantity("sin_2psi", "sin 2ψ", "", ("hillas_psi",), _polar(np.sin, 2)),
)
#: Further properties of the cleaned image.
SHAPE = (
    Quantity("abs_skewness", "|Skewness|", "", ("hillas_skewness",), np.abs),
    Quantity("log_pixels", "log₁₀ pixels after cleaning", "", ("morphology_n_pixels",), _log),
    Quantity("islands", "Islands", "", ("morphology_n_islands",), _same),
    Quantity("brightest", "Share of the brightest pixel", "", ("concentration_pixel",), _same),
)
#: What the times of the pixels give.
TIME = (
    Quantity("abs_time_slope", "|Time gradient|", "ns/deg", ("timing_slope",), np.abs),
    Quantity("time_deviation", "Deviation from the time gradient", "ns", ("timing_deviation",), _same),
)
ALL = (*HILLAS, *SHAPE, *TIME)


def read(store: Store, rows: np.ndarray, quantities: Sequence[Quantity] = ALL) -> np.ndarray:
    """Read quantities of images.

    Parameters
    ----------
    store : Store
        With DL1 parameters.
    rows : ndarray of int, shape (n,)
        Row numbers.
    quantities : sequence of Quantity
        Which ones.

    Returns
    -------
    ndarray of float, shape (n, k)
        NaN where an image has no such parameter.
    """
    return np.stack([one.make(*(store.column(name)[rows] for name in one.columns)) for one in quantities], axis=1)


def edges(values: np.ndarray) -> np.ndarray:
    """Choose the bins of a quantity by its simulated distribution; values beyond them count in the outermost ones.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Simulated values; NaN does not count.

    Returns
    -------
    ndarray of float, shape (BINS + 1,), or fewer where the values are whole numbers
    """
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [_BEYOND, 1 - _BEYOND])
    if np.array_equal(known, np.rint(known)) and high - low < BINS:
        return np.arange(np.floor(low), np.ceil(high) + 2) - 0.5
    return np.linspace(low, high if high > low else low + 1, BINS + 1)
