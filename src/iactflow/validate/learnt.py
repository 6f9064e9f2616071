"""What is learnt from the simulated training showers once and used for every comparison with the simulation."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from iactflow.data import schema
from iactflow.fitting.nearest import relative_distance
from iactflow.fitting.tell_apart import SETTINGS, PixelFeatures
from iactflow.validate.samples import IMPACT, Sample

#: Images that fix the principal components of the pixels.
_FOR_COMPONENTS = 4000


@dataclass(frozen=True)
class Learnt:
    """Regressors, components of the pixels and training images to be near to.

    Attributes
    ----------
    training : Sample
        Simulated showers of the train part.
    seed : int
        Of regressors and components.
    true_pixels : bool
        Whether nearest neighbours are told by photoelectrons of the showers; by cleaned charges otherwise.
    """

    training: Sample
    seed: int
    true_pixels: bool
    _distances: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @cached_property
    def pixel_features(self) -> PixelFeatures:
        """What the classifier on pixels sees, with components of simulated training images."""
        return PixelFeatures(self.training.cleaned[:_FOR_COMPONENTS], self.seed)

    @cached_property
    def _regressors(self) -> tuple[object, object]:
        from sklearn.ensemble import HistGradientBoostingRegressor

        targets = (np.log10(self.training.column(schema.TRUE_ENERGY)), self.training.column(IMPACT))
        energy, impact = (
            HistGradientBoostingRegressor(**SETTINGS, random_state=self.seed).fit(self.training.quantities, target)
            for target in targets
        )
        return energy, impact

    def regressed(self, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
        """Estimate log10(E/TeV) and the impact distance (m) of images from their quantities, failed ones included."""
        energy, impact = (one.predict(sample.quantities) for one in self._regressors)  # type: ignore[attr-defined]
        return energy, impact

    @cached_property
    def _training_pixels(self) -> np.ndarray:
        return self.training.signal(true=self.true_pixels)

    def nearest(self, sample: Sample) -> np.ndarray:
        """Give the distance of images to the nearest training image, in parts of their own norm; each is found once."""
        known = self._distances.setdefault(sample.store.hash, np.full(len(sample.store), np.nan))
        missing = sample.only(np.isnan(known[sample.rows]))
        if len(missing.rows):
            known[missing.rows] = relative_distance(missing.signal(true=self.true_pixels), self._training_pixels)
        return known[sample.rows]
