"""Distances between a generated and a simulated sample, each image with a weight: how often a resampling drew it.

Every class is set up once for two samples and then called with weights, because a bootstrap asks hundreds of times.
"""

from collections.abc import Callable

import numpy as np

#: Of weights of the generated (n,) and of the simulated images (m,); all ones gives the samples as they are.
Comparison = Callable[[np.ndarray, np.ndarray], float]

#: Standardised values are cut off here in the kernel, whose cube would make one odd image outweigh all others.
_KERNEL_LIMIT = 5.0
#: Images of each sample that the kernel is computed for, all pairs of them.
_KERNEL_MOST = 4000


class Wasserstein:
    """Area between the cumulative distributions of one quantity.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n,), (m,)
        Values, finite; the distance has their unit.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray) -> None:
        values = np.concatenate([generated, simulated])
        self._order = np.argsort(values, kind="stable")
        self._gaps = np.diff(values[self._order])

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the distance for weights."""
        steps = np.concatenate([generated / generated.sum(), -simulated / simulated.sum()])[self._order]
        return float(np.abs(np.cumsum(steps)[:-1]) @ self._gaps)


class Frechet:
    """Fréchet distance of two Gaussians with the samples' means and covariances.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n, k), (m, k)
        Standardised quantities.

    Notes
    -----
    |μ1 − μ2|² + tr(C1 + C2 − 2 (C1 C2)^½), Dowson and Landau (1982), J. Multivariate Anal. 12, 450; on physical
    quantities it is the FPD of Kansal et al. (2023), Phys. Rev. D 107, 076017.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray) -> None:
        self._samples = (generated, simulated)

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the squared distance for weights."""
        (mean_1, cov_1), (mean_2, cov_2) = (
            _moments(values, weights) for values, weights in zip(self._samples, (generated, simulated), strict=True)
        )
        root = np.sqrt(np.clip(np.linalg.eigvals(cov_1 @ cov_2).real, 0, None)).sum()
        return float(((mean_1 - mean_2) ** 2).sum() + np.trace(cov_1 + cov_2) - 2 * root)


class Kernel:
    """Squared maximum mean discrepancy with a cubic kernel, without bias.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n, k), (m, k)
        Standardised quantities; values beyond 5 count as 5. The first 4,000 images of each count.

    Notes
    -----
    Kernel (x·y/k + 1)³ as in the KPD of Kansal et al. (2023); pairs of an image with itself are left out. It may fall
    below zero for samples of one distribution.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray) -> None:
        limit = _KERNEL_LIMIT
        one, two = (np.clip(values[:_KERNEL_MOST], -limit, limit) for values in (generated, simulated))
        self._within = [_cubic(values, values) for values in (one, two)]
        self._between = _cubic(one, two)

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the discrepancy for weights."""
        generated, simulated = generated[:_KERNEL_MOST], simulated[:_KERNEL_MOST]
        inside = [_mean_of_pairs(k, w) for k, w in zip(self._within, (generated, simulated), strict=True)]
        between = generated @ (self._between @ simulated) / (generated.sum() * simulated.sum())
        return float(sum(inside) - 2 * between)


class CorrelationDifference:
    """Mean absolute difference of the two correlation matrices, each pair of quantities once.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n, k), (m, k)
        Quantities.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray) -> None:
        self._samples = (generated, simulated)
        self._pairs = np.triu_indices(generated.shape[1], 1)

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the difference for weights."""
        one, two = (
            correlation(values, weights) for values, weights in zip(self._samples, (generated, simulated), strict=True)
        )
        return float(np.abs(one - two)[self._pairs].mean())


class Separation:
    """Separation power of two histograms that every image adds to, in parts of the simulated entries.

    Parameters
    ----------
    generated, simulated : ndarray, shape (n, bins), (m, bins)
        Entries of each image.

    Notes
    -----
    ½ Σ (p − q)²/(p + q) / Σ q with p and q the mean entries of a generated and a simulated image, Diefenbacher et al.
    (2020), JINST 15, P11004; without normalising p it also counts entries that are too many.
    """

    def __init__(self, generated: np.ndarray, simulated: np.ndarray) -> None:
        self._samples = (generated, simulated)

    def __call__(self, generated: np.ndarray, simulated: np.ndarray) -> float:
        """Give the separation for weights."""
        p, q = (
            weights @ entries / weights.sum()
            for entries, weights in zip(self._samples, (generated, simulated), strict=True)
        )
        total = p + q
        return float(0.5 * np.divide((p - q) ** 2, total, out=np.zeros_like(total), where=total > 0).sum() / q.sum())


def correlation(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the correlation matrix of quantities (n, k) with weights; 0 beside a quantity that does not vary."""
    covariance = _moments(values, weights)[1]
    spread = np.sqrt(np.diag(covariance))
    scale = np.outer(spread, spread)
    result = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)
    np.fill_diagonal(result, 1)
    return result


def _moments(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    share = weights / weights.sum()
    mean = share @ values
    centred = values - mean
    return mean, (centred * share[:, None]).T @ centred


def _cubic(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    return ((one @ two.T / one.shape[1] + 1) ** 3).astype(np.float32)


def _mean_of_pairs(kernel: np.ndarray, weights: np.ndarray) -> float:
    total = weights @ (kernel @ weights) - (weights**2) @ np.diag(kernel)
    return float(total / (weights.sum() ** 2 - (weights**2).sum()))
