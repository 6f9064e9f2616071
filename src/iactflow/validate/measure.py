"""Measuring: every figure once for the samples as they are and once per resampling of showers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from iactflow.data.result import Bootstrap, Metric
from iactflow.fitting import bootstrap
from iactflow.validate.figures import Figure
from iactflow.validate.samples import Sample

#: Of weights of the compared and of the reference images: a value per bin.
Binned = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Measured(NamedTuple):
    """Metrics, one row per resampling, and values per bin with the ends of their intervals by curve and column."""

    metrics: dict[str, Metric]
    replicas: pa.Table
    binned: dict[str, np.ndarray]


def values_of(figures: Mapping[str, Figure], pair: tuple[Sample, Sample]) -> dict[str, float]:
    """Measure a sample against the reference without intervals."""
    ones = (np.ones(len(pair[0].rows)), np.ones(len(pair[1].rows)))
    return {name: figure.compare(*ones) for name, figure in figures.items()}


def measure(
    figures: Mapping[str, Figure],
    binned: Mapping[str, Binned],
    pair: tuple[Sample, Sample],
    settings: Bootstrap,
    others: Sequence[Mapping[str, float]] = (),
) -> Measured:
    """Measure a sample against the reference.

    Parameters
    ----------
    figures : mapping of Figure
        Scalar figures.
    binned : mapping of callable
        Curves, by name.
    pair : tuple of Sample
        The sample and the reference.
    settings : Bootstrap
        Number and seed of the resamplings. The reference is resampled alike for whatever is compared with it.
    others : sequence of mapping
        Values of the same figures from other pairs; each metric is then the mean over all pairs, with the interval of
        one pair about it.

    Returns
    -------
    Measured
        ``binned`` holds arrays of shape (3, n_bins): value, lower and upper end.

    Notes
    -----
    Distances between resampled samples are larger than between the samples, because a resampling repeats images.
    Their replicas are therefore shifted so that the median is the measured value.
    """
    sample, reference = pair
    ones = (np.ones(len(sample.rows)), np.ones(len(reference.rows)))
    own = values_of(figures, pair)
    values = {name: float(np.mean([own[name], *(other[name] for other in others)])) for name in own}
    curves = {name: make(*ones) for name, make in binned.items()}
    scalars: dict[str, list[float]] = {name: [] for name in figures}
    per_bin: dict[str, list[np.ndarray]] = {name: [] for name in binned}
    for weights in _weights(sample, reference, settings):
        for name, figure in figures.items():
            scalars[name].append(figure.compare(*weights))
        for name, make in binned.items():
            per_bin[name].append(make(*weights))
    replicas = {name: np.array(column) for name, column in scalars.items()}
    for name, figure in figures.items():
        centre = float(np.median(replicas[name])) if figure.distance else own[name]
        replicas[name] = _moved(replicas[name], values[name] - centre, percent=figure.percent)
    n_showers = int(sample.showers.max()) + 1
    metrics = {
        name: _metric(figure, values[name], replicas[name], len(sample.rows), n_showers)
        for name, figure in figures.items()
    }
    ends = {name: np.quantile(np.array(rows), _ends(settings.level), axis=0) for name, rows in per_bin.items()}
    table = pa.table({name: pa.array(column) for name, column in replicas.items()})
    return Measured(metrics, table, {name: np.vstack([curves[name], ends[name]]) for name in curves})


def _moved(replicas: np.ndarray, by: float, *, percent: bool) -> np.ndarray:
    """Shift replicas, but to no value that the figure cannot have."""
    least = 0.0 if replicas.min() >= 0 else -np.inf
    most = 1.0 if percent else np.inf
    return np.clip(replicas + by, least, most)


def _weights(sample: Sample, reference: Sample, settings: Bootstrap) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    one, two = (np.random.default_rng([settings.seed, number]) for number in (0, 1))
    for pair in zip(
        bootstrap.weights(sample.showers, settings.n, one),
        bootstrap.weights(reference.showers, settings.n, two),
        strict=True,
    ):
        yield pair[0].astype(float), pair[1].astype(float)


def _ends(level: float) -> list[float]:
    return [(1 - level) / 2, (1 + level) / 2]


def _metric(figure: Figure, value: float, replicas: np.ndarray, n: int, n_showers: int) -> Metric:
    low, high = bootstrap.interval(replicas, n_showers) or (None, None)
    return Metric(
        value=value,
        low=low,
        high=high,
        n=n,
        n_showers=n_showers,
        unit=figure.unit,
        title=figure.title,
        definition=figure.definition,
        better=figure.better,
        percent=figure.percent,
        reason=None if low is not None else f"no interval: {n_showers} shower cannot be resampled",
    )
