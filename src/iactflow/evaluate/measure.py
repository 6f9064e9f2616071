"""Measuring of one task: metrics and curves with intervals from resampled showers."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from astropy.table import MaskedColumn, Table

from iactflow.data.result import Bootstrap, Metric
from iactflow.fitting import bootstrap
from iactflow.fitting.metrics_energy_bins import bin_index, energy_edges
from iactflow.fitting.spec import Spec


class Scores(NamedTuple):
    """What is measured: metrics by name, one row per resampling, and curves by name."""

    metrics: dict[str, Metric]
    replicas: pa.Table
    curves: dict[str, Table]


class Curve(NamedTuple):
    """A curve with intervals.

    Attributes
    ----------
    name : str
        Its name in the result.
    frame : astropy.table.Table
        Bins, without the measured columns; ``n_showers`` says how many showers each rests on.
    values : callable
        Gives the measured columns, each of one value per bin, of some of the events (row numbers); NaN where
        undefined.
    unit : str or None
        Of the measured columns; None for fractions.
    """

    name: str
    frame: Table
    values: Callable[[np.ndarray], Mapping[str, np.ndarray]]
    unit: str | None = None


class Axis(NamedTuple):
    """A positive quantity that something is measured against: its name, unit, and value for each image, shape (n,)."""

    name: str
    unit: str
    values: np.ndarray

    @classmethod
    def energy(cls, values: np.ndarray) -> "Axis":
        """Take the true energy in TeV."""
        return cls("true_energy", "TeV", values)

    @classmethod
    def charge(cls, values: np.ndarray | None) -> "list[Axis]":
        """Take the charge of the cleaned image in p.e.; nothing where a store holds none or an image has none left."""
        return [] if values is None or not np.isfinite(values).all() else [cls("intensity", "pe", values)]


def measure(
    specs: Mapping[str, Spec],
    true: np.ndarray,
    reco: np.ndarray,
    showers: np.ndarray,
    settings: Bootstrap,
    curves: Sequence[Curve] = (),
) -> Scores:
    """Measure estimates against truth, once as they are and once per resampling of showers.

    Parameters
    ----------
    specs : mapping of Spec
        The metrics.
    true, reco : ndarray, shape (n, …)
        Truth and estimates, as the metrics take them.
    showers : ndarray of int, shape (n,)
        Number of each image's shower, from 0 without gaps.
    settings : Bootstrap
        Number and seed of the resamplings.
    curves : sequence of Curve
        What else gets intervals.

    Returns
    -------
    Scores
    """
    scalars: dict[str, list[float]] = {name: [] for name in specs}
    columns: dict[str, list[np.ndarray]] = {}
    for rows in bootstrap.resample(showers, settings.n, settings.seed):
        for name, spec in specs.items():
            scalars[name].append(spec.function(true[rows], reco[rows]))
        for curve in curves:
            for name, values in curve.values(rows).items():
                columns.setdefault(f"{curve.name}:{name}", []).append(values)
    replicas = {name: np.array(values) for name, values in scalars.items()}
    per_bin = {name: np.array(values) for name, values in columns.items()}
    n_showers = len(np.unique(showers))
    metrics = {
        name: _metric(spec, spec.function(true, reco), replicas[name], len(true), n_showers)
        for name, spec in specs.items()
    }
    everything = np.arange(len(true))
    tables = {curve.name: _table(curve, curve.values(everything), per_bin) for curve in curves}
    return Scores(metrics, _replica_table(replicas, per_bin), tables)


def merge(scores: Sequence[Scores]) -> Scores:
    """Put the scores of several tasks together."""
    metrics = {name: metric for score in scores for name, metric in score.metrics.items()}
    curves = {name: curve for score in scores for name, curve in score.curves.items()}
    replicas = {name: score.replicas[name] for score in scores for name in score.replicas.column_names}
    return Scores(metrics, pa.table(replicas), curves)


def _metric(spec: Spec, value: float, replicas: np.ndarray, n: int, n_showers: int) -> Metric:
    ends = bootstrap.interval(replicas, n_showers)
    defined = bool(np.isfinite(value))
    reason = None
    if not defined:
        reason = f"undefined: {spec.undefined}"
    elif ends is None:
        reason = f"no interval: {n_showers} shower cannot be resampled"
    low, high = (ends or (None, None)) if defined else (None, None)
    return Metric(
        value=value if defined else None,
        low=low,
        high=high,
        n=n,
        n_showers=n_showers,
        unit=spec.unit,
        title=spec.title,
        definition=spec.definition,
        better=spec.better,
        percent=spec.percent,
        reason=reason,
    )


def _table(curve: Curve, values: Mapping[str, np.ndarray], replicas: Mapping[str, np.ndarray]) -> Table:
    table = curve.frame.copy()
    for name, numbers in values.items():
        ends = [
            bootstrap.interval(column, n) or (np.nan, np.nan)
            for column, n in zip(replicas[f"{curve.name}:{name}"].T, table["n_showers"], strict=True)
        ]
        low, high = np.array(ends).T
        for column, content in ((name, numbers), (f"{name}_low", low), (f"{name}_high", high)):
            table[column] = MaskedColumn(np.nan_to_num(content), mask=~np.isfinite(content), unit=curve.unit)
    return table


def _replica_table(scalars: Mapping[str, np.ndarray], curves: Mapping[str, np.ndarray]) -> pa.Table:
    columns = {name: pa.array(values, from_pandas=True) for name, values in scalars.items()}
    for name, values in curves.items():
        flat = pa.array(values.ravel(), from_pandas=True)
        columns[name] = pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
    return pa.table(columns)


def curve_against(
    curve: str,
    axis: Axis,
    showers: np.ndarray,
    measured: Callable[[np.ndarray, np.ndarray, int], Mapping[str, np.ndarray]],
    unit: str | None = None,
) -> Curve:
    """Make the curve of something measured per bin of a positive quantity, 0.2 dex wide.

    Parameters
    ----------
    curve : str
        Its name.
    axis : Axis
        The quantity.
    showers : ndarray of int, shape (n,)
        Shower of each image.
    measured : callable
        From row numbers, the bins of these rows and the number of bins to the measured columns.
    unit : str or None
        Of the measured columns; None for fractions.
    """
    edges = energy_edges(axis.values)
    index = bin_index(axis.values, edges)
    frame = binned_frame(axis.name, edges, axis.unit, index, showers)
    return Curve(curve, frame, lambda rows: measured(rows, index[rows], len(edges) - 1), unit)


def binned_frame(name: str, edges: np.ndarray, unit: str, index: np.ndarray, showers: np.ndarray) -> Table:
    """Describe bins of a positive quantity with images and showers in each.

    Parameters
    ----------
    name : str
        Of the quantity.
    edges : ndarray, shape (n_bins + 1,)
        In `unit`; centres are geometric means.
    unit : str
        As astropy writes it.
    index : ndarray of int, shape (n,)
        Bin of each image; others than 0 to n_bins − 1 are in none.
    showers : ndarray of int, shape (n,)
        Shower of each image.

    Returns
    -------
    astropy.table.Table
        ``NAME_low``, ``NAME_high``, ``NAME_center``, ``n``, ``n_showers``.
    """
    numbers = range(len(edges) - 1)
    table = Table(
        {
            f"{name}_low": edges[:-1],
            f"{name}_high": edges[1:],
            f"{name}_center": np.sqrt(edges[:-1] * edges[1:]),
            "n": np.array([int((index == number).sum()) for number in numbers]),
            "n_showers": np.array([len(np.unique(showers[index == number])) for number in numbers]),
        }
    )
    for column in table.colnames[:3]:
        table[column].unit = unit
    return table
