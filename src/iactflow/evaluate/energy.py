"""Scores of reconstructed energies: metrics with intervals, their replicas, and curves per bin."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from astropy.table import MaskedColumn, Table

from iactflow.data.result import Bootstrap, Metric
from iactflow.fitting import bootstrap
from iactflow.fitting.metrics_energy import METRICS
from iactflow.fitting.metrics_energy_bins import distribution, energy_edges, migration, performance_per_bin

#: Curve with bias and resolution per bin of true energy; its columns with intervals.
PERFORMANCE, _MEASURED = "energy_performance", ("bias", "resolution")


class Scores(NamedTuple):
    """What is measured of one task: metrics by name, one row per resampling, and curves by name."""

    metrics: dict[str, Metric]
    replicas: pa.Table
    curves: dict[str, Table]


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
    scalars: dict[str, list[float]] = {name: [] for name in METRICS}
    per_bin: dict[str, list[np.ndarray]] = {name: [] for name in _MEASURED}
    for rows in bootstrap.resample(showers, settings.n, settings.seed):
        for name, metric in METRICS.items():
            scalars[name].append(metric.function(true[rows], reco[rows]))
        curve = performance_per_bin(true[rows], reco[rows], edges)
        for name in _MEASURED:
            per_bin[name].append(curve[name])
    replicas = {name: np.array(values) for name, values in scalars.items()}
    curves = {name: np.array(values) for name, values in per_bin.items()}
    return Scores(
        metrics=_metrics(true, reco, len(np.unique(showers)), replicas),
        replicas=_replica_table(replicas, curves),
        curves={
            PERFORMANCE: _performance(true, reco, showers, edges, curves),
            "energy_distribution": distribution(true, reco),
            "energy_migration": migration(true, reco),
        },
    )


def _metrics(true: np.ndarray, reco: np.ndarray, n_showers: int, replicas: dict[str, np.ndarray]) -> dict[str, Metric]:
    metrics = {}
    for name, spec in METRICS.items():
        value = spec.function(true, reco)
        ends = bootstrap.interval(replicas[name], n_showers)
        reason = None
        if not np.isfinite(value):
            reason = "undefined: all true energies are equal"
        elif ends is None:
            reason = f"no interval: {n_showers} shower cannot be resampled"
        low, high = ends or (None, None)
        metrics[name] = Metric(
            value=value if np.isfinite(value) else None,
            low=low,
            high=high,
            n=len(true),
            n_showers=n_showers,
            unit=spec.unit,
            title=spec.title,
            definition=spec.definition,
            better=spec.better,
            percent=spec.percent,
            reason=reason,
        )
    return metrics


def _performance(
    true: np.ndarray, reco: np.ndarray, showers: np.ndarray, edges: np.ndarray, replicas: dict[str, np.ndarray]
) -> Table:
    from iactflow.fitting.metrics_energy_bins import bin_index

    values = performance_per_bin(true, reco, edges)
    index = bin_index(true, edges)
    n_showers = np.array([len(np.unique(showers[index == number])) for number in range(len(edges) - 1)])
    table = Table(
        {
            "true_energy_low": edges[:-1],
            "true_energy_high": edges[1:],
            "true_energy_center": np.sqrt(edges[:-1] * edges[1:]),
            "n": values["n"],
            "n_showers": n_showers,
        },
        units={name: "TeV" for name in ("true_energy_low", "true_energy_high", "true_energy_center")},
    )
    for name in _MEASURED:
        ends = [
            bootstrap.interval(column, n) or (np.nan, np.nan)
            for column, n in zip(replicas[name].T, n_showers, strict=True)
        ]
        low, high = np.array(ends).T
        for column, numbers in ((name, values[name]), (f"{name}_low", low), (f"{name}_high", high)):
            table[column] = MaskedColumn(np.nan_to_num(numbers), mask=~np.isfinite(numbers))
    return table


def _replica_table(scalars: dict[str, np.ndarray], curves: dict[str, np.ndarray]) -> pa.Table:
    columns = {name: pa.array(values, from_pandas=True) for name, values in scalars.items()}
    for name, values in curves.items():
        flat = pa.array(values.ravel(), from_pandas=True)
        columns[f"{PERFORMANCE}:{name}"] = pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
    return pa.table(columns)
