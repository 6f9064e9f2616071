"""Ratios of ours to theirs with few showers: an interval, and what two identical codes would show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

_DRAWS = 2000  # of bootstraps


@dataclass(frozen=True)
class Ratio:
    """Ours over theirs.

    Parameters
    ----------
    n : int
        Showers, or images.
    value : float
    interval : tuple of float
        95 % interval of bootstraps over showers.
    identical : tuple of float
        Central 95 % of the ratio when one of our own repeats stands for their shower: how far one shower of each kind
        can be from the mean by chance.
    """

    n: int
    value: float
    interval: tuple[float, float]
    identical: tuple[float, float]

    def __str__(self) -> str:
        """Write the cell of a table."""
        (low, high), (from_, to) = self.interval, self.identical
        return f"{self.value:.2f} ({low:.2f}-{high:.2f}); {from_:.2f}-{to:.2f}"

    @property
    def explained(self) -> bool:
        """Whether identical codes would differ as much."""
        return self.identical[0] <= self.value <= self.identical[1]


def compare(
    real: Float64, ours: Float64, pooled: bool, rng: np.random.Generator, shower: NDArray[np.int64] | None = None
) -> Ratio:
    """Compare one quantity of the same showers.

    Parameters
    ----------
    real : array, shape (n_showers,)
        Theirs; what is not positive and finite is left out.
    ours : array, shape (n_showers, n_repeats)
        Ours, each shower simulated several times; NaN where it cannot be measured.
    pooled : bool
        Sum over sum instead of the median of showers.
    rng : numpy.random.Generator
        Source of random numbers.
    shower : array of int, shape (n_showers,), optional
        Where rows are images: the shower of each; rows of one shower are drawn together. Otherwise each row is one.
    """
    count = np.isfinite(ours).sum(axis=1)
    total = np.nansum(ours, axis=1)
    seen = np.isfinite(real) & (real > 0) & (count > 1) & (total > 0)
    real, ours, count, total = real[seen], ours[seen], count[seen], total[seen]
    n = len(real)
    group = np.arange(n) if shower is None else np.unique(shower[seen], return_inverse=True)[1]
    n_groups = int(group.max()) + 1

    def combined(mine: Float64, theirs: Float64) -> Float64:
        """Ratio of each row."""
        if pooled:
            return np.nansum(mine, axis=1) / np.nansum(theirs, axis=1)
        with np.errstate(divide="ignore"):
            return np.nanmedian(mine / theirs, axis=1)

    mean = total / count
    members = [np.flatnonzero(group == g) for g in range(n_groups)]
    boot = []
    for _ in range(_DRAWS):
        chosen = np.concatenate([members[g] for g in rng.integers(0, n_groups, n_groups)])
        boot.append(combined(mean[None, chosen], real[None, chosen])[0])
    drawn = ours[np.arange(n), rng.integers(0, ours.shape[1], (_DRAWS, n_groups))[:, group]]
    others = (total - drawn) / (count - 1)
    value = float(combined(mean[None], real[None])[0])
    return Ratio(n, value, _central(np.array(boot)), _central(combined(others, drawn)))


def _central(values: Float64) -> tuple[float, float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
