"""Thresholds of many distances at once, from exchanging whole showers between the two samples."""

from typing import NamedTuple

import numpy as np

#: Evidently's least standard deviation in its normed distance.
LEAST_SPREAD = 1e-3
#: Exchanges that are worked on together, so that memory stays small.
_BATCH = 50


class Thresholds(NamedTuple):
    """What the samples give, and what chance gives.

    Attributes
    ----------
    distances : ndarray of float, shape (k,)
        Distance of each quantity, as `distance` gives it.
    values : ndarray of float, shape (k,)
        Distance of each quantity that is beyond what exchanged showers give.
    p_values : ndarray of float, shape (k,)
        Share of exchanges in which any quantity stands out as much as this one does, the data themselves counted.
    """

    distances: np.ndarray
    values: np.ndarray
    p_values: np.ndarray


def distance(reference: np.ndarray, current: np.ndarray) -> float:
    """Give Evidently's normed Wasserstein distance of two samples, shape (n,) and (m,), finite.

    Notes
    -----
    Area between the cumulative distributions over the standard deviation of the reference, which counts as 0.001 if it
    is smaller.
    """
    labels = np.concatenate([np.zeros(len(reference), bool), np.ones(len(current), bool)])
    return float(_Distances(np.concatenate([reference, current]))(labels[None])[0])


class _Distances:
    """Normed distances of one quantity for many ways of dividing its values into two samples."""

    def __init__(self, values: np.ndarray) -> None:
        self.known = np.isfinite(values)
        values = values[self.known]
        self._order = np.argsort(values, kind="stable")
        values = values[self._order]
        # differences from the middle keep the variance exact for values far from zero
        self._centred = values - values[len(values) // 2]
        self._gaps = np.diff(values)

    def __call__(self, labels: np.ndarray) -> np.ndarray:
        """Give distances; `labels` is bool of shape (p, n), true where a value belongs to the current sample."""
        current = labels[:, self._order].astype(float)
        reference = 1 - current
        n_reference = np.maximum(reference.sum(axis=1, keepdims=True), 1)
        n_current = np.maximum(current.sum(axis=1, keepdims=True), 1)
        mean = (reference @ self._centred)[:, None] / n_reference
        square = (reference @ self._centred**2)[:, None] / n_reference
        spread = np.sqrt(np.maximum(square - mean**2, 0))
        steps = np.cumsum(reference / n_reference - current / n_current, axis=1)[:, :-1]
        return np.abs(steps) @ self._gaps / np.maximum(spread[:, 0], LEAST_SPREAD)


def thresholds(
    values: np.ndarray, showers: np.ndarray, current: np.ndarray, false_alarm: float, permutations: int, seed: int
) -> Thresholds:
    """Find the distances that showers of one origin exceed by chance with a stated probability, all together.

    Parameters
    ----------
    values : ndarray of float, shape (n, k)
        Quantities of the images of both samples; NaN where there is none.
    showers : ndarray of int, shape (n,)
        Number of the shower of each image from 0; a shower is in one sample only.
    current : ndarray of bool, shape (n,)
        Which images are of the current sample.
    false_alarm : float
        Probability that any quantity exceeds its threshold by chance.
    permutations : int
        Number of exchanges.
    seed : int
        Of the exchanges.

    Returns
    -------
    Thresholds

    Notes
    -----
    Which showers are called current is drawn again, as many as there are; all images of a shower go together, because
    they are not independent. Each quantity's distances are taken in units of their own mean and standard deviation
    over the exchanges, and the quantile of the largest one of each exchange is the common limit: the single-step
    form of Westfall and Young's max-T (1993, Resampling-Based Multiple Testing), which knows how quantities go
    together. The data count as one exchange, so that the probability holds for any number of them.
    """
    n_showers = int(showers.max()) + 1
    of_shower = np.zeros(n_showers, bool)
    of_shower[showers[current]] = True
    rng = np.random.default_rng(seed)
    draws = np.stack([of_shower, *(rng.permutation(of_shower) for _ in range(permutations))])
    found = np.empty((len(draws), values.shape[1]))
    for number, column in enumerate(values.T):
        distances = _Distances(column)
        own = showers[distances.known]
        for start in range(0, len(draws), _BATCH):
            found[start : start + _BATCH, number] = distances(draws[start : start + _BATCH, own])
    mean, spread = found[1:].mean(axis=0), found[1:].std(axis=0)
    scaled = np.divide(found - mean, spread, out=np.zeros_like(found), where=spread > 0)
    largest = np.sort(scaled[1:].max(axis=1))
    place = int(np.ceil((permutations + 1) * (1 - false_alarm))) - 1
    limit = largest[min(place, permutations - 1)]
    exceeded = (largest[None] >= scaled[0][:, None]).sum(axis=1)
    return Thresholds(found[0], mean + limit * spread, (1 + exceeded) / (permutations + 1))
