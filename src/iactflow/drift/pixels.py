"""What pixels outside of the shower show: pedestal, noise, silence, of images and of each pixel."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from iactflow.data import schema
from iactflow.data.store import Store

#: Images that are looked at together.
_BLOCK = 1024
#: Charges further from the pedestal than this, in the image's noise, count as this far: light of the shower that
#: cleaning left would outweigh the noise.
_CLIP = 5.0
#: A standard deviation below and above the median of a normal distribution, as quantiles.
_ONE_SIGMA = (0.15866, 0.84134)


@dataclass
class PixelSums:
    """Sums over the images of one telescope for each of its pixels, where it is outside of the cleaned shower.

    Attributes
    ----------
    n_images : int
        Images of the telescope.
    n, square, fourth : ndarray of float, shape (n_pixels,)
        Images that the pixel is outside in, and sums of the second and fourth power of its charge above the image's
        pedestal, in units of the image's noise.
    """

    n_images: int
    n: np.ndarray
    square: np.ndarray
    fourth: np.ndarray

    @classmethod
    def empty(cls, n_pixels: int) -> Self:
        """Give the sums of no image."""
        return cls(0, *(np.zeros(n_pixels) for _ in range(3)))

    def add(self, other: "PixelSums") -> None:
        """Add the images of `other` to these."""
        self.n_images += other.n_images
        self.n += other.n
        self.square += other.square
        self.fourth += other.fourth


@dataclass
class PixelSummary:
    """What the pixels of some images show.

    Attributes
    ----------
    values : dict of ndarray
        Of each image, shape (n,): ``pedestal`` and ``noise`` in p.e., shares ``silent`` and ``loud`` of pixels, and
        ``empty``, 1 for images that cleaning left nothing of.
    telescopes : dict of PixelSums
        By telescope number.
    """

    values: dict[str, np.ndarray]
    telescopes: dict[int, PixelSums] = field(default_factory=dict)


def summarise(store: Store, rows: np.ndarray) -> PixelSummary:
    """Look at the pixels of images, a block at a time.

    Parameters
    ----------
    store : Store
        Where they are.
    rows : ndarray of int, shape (n,)
        Row numbers.

    Returns
    -------
    PixelSummary

    Notes
    -----
    The pedestal is the median charge of the pixels that cleaning left out, the noise half of their central 68.27 %,
    which shower light in some of them hardly moves. Silent pixels have a charge of exactly 0; loud ones lie 5 times the
    noise above the pedestal though cleaning left them out.
    """
    summary = PixelSummary({name: np.empty(len(rows)) for name in ("pedestal", "noise", "silent", "loud", "empty")})
    telescope = store.column(schema.TEL_ID)[rows]
    for start in range(0, len(rows), _BLOCK):
        here = slice(start, start + _BLOCK)
        charge, mask = store.pixels(schema.IMAGE, rows[here]), store.masks(rows[here])
        for name, values in _of_images(charge, mask).items():
            summary.values[name][here] = values
        pedestal, noise = summary.values["pedestal"][here], summary.values["noise"][here]
        scaled = np.divide(
            charge - pedestal[:, None], noise[:, None], out=np.zeros_like(charge), where=noise[:, None] > 0
        )
        _add(summary.telescopes, telescope[here], np.clip(scaled, -_CLIP, _CLIP), ~mask)
    return summary


def _of_images(charge: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
    outside = ~mask
    n_outside = outside.sum(axis=1)
    ordered = np.sort(np.where(outside, charge, np.inf), axis=1)
    low, pedestal, high = (
        ordered[np.arange(len(charge)), np.floor(q * np.maximum(n_outside - 1, 0)).astype(int)]
        for q in (_ONE_SIGMA[0], 0.5, _ONE_SIGMA[1])
    )
    with np.errstate(invalid="ignore"):  # infinite where cleaning kept every pixel
        noise = (high - low) / 2
        loud = (outside & (charge > (pedestal + _CLIP * noise)[:, None])).sum(axis=1)
    values = {"pedestal": pedestal, "noise": noise, "silent": (charge == 0).mean(axis=1)}
    values |= {"loud": loud / np.maximum(n_outside, 1), "empty": ~mask.any(axis=1)}
    seen = n_outside > 0  # where cleaning kept every pixel nothing is known of the others
    return {name: np.where(seen | (name in ("silent", "empty")), value, np.nan) for name, value in values.items()}


def _add(telescopes: dict[int, PixelSums], telescope: np.ndarray, scaled: np.ndarray, outside: np.ndarray) -> None:
    """Add the pixels of some images, scaled to the images' noise, to the sums of their telescopes."""
    for number in np.unique(telescope):
        own = telescope == number
        square = np.where(outside[own], scaled[own], 0).astype(float) ** 2
        sums = PixelSums(int(own.sum()), outside[own].sum(axis=0), square.sum(axis=0), (square**2).sum(axis=0))
        telescopes.setdefault(int(number), PixelSums.empty(scaled.shape[1])).add(sums)
