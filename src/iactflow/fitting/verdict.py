"""Which of two models is better: their difference, resampling by resampling, on the same showers."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from iactflow.data.result import GENERATION, Result
from iactflow.errors import InputError
from iactflow.fitting.bootstrap import interval

#: Metrics that decide on a task as a whole.
HEADLINE = {
    "energy": ("energy_resolution", "energy_bias", "energy_mae_dex"),
    "type": ("type_auc", "type_rejection_80"),
    "cameradirection": ("cameradirection_resolution", "cameradirection_median"),
    "skydirection": ("skydirection_resolution", "skydirection_median"),
    GENERATION: ("hillas_auc", "pixel_auc", "correlation_difference", "occupancy"),
}


#: Differences below this share of a metric's value are rounding of 32-bit numbers.
_ROUNDING = 1e-5


class Verdict(NamedTuple):
    """How a model stands to another one in one metric.

    Attributes
    ----------
    word : str
        ``better``, ``same`` (zero is in the interval, or all of it is rounding) or ``worse``; ``open`` where there is
        no interval.
    difference : float or None
        The model's value minus the reference's; of absolute values where zero is best.
    low, high : float or None
        Interval of the difference.
    """

    word: str
    difference: float | None
    low: float | None
    high: float | None


def require_comparable(results: Mapping[str, Result]) -> None:
    """Raise `InputError` unless all results are of the same events and resamplings."""
    first_name, first = next(iter(results.items()))
    for name, result in results.items():
        for what, here, there in (
            ("events", result.events_hash, first.events_hash),
            ("number of resamplings (evaluate.bootstrap)", result.bootstrap.n, first.bootstrap.n),
            ("seed (evaluate.seed)", result.bootstrap.seed, first.bootstrap.seed),
            ("level of intervals", result.bootstrap.level, first.bootstrap.level),
            ("tasks", result.tasks, first.tasks),
        ):
            if here != there:
                raise InputError(
                    f"{name} and {first_name} cannot be compared: the {what} must be the same. Received: {here} and "
                    f"{there}. Evaluate both models on the same data with the same evaluate section."
                )


def compare_metric(reference: Result, other: Result, name: str) -> Verdict:
    """Judge one metric of `other` against `reference`.

    Parameters
    ----------
    reference, other : Result
        Of the same events and resamplings, see `require_comparable`.
    name : str
        Name of the metric.

    Returns
    -------
    Verdict
        The interval is that of the paired differences, which share the luck of the draw of showers and are
        therefore much narrower than the two intervals suggest.
    """
    metric, base = other.metrics[name], reference.metrics[name]
    if metric.value is None or base.value is None:
        return Verdict("open", None, None, None)
    size = abs if metric.better == "zero" else float
    difference = size(metric.value) - size(base.value)
    pairs = [replicas_of(result, name, absolute=metric.better == "zero") for result in (other, reference)]
    ends = interval(pairs[0] - pairs[1], metric.n_showers)
    if ends is None:
        return Verdict("open", difference, None, None)
    low, high = ends
    rounding = _ROUNDING * max(abs(metric.value), abs(base.value))
    if low <= 0 <= high or max(abs(low), abs(high)) <= rounding:
        return Verdict("same", difference, low, high)
    return Verdict("better" if (low > 0) == (metric.better == "higher") else "worse", difference, low, high)


def replicas_of(result: Result, name: str, *, absolute: bool = False) -> np.ndarray:
    """Give a metric's replicas, shape (n,), NaN where undefined."""
    values = result.replicas[name].to_numpy().astype(float)
    return np.abs(values) if absolute else values


def overall(reference: Result, other: Result) -> str:
    """Judge `other` by the headline metrics of its tasks together.

    Returns
    -------
    str
        ``better`` (better in at least one, worse in none), ``worse``, ``mixed``, ``same`` or ``open``.
    """
    names = [name for task in other.tasks for name in HEADLINE[task]]
    words = {compare_metric(reference, other, name).word for name in names}
    if {"better", "worse"} <= words:
        return "mixed"
    return next((word for word in ("better", "worse", "same") if word in words), "open")


def ratio_per_bin(reference: Result, other: Result, column: str, offset: float = 0.0) -> np.ndarray:
    """Divide a curve of `other` by that of `reference`, bin by bin.

    Parameters
    ----------
    reference, other : Result
        Of the same events and resamplings.
    column : str
        ``curve:column`` (``energy_performance:resolution``).
    offset : float
        Added to both before dividing (1 makes a bias an energy scale).

    Returns
    -------
    ndarray of float, shape (3, n_bins)
        Ratio and the ends of its paired interval; NaN where undefined.
    """
    curve, name = column.split(":")
    tables = [result.curves[curve] for result in (other, reference)]
    values = [np.ma.filled(np.ma.asarray(table[name], dtype=float), np.nan) + offset for table in tables]
    replicas = [np.array(result.replicas[column].to_pylist(), dtype=float) + offset for result in (other, reference)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, ratios = values[0] / values[1], replicas[0] / replicas[1]
    showers = np.asarray(tables[1]["n_showers"])
    ends = [interval(column, n) or (np.nan, np.nan) for column, n in zip(ratios.T, showers, strict=True)]
    return np.vstack([np.where(np.isfinite(ratio), ratio, np.nan), np.array(ends).T])
