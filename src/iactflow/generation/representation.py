"""Photoelectrons as numbers that a network can draw, and back without loss."""

from collections.abc import Callable
from typing import Any, Literal, Protocol

import numpy as np

#: Photoelectrons at which the asinh turns from linear to logarithmic.
_SOFT = 3.0
#: Keeps the logit of empty pixels finite (CaloScore, arXiv:2308.03847, has 1e-6).
_EPSILON = 1e-6

Kind = Literal["asinh", "logit"]
#: Of ranked charges, shape (n, n_pixels), photoelectrons and lit pixels of each image; gives charges of that shape.
Correction = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


class Representation(Protocol):
    """A reversible way to write images.

    Attributes
    ----------
    kind : str
        Its name in the configuration.
    shift, scale : float
        What was fitted to the training images: written numbers have mean 0.
    spread : float
        Their standard deviation.
    """

    kind: Kind
    shift: float
    scale: float
    spread: float

    def encode(self, images: Any, ops: Any = np) -> Any:
        """Write photoelectrons (float32, shape (n, n_pixels)) as numbers of the same shape; `ops` may be keras.ops."""

    def charges(self, numbers: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Read photoelectrons, float of shape (n, n_pixels), of images with about `size` (shape (n,)) of them."""


class Asinh:
    """The asinh of photoelectrons: linear where there are few, so that empty pixels are an ordinary value."""

    kind: Kind = "asinh"

    def __init__(self, shift: float = 0.0, scale: float = 1.0, spread: float = 1.0) -> None:
        self.shift, self.scale, self.spread = shift, scale, spread

    def encode(self, images: Any, ops: Any = np) -> Any:
        """Write photoelectrons, see `Representation`."""
        return (ops.arcsinh(images / _SOFT) - self.shift) * self.scale

    def charges(self, numbers: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Read photoelectrons, see `Representation`; the size says nothing that the numbers do not."""
        return _SOFT * np.sinh(np.clip(numbers / self.scale + self.shift, -2, 12))


class Logit:
    """CaloScore's way: the logit of each pixel's share of the photoelectrons (arXiv:2308.03847, equation 6)."""

    kind: Kind = "logit"

    def __init__(self, shift: float = 0.0, scale: float = 1.0, spread: float = 1.0) -> None:
        self.shift, self.scale, self.spread = shift, scale, spread

    def encode(self, images: Any, ops: Any = np) -> Any:
        """Write photoelectrons, see `Representation`."""
        share = images / ops.maximum(ops.sum(images, axis=1, keepdims=True), 1)
        squeezed = _EPSILON + (1 - 2 * _EPSILON) * share
        return (ops.log(squeezed / (1 - squeezed)) - self.shift) * self.scale

    def charges(self, numbers: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Read photoelectrons, see `Representation`."""
        squeezed = 1 / (1 + np.exp(-(np.clip(numbers, -50, 50) / self.scale + self.shift)))
        share = np.maximum((squeezed - _EPSILON) / (1 - 2 * _EPSILON), 0)
        return share * np.asarray(size)[:, None]


def scaled(charges: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Turn charges into whole photoelectrons whose sum is the size, as far as there are any.

    Pixels of less than half a photoelectron are empty. The rest is scaled to the size and rounded.

    Parameters
    ----------
    charges : ndarray of float, shape (n, n_pixels)
        Not yet of the right sum.
    size : ndarray, shape (n,)
        Photoelectrons of each image.

    Returns
    -------
    ndarray of int32, shape (n, n_pixels)
    """
    lit = np.where(charges < 0.5, 0, charges)
    total = lit.sum(axis=1)
    factor = np.divide(size, total, out=np.zeros(len(lit)), where=total > 0)
    return np.rint(lit * factor[:, None]).astype(np.int32)


def shared(charges: np.ndarray, size: np.ndarray, lit: np.ndarray, correct: Correction | None = None) -> np.ndarray:
    """Share whole photoelectrons, exactly as many as the size, among exactly as many pixels as are lit.

    Networks that blur faint light give too many pixels a little of it, and those take it from the bright ones.

    Parameters
    ----------
    charges : ndarray of float, shape (n, n_pixels)
        Not yet of the right sum; the greatest ones are kept.
    size : ndarray, shape (n,)
        Photoelectrons of each image.
    lit : ndarray, shape (n,)
        Pixels of each image that have at least one; at most as many as photoelectrons and pixels.
    correct : callable or None
        Of the ranked charges, size and lit; gives other ranked charges, see `iactflow.generation.contrast`.

    Returns
    -------
    ndarray of int32, shape (n, n_pixels)

    Notes
    -----
    Each of the brightest gets max(1, c q) with c such that the sum is the size. Numbers are rounded so that, from the
    brightest pixel on, sums are at most half a photoelectron off: none is lost, and light of 1.3 photoelectrons becomes
    now one and now two.
    """
    size = np.rint(size).astype(np.int64)
    lit = np.clip(np.rint(lit).astype(np.int64), 1, np.minimum(size, charges.shape[1]))
    ranked, order = rank(charges, size, lit)
    if correct is not None:
        ranked = _portions(correct(ranked, size, lit), size, lit)
    inside = np.arange(charges.shape[1]) < lit[:, None]
    wanted = np.where(inside, np.maximum(ranked, 1), 0)
    total = np.floor(np.minimum(np.cumsum(wanted, axis=1), size[:, None]) + 0.5)
    counts = np.zeros(charges.shape, np.int32)
    np.put_along_axis(counts, order, np.diff(total, axis=1, prepend=0).astype(np.int32), axis=1)
    return counts


def rank(charges: np.ndarray, size: np.ndarray, lit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order the pixels of each image from the brightest on, and scale their charges as far as they are lit.

    Returns
    -------
    ranked : ndarray of float, shape (n, n_pixels), p.e.
        Of the lit pixels; 0 elsewhere. With one photoelectron for those of less the sum is the size.
    order : ndarray of int, shape (n, n_pixels)
        Their pixels.
    """
    order = np.argsort(-charges, axis=1, kind="stable")
    return _portions(np.take_along_axis(charges, order, axis=1), size, lit), order


def _portions(ranked: np.ndarray, size: np.ndarray, lit: np.ndarray) -> np.ndarray:
    place, size, lit = np.arange(ranked.shape[1]), size[:, None], lit[:, None]
    q = np.where(place < lit, np.maximum(ranked, 1e-6), 0).astype(np.float64)
    # if the k brightest get more than one each, the others have lit - k in all
    factor = (size - lit + place + 1) / np.cumsum(q, axis=1)
    k = np.maximum(((factor * q > 1) & (place < lit)).sum(axis=1, keepdims=True), 1)
    return q * np.take_along_axis(factor, k - 1, axis=1)


_KINDS: dict[str, type[Asinh] | type[Logit]] = {"asinh": Asinh, "logit": Logit}


def make_representation(kind: str, **values: float) -> Representation:
    """Make a representation by name from what was fitted."""
    return _KINDS[kind](**values)


def fit_representation(kind: str, images: np.ndarray) -> Representation:
    """Fit shift, scale and spread to images (photoelectrons, shape (n, n_pixels)).

    The logit is brought to a standard deviation of one, as published; the asinh keeps its own.
    """
    plain = _KINDS[kind]().encode(images.astype(np.float32))
    shift, spread = float(plain.mean(dtype=np.float64)), float(plain.std(dtype=np.float64))
    scale = 1.0 if kind == "asinh" else 1 / spread
    return _KINDS[kind](shift, scale, spread * scale)
