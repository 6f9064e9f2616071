"""Bootstrap over showers: resample whole showers, because images of one shower are not independent."""

from collections.abc import Iterator

import numpy as np

#: Central share of the replicas that an interval holds.
LEVEL = 0.95
#: With fewer showers there is nothing to resample.
_LEAST_SHOWERS = 2


def shower_index(primary: np.ndarray, obs_id: np.ndarray, shower_id: np.ndarray) -> np.ndarray:
    """Assign a number to the shower of each image.

    Parameters
    ----------
    primary, obs_id, shower_id : ndarray of int, shape (n,)
        What identifies the shower of each image.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0, in the order of (primary, obs_id, shower_id), so that it does not depend on the order of the rows.
    """
    keys = np.stack([primary, obs_id, shower_id], axis=1).astype(np.int64)
    return np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)


def resample(showers: np.ndarray, n: int, seed: int) -> Iterator[np.ndarray]:
    """Draw `n` times as many showers as there are, with replacement, each with all of its images.

    Parameters
    ----------
    showers : ndarray of int, shape (n_images,)
        Number of the shower of each image, as `shower_index` gives it.
    n : int
        Number of resamplings.
    seed : int
        The same showers, `n` and seed give the same resamplings, so that two models can be compared replica by
        replica.

    Yields
    ------
    ndarray of int
        Row numbers of one resampling; a shower drawn twice has each of its rows twice.
    """
    for drawn in weights(showers, n, np.random.default_rng(seed)):
        yield np.repeat(np.arange(len(showers)), drawn)


def weights(showers: np.ndarray, n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Say of `n` resamplings of showers how often each image is drawn, int of shape (n_images,); see `resample`."""
    n_showers = int(showers.max()) + 1 if len(showers) else 0
    for _ in range(n):
        yield np.bincount(rng.integers(n_showers, size=n_showers), minlength=n_showers)[showers]


def interval(replicas: np.ndarray, n_showers: int) -> tuple[float, float] | None:
    """Give the central `LEVEL` interval of a metric's replicas (percentile bootstrap).

    Parameters
    ----------
    replicas : ndarray of float, shape (n,)
        The metric of each resampling; NaN where it was undefined there.
    n_showers : int
        Showers behind the metric.

    Returns
    -------
    tuple of float, or None
        Lower and upper end; None with fewer than two showers or without any defined replica.
    """
    defined = replicas[np.isfinite(replicas)]
    if n_showers < _LEAST_SHOWERS or not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
