"""Charges of drawn pixels brought to the distribution of simulated ones: what few steps blur is sharpened again."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iactflow.data.select import spread_evenly
from iactflow.generation import moments as moment
from iactflow.generation.representation import rank
from iactflow.progress import Progress

if TYPE_CHECKING:
    from iactflow.generation.examples import Examples
    from iactflow.generation.sampler import Sampler

#: Training images that are drawn for the fit, at most.
_MOST = 4096
#: Bins of brightness; fewer where there are few images, so that each has at least `_LEAST`.
_BINS, _LEAST = 8, 32
#: Quantiles: evenly spread, and closer and closer towards the brightest pixels.
_LEVELS = np.unique(np.concatenate([np.linspace(0, 1, 97), 1 - np.geomspace(1e-5, 0.5, 48)]))


@dataclass(frozen=True)
class Contrast:
    """Maps from drawn to simulated charges of lit pixels, in bins of the brightness of the image.

    Attributes
    ----------
    brightness : ndarray, shape (n_bins,)
        Mean of each bin: log of the photoelectrons per lit pixel.
    drawn, simulated : ndarray, shape (n_bins, n_levels), p.e.
        Quantiles of the charges of lit pixels.

    Notes
    -----
    Quantile mapping: a charge becomes the simulated one of the same quantile. The order of an image's pixels stays, so
    do its photoelectrons and the number of its lit pixels.
    """

    brightness: np.ndarray
    drawn: np.ndarray
    simulated: np.ndarray

    @classmethod
    def fit(cls, charges: np.ndarray, images: np.ndarray) -> "Contrast":
        """Compare drawn charges with the simulated images of the same showers.

        Parameters
        ----------
        charges : ndarray of float, shape (n, n_pixels)
            Drawn, with the photoelectrons and lit pixels of the simulated images in mind.
        images : ndarray of int, shape (n, n_pixels)
            Simulated photoelectrons.
        """
        size, lit = images.sum(axis=1), (images > 0).sum(axis=1)
        wanted, _ = rank(charges, size, lit)
        simulated = -np.sort(-images, axis=1)
        inside = np.arange(images.shape[1]) < lit[:, None]
        brightness = np.log(size / lit)
        order = np.argsort(brightness, kind="stable")
        bins = np.array_split(order, max(1, min(_BINS, len(order) // _LEAST)))
        quantiles = [
            [np.quantile(values[some][inside[some]], _LEVELS) for some in bins] for values in (wanted, simulated)
        ]
        return cls(np.array([brightness[some].mean() for some in bins]), *map(np.array, quantiles))

    def __call__(self, charges: np.ndarray, size: np.ndarray, lit: np.ndarray) -> np.ndarray:
        """Correct ranked charges of lit pixels.

        Parameters
        ----------
        charges : ndarray of float, shape (n, n_pixels), p.e.
            Of each image from the brightest pixel on.
        size, lit : ndarray, shape (n,)
            Photoelectrons and lit pixels of each image.

        Returns
        -------
        ndarray of float, shape (n, n_pixels), p.e.
            Where pixels are lit; 0 elsewhere.
        """
        last = len(self.brightness) - 1
        place = np.interp(np.log(size / lit), self.brightness, np.arange(last + 1))
        inside = np.arange(charges.shape[1]) < lit[:, None]
        corrected = np.zeros(charges.shape)
        for number in range(last + 1):
            weight = np.maximum(1 - np.abs(place - number), 0)
            rows = np.flatnonzero(weight)
            where = inside[rows]
            mapped = np.zeros(where.shape)
            mapped[where] = self._mapped(charges[rows][where], number)
            corrected[rows] += weight[rows, None] * mapped
        return corrected

    def _mapped(self, charges: np.ndarray, number: int) -> np.ndarray:
        """Map charges in one bin; those brighter than any that was drawn for the fit stretch as the brightest does."""
        drawn, simulated = self.drawn[number], self.simulated[number]
        beyond = np.maximum(charges / drawn[-1], 1)
        return np.interp(charges, drawn, simulated) * beyond

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file."""
        np.savez(path, allow_pickle=False, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Contrast":
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(**{name: file[name] for name in file.files})


def fit_contrast(sampler: "Sampler", examples: "Examples", seed: int) -> Contrast:
    """Draw training showers anew, each with the moments of its simulated image, and compare.

    Parameters
    ----------
    sampler : Sampler
        A generator that knows moments.
    examples : Examples
        What it was fitted to.
    seed : int
        Of the noise.
    """
    some = spread_evenly(np.arange(len(examples.rows)), _MOST)
    images = examples.store.true_images(examples.rows[some])
    moments = moment.counted(examples.moments[some])
    with Progress("fit the contrast", "images", len(some)) as progress:
        charges = sampler.charges(examples.conditions[some], moments, seed, progress.advance)
    return Contrast.fit(charges, images)
