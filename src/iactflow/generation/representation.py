"""Photoelectrons as numbers that a network can draw, and back without loss."""

from typing import Any, Literal, Protocol

import numpy as np

#: Photoelectrons at which the asinh turns from linear to logarithmic.
_SOFT = 3.0
#: Keeps the logit of empty pixels finite (CaloScore, arXiv:2308.03847, has 1e-6).
_EPSILON = 1e-6

Kind = Literal["asinh", "logit"]


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

    def decode(self, numbers: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Read photoelectrons, int32 of shape (n, n_pixels), of images with `size` (shape (n,)) of them in all."""


class Asinh:
    """The asinh of photoelectrons: linear where there are few, so that empty pixels are an ordinary value."""

    kind: Kind = "asinh"

    def __init__(self, shift: float = 0.0, scale: float = 1.0, spread: float = 1.0) -> None:
        self.shift, self.scale, self.spread = shift, scale, spread

    def encode(self, images: Any, ops: Any = np) -> Any:
        """Write photoelectrons, see `Representation`."""
        return (ops.arcsinh(images / _SOFT) - self.shift) * self.scale

    def decode(self, numbers: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Read photoelectrons, see `Representation`."""
        return whole(_SOFT * np.sinh(np.clip(numbers / self.scale + self.shift, -2, 12)), size)


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

    def decode(self, numbers: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Read photoelectrons, see `Representation`."""
        squeezed = 1 / (1 + np.exp(-(np.clip(numbers, -50, 50) / self.scale + self.shift)))
        share = np.maximum((squeezed - _EPSILON) / (1 - 2 * _EPSILON), 0)
        return whole(share * np.asarray(size)[:, None], size)


def whole(charges: np.ndarray, size: np.ndarray) -> np.ndarray:
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
