"""What is learnt from the simulation once and used for every comparison with it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from iactflow.data import schema
from iactflow.fitting.nearest import relative_distance
from iactflow.fitting.tell_apart import SETTINGS, PixelFeatures
from iactflow.validate import quantities
from iactflow.validate.samples import IMPACT, Sample, Samples

#: Where images that fail the cuts are put, in standard deviations from the simulated mean: they count as far off.
FAILED_AT = -3.0
#: Images that fix the principal components of the pixels.
_FOR_COMPONENTS = 4000
#: Edges of the pixel spectrum: log10 of the charge in p.e.
SPECTRUM_EDGES = np.linspace(0.4, 4.4, 33)


@dataclass(frozen=True)
class Common:
    """Scales, regressors, components and training images of a comparison.

    Attributes
    ----------
    samples : Samples
        What is compared.
    seed : int
        Of regressors and components.
    """

    samples: Samples
    seed: int

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
    def pixel_features(self) -> PixelFeatures:
        """What the classifier on pixels sees, with components of simulated training images."""
        return PixelFeatures(self.samples.training.cleaned[:_FOR_COMPONENTS], self.seed)

    @cached_property
    def regressors(self) -> tuple[object, object]:
        """Estimators of log10(E/TeV) and of the impact distance in m from the quantities of simulated images."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        training = self.samples.training
        targets = (np.log10(training.column(schema.TRUE_ENERGY)), training.column(IMPACT))
        energy, impact = (
            HistGradientBoostingRegressor(**SETTINGS, random_state=self.seed).fit(training.quantities, target)
            for target in targets
        )
        return energy, impact

    def regressed(self, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
        """Estimate log10(E/TeV) and the impact distance (m) of images, failed ones included."""
        energy, impact = (one.predict(sample.quantities) for one in self.regressors)  # type: ignore[attr-defined]
        return energy, impact

    @cached_property
    def _true_pixels(self) -> bool:
        return all(sample.store.has_true_images for sample in self.samples)

    @cached_property
    def _training_pixels(self) -> np.ndarray:
        return self.samples.training.signal(true=self._true_pixels)

    def nearest(self, sample: Sample) -> np.ndarray:
        """Give the distance of images to the nearest training image, in parts of their own norm."""
        return relative_distance(sample.signal(true=self._true_pixels), self._training_pixels)

    @cached_property
    def too_near(self) -> float:
        """Distance that one of a hundred reference images is nearer than."""
        return float(np.quantile(self.nearest(self.samples.reference), 0.01))

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
