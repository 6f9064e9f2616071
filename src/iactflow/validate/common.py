"""What all comparisons with one reference have in common: scales, bins, and what was learnt from the simulation."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from iactflow.validate import quantities
from iactflow.validate.learnt import Learnt
from iactflow.validate.samples import Sample, Samples

#: Where images that fail the cuts are put, in standard deviations from the simulated mean: they count as far off.
FAILED_AT = -3.0
#: Edges of the pixel spectrum: log10 of the charge in p.e.
SPECTRUM_EDGES = np.linspace(0.4, 4.4, 33)


@dataclass(frozen=True)
class Common:
    """Scales and bins of a comparison, with what was learnt from the simulation.

    Attributes
    ----------
    samples : Samples
        What is compared.
    learnt : Learnt
        Regressors, components and training images.
    """

    samples: Samples
    learnt: Learnt

    @cached_property
    def scale(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each quantity over the reference images that pass the cuts."""
        values = self.samples.reference.quantities
        spread = np.nanstd(values, axis=0)
        return np.nanmean(values, axis=0), np.where(spread > 0, spread, 1.0)

    def standardised(self, sample: Sample) -> np.ndarray:
        """Give the quantities of images in standard deviations of the reference; failed ones stand at `FAILED_AT`."""
        mean, spread = self.scale
        return np.nan_to_num((sample.quantities - mean) / spread, nan=FAILED_AT)

    @cached_property
    def too_near(self) -> float:
        """Distance that one of a hundred reference images is nearer than."""
        return float(np.quantile(self.learnt.nearest(self.samples.reference), 0.01))

    def bins(self, number: int) -> np.ndarray:
        """Give the bins of a quantity, from the reference."""
        return quantities.edges(self.samples.reference.quantities[:, number])


def spectrum(sample: Sample) -> np.ndarray:
    """Count the pixels that cleaning kept by charge, for each image, shape (n, bins)."""
    images, pixels = np.nonzero(sample.cleaned > 0)
    place = np.digitize(np.log10(sample.cleaned[images, pixels]), SPECTRUM_EDGES) - 1
    n_bins = len(SPECTRUM_EDGES) - 1
    place = np.clip(place, 0, n_bins - 1)
    counts = np.bincount(images * n_bins + place, minlength=len(sample.rows) * n_bins)
    return counts.reshape(len(sample.rows), n_bins)
