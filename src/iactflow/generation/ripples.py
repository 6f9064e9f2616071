"""Deviations of arrival times that neighbouring pixels share: random ripples over the camera, and how strong they are.

Light of one part of a shower arrives together. What pixels' times deviate by is therefore alike in neighbours and less
so the further they lie apart, which the variogram tells: half the mean square of the difference of two pixels at a
distance.
"""

from itertools import pairwise

import numpy as np

#: Lengths over which deviations are alike, m; the last one is nearly a gradient.
LENGTHS = np.array([0.1, 0.3, 1.0, 2.0])
#: Distances at which the variogram is measured, m.
_EDGES = np.array([0.03, 0.06, 0.09, 0.12, 0.16, 0.22, 0.3, 0.4, 0.55, 0.75, 1.0, 1.3])
#: Pixels of an image that are paired, at most, and pairs that a distance needs to be used.
_PIXELS, _PAIRS = 60, 30.0
#: Differences beyond this are of the night sky, ns.
_OUTLIER = 12.0
#: Waves that ripples are made of.
_WAVES = 48


def fit(image: np.ndarray, pixel: np.ndarray, residual: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Fit the strength of ripples to the deviations of pixels' times.

    Parameters
    ----------
    image, pixel : ndarray of int, shape (n,)
        Which pixel of which image, sorted by image.
    residual : ndarray, shape (n,), ns
        Deviations from the mean.
    xy : ndarray, shape (n_pixels, 2), m
        Positions of the pixels.

    Returns
    -------
    ndarray, shape (1 + len(LENGTHS),), ns2
        Variance of single pixels, then of ripples of each length; zero where nothing is known.
    """
    total, count = np.zeros(len(_EDGES) - 1), np.zeros(len(_EDGES) - 1)
    rng = np.random.default_rng(0)
    bounds = np.append(np.flatnonzero(np.diff(image, prepend=-1)), len(image))
    for low, high in pairwise(bounds.tolist()):
        chosen = np.arange(low, high)
        if high - low > _PIXELS:
            chosen = rng.choice(chosen, _PIXELS, replace=False)
        first, second = np.triu_indices(len(chosen), 1)
        distance = np.hypot(*(xy[pixel[chosen[first]]] - xy[pixel[chosen[second]]]).T)
        difference = residual[chosen[first]] - residual[chosen[second]]
        place = np.searchsorted(_EDGES, distance) - 1
        good = (place >= 0) & (place < len(total)) & (np.abs(difference) < _OUTLIER)
        weight = 1 / max(len(chosen), 1)  # else a few huge images decide
        total += weight * np.bincount(place[good], difference[good] ** 2 / 2, minlength=len(total))
        count += weight * np.bincount(place[good], minlength=len(total))
    return _strengths(total, count)


def _strengths(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Find variances, none of them negative, whose variogram is the measured one, relative errors being equal."""
    from scipy.optimize import nnls

    known = count > min(_PAIRS, count.max() / 10)
    if not known.any():
        return np.zeros(1 + len(LENGTHS))
    measured = np.maximum(total[known] / count[known], 1e-3)
    middle = ((_EDGES[1:] + _EDGES[:-1]) / 2)[known, None]
    design = np.hstack([np.ones_like(middle), 1 - _likeness(middle)])
    return np.asarray(nnls(design / measured[:, None], np.ones(len(measured)))[0])


def _likeness(distance: np.ndarray) -> np.ndarray:
    """Give the correlation at distances, shape (n, 1) to (n, len(LENGTHS)): exponential, for the longest Gaussian."""
    scaled = distance / LENGTHS
    return np.hstack([np.exp(-scaled[:, :-1]), np.exp(-(scaled[:, -1:] ** 2) / 2)])


def draw(strengths: np.ndarray, xy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw deviations of pixels.

    Parameters
    ----------
    strengths : ndarray, shape (1 + len(LENGTHS),), ns2
        As `fit` gives them.
    xy : ndarray, shape (n, 2), m
        Positions of the pixels.
    rng : numpy.random.Generator
        Source of random numbers.

    Returns
    -------
    ndarray, shape (n,), ns

    Notes
    -----
    A sum of plane waves whose wave vectors are drawn from the spectrum of the correlation (Rahimi and Recht 2007: a
    Gaussian's is Gaussian, that of exp(-d) in a plane the Cauchy law, a Gaussian over the root of a chi-square).
    """
    alone = np.sqrt(strengths[0]) * rng.standard_normal(len(xy))
    all_of_them = strengths[1:].sum()
    vectors, phases = rng.standard_normal((2, _WAVES)), rng.uniform(0, 2 * np.pi, _WAVES)
    heavy, choice = np.abs(rng.standard_normal(_WAVES)), rng.random(_WAVES)
    if all_of_them == 0:
        return np.asarray(alone)
    kind = np.searchsorted(np.cumsum(strengths[1:]) / all_of_them, choice).clip(max=len(LENGTHS) - 1)
    vectors /= LENGTHS[kind] * np.where(kind < len(LENGTHS) - 1, np.maximum(heavy, 1e-3), 1)
    # sums and no product of matrices, whose last digit depends on where they lie in memory
    waves = np.cos(xy[:, :1] * vectors[0] + xy[:, 1:] * vectors[1] + phases)
    return np.asarray(alone + np.sqrt(2 * all_of_them / _WAVES) * waves.sum(axis=1))
