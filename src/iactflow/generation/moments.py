"""Moments of images along the showers' axes: what the size model draws, and what pixel models are told."""

from dataclasses import dataclass

import numpy as np

from iactflow.generation.grid import Grid

#: Charge (p.e.) at which a pixel counts half in the moments: single photoelectrons far away count little.
_SOFT = 4.0
#: Photoelectrons from which a pixel counts as bright.
_BRIGHT = 5
#: Added to the extent of an image, in pitches: one of a single pixel has none of its own.
_FLOOR = 1 / 3

NAMES = (
    "log10_size",
    "along",
    "across",
    "log_extent_along",
    "log_extent_across",
    "log_extent_mixed",
    "skew",
    "log_bright",
    "log_lit",
)


@dataclass(frozen=True)
class Frame:
    """Each shower's own axes in the camera: from its direction towards its impact point.

    Attributes
    ----------
    source : ndarray, shape (n, 2)
        Where its direction lies, m.
    axis : ndarray, shape (n, 2)
        Unit vectors towards the impact point.
    """

    source: np.ndarray
    axis: np.ndarray

    @classmethod
    def of(cls, source: np.ndarray, impact: np.ndarray) -> "Frame":
        """Make the frames of directions (m) and impact vectors (m), both of shape (n, 2)."""
        length = np.hypot(*impact.T)[:, None]
        return cls(source, np.where(length > 0, impact / np.maximum(length, 1e-9), [1.0, 0.0]))

    @property
    def matrix(self) -> np.ndarray:
        """Axes along and across as rows, shape (n, 2, 2)."""
        return np.stack([self.axis, np.stack([-self.axis[:, 1], self.axis[:, 0]], axis=1)], axis=1)

    def turned(self, grid: Grid, which: np.ndarray) -> "Frame":
        """Turn the camera under them."""
        return Frame(grid.turn_places(self.source, which), grid.turn_vectors(self.axis, which))


def measure(images: np.ndarray, xy: np.ndarray, pitch: float, frame: Frame) -> np.ndarray:
    """Measure moments.

    Parameters
    ----------
    images : ndarray of int, shape (n, n_pixels)
        Photoelectrons.
    xy : ndarray, shape (n_pixels, 2)
        Positions of the pixels, m.
    pitch : float
        Their distance, m.
    frame : Frame
        The showers' axes.

    Returns
    -------
    ndarray, shape (n, 9)
        In the order of `NAMES`: log10 of the photoelectrons; place of the centre beside the direction, m; elements of
        the matrix logarithm of the extent (a covariance, m2), which any three numbers are; skewness along the axis;
        logs of one plus the number of pixels with at least 5 photoelectrons, and with any.

    Notes
    -----
    Pixels weigh q^2 / (q + 4 p.e.): about their charge, but single photoelectrons far from the image little.
    """
    charge = images.astype(np.float64)
    weight = charge**2 / (charge + _SOFT)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    away = np.einsum("npj,nij->nip", xy[None] - frame.source[:, None], frame.matrix)
    centre = np.einsum("nip,np->ni", away, weight)
    away -= centre[..., None]
    spread = np.einsum("nip,njp,np->nij", away, away, weight) + np.eye(2) * (_FLOOR * pitch) ** 2
    third = np.einsum("np,np->n", away[:, 0] ** 3, weight)
    values, vectors = np.linalg.eigh(spread)
    logarithm = np.einsum("nik,nk,njk->nij", vectors, np.log(values), vectors)
    return np.column_stack(
        [
            np.log10(np.maximum(charge.sum(axis=1), 1)),
            centre,
            logarithm[:, 0, 0],
            logarithm[:, 1, 1],
            logarithm[:, 0, 1],
            third / spread[:, 0, 0] ** 1.5,
            np.log1p((images >= _BRIGHT).sum(axis=1)),
            np.log1p((images > 0).sum(axis=1)),
        ]
    )


def size(moments: np.ndarray) -> np.ndarray:
    """Give the photoelectrons of images, shape (n,), at least one."""
    return np.maximum(np.rint(10 ** moments[:, 0]), 1)


def lit(moments: np.ndarray) -> np.ndarray:
    """Give the number of pixels with any photoelectron, shape (n,), at least one."""
    return np.maximum(np.rint(np.expm1(moments[:, 8])), 1)


def counted(moments: np.ndarray) -> np.ndarray:
    """Make drawn photoelectrons and pixels whole numbers, as they are in images; also of sizes alone, shape (n, 1)."""
    made = moments.copy()
    made[:, 0] = np.log10(size(moments))
    if moments.shape[1] > 1:
        bright = np.maximum(np.rint(np.expm1(moments[:, 7])), 0)
        made[:, 7], made[:, 8] = np.log1p(bright), np.log1p(np.maximum(lit(moments), bright))
    return made


def ellipse(moments: np.ndarray, frame: Frame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what moments say of an image in the camera, the inverse of `measure` for centre and extent.

    Returns
    -------
    centre : ndarray, shape (n, 2)
        In m.
    axes : ndarray, shape (n, 2, 2)
        Unit vectors of the longest and the shortest extent as rows; the first points away from the direction.
    extent : ndarray, shape (n, 2)
        Standard deviations along them, m.
    """
    along, across, mixed = moments[:, 3:6].T
    logarithm = np.stack([along, mixed, mixed, across], axis=1).reshape(-1, 2, 2)
    values, vectors = np.linalg.eigh(logarithm)
    own = np.swapaxes(vectors[:, :, ::-1], 1, 2)
    own = own * np.where(own[:, :1, :1] < 0, -1, 1)
    own[:, 1] = np.stack([-own[:, 0, 1], own[:, 0, 0]], axis=1)
    centre = frame.source + np.einsum("ni,nij->nj", moments[:, 1:3], frame.matrix)
    return centre, own @ frame.matrix, np.exp(values[:, ::-1] / 2)
