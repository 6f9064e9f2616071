"""Scores of the images of two samples that are averaged with weights: AUC, coverage, means, medians."""

import numpy as np


class Auc:
    """Chance that a generated image has a larger score than a simulated one, ties counted half.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n,), (m,)
        Scores, such as those of a classifier that was trained to tell the two apart.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray) -> None:
        values, place = np.unique(np.concatenate([generated, simulated]), return_inverse=True)
        self._places = np.split(place.reshape(-1), [len(generated)])
        self._n = len(values)

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the area for weights."""
        one, two = (
            np.bincount(place, weights, minlength=self._n) / weights.sum()
            for place, weights in zip(self._places, (generated, simulated), strict=True)
        )
        return float(one @ (np.cumsum(two) - two / 2))


class Coverage:
    """Share of the simulated images that have a generated one among their neighbours.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n, k), (m, k)
        Standardised quantities.
    neighbours : int
        A generated image counts as near if it is nearer than the simulated image's so many-th simulated neighbour.

    Notes
    -----
    Naeem et al. (2020), Proc. Machine Learning Research 119, 7176. Samples of one distribution and equal size give
    about 1 − 2^−neighbours; modes that the generator leaves out lower it.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray, neighbours: int) -> None:
        from scipy.spatial import cKDTree

        own = cKDTree(simulated)
        reach = own.query(simulated, k=neighbours + 1)[0][:, -1]
        self._near = cKDTree(generated).query_ball_point(simulated, reach)

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the share for weights."""
        there = generated > 0
        covered = np.array([bool(there[near].any()) for near in self._near])
        return float(simulated @ covered / simulated.sum())


class Mean:
    """Mean of a value over the generated images.

    Parameters
    ----------
    generated : ndarray of float, shape (n,)
        Values, finite.
    """

    def __init__(self, generated: np.ndarray) -> None:
        self._values = np.asarray(generated, float)

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the mean for weights."""
        return float(generated @ self._values / generated.sum())


class Median:
    """Median of a value over the generated images, as `Mean`."""

    def __init__(self, generated: np.ndarray) -> None:
        self._order = np.argsort(generated, kind="stable")
        self._sorted = np.asarray(generated, float)[self._order]

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the median for weights: the first value up to which half of them lie."""
        summed = np.cumsum(generated[self._order])
        return float(self._sorted[np.searchsorted(summed, summed[-1] / 2)])


class MeanDifference:
    """Mean of a value over the generated images minus that over the simulated ones; `relative` divides by the latter.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n,), (m,)
        Values, finite.
    relative : bool
        Whether to divide by the mean of the simulated images.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray, *, relative: bool = False) -> None:
        self._generated, self._simulated = (np.asarray(values, float) for values in (generated, simulated))
        self._relative = relative

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the difference for weights."""
        there = float(simulated @ self._simulated / simulated.sum())
        difference = float(generated @ self._generated / generated.sum()) - there
        return difference / there if self._relative else difference
