"""Classifier that learns to tell generated from simulated images: if it fails, they are alike."""

import numpy as np

#: Settings of the gradient-boosted trees; small ones, since the samples are.
SETTINGS = {
    "max_iter": 120,
    "learning_rate": 0.08,
    "max_leaf_nodes": 16,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
}
#: Principal components and brightest pixels that stand for an image's pixels.
COMPONENTS, BRIGHTEST = 48, 24
#: Charge up to which pixels count linearly, p.e.
_SOFT = 3.0


def scores_out_of_fold(
    generated: np.ndarray, simulated: np.ndarray, showers: tuple[np.ndarray, np.ndarray], folds: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give every image the score of a classifier that has not seen its shower.

    Parameters
    ----------
    generated, simulated : ndarray of float, shape (n, k), (m, k)
        What the classifier sees; NaN where an image has no such value, which it may learn from.
    showers : tuple of ndarray of int, shape (n,) and (m,)
        Number of the shower of each generated and each simulated image.
    folds : int
        Parts that the showers are divided into; each part is scored by a classifier of the others.
    seed : int
        Of the division and of the trees.

    Returns
    -------
    generated, simulated : ndarray of float, shape (n,), (m,)
        Larger scores for images that look generated.

    Notes
    -----
    The classifier two-sample test, Lopez-Paz and Oquab (2017), arXiv:1610.06545.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(seed)
    parts = [_folds(numbers, folds, rng) for numbers in showers]
    scores = [np.empty(len(generated)), np.empty(len(simulated))]
    for fold in range(folds):
        train = [values[part != fold] for values, part in zip((generated, simulated), parts, strict=True)]
        labels = np.repeat([1, 0], [len(values) for values in train])
        learner = HistGradientBoostingClassifier(**SETTINGS, random_state=seed)
        learner.fit(np.concatenate(train), labels)
        for values, part, out in zip((generated, simulated), parts, scores, strict=True):
            if (part == fold).any():
                out[part == fold] = learner.decision_function(values[part == fold])
    return scores[0], scores[1]


class PixelFeatures:
    """What a classifier sees of the pixels: principal components of asinh(charge / 3 p.e.), and the brightest pixels.

    Parameters
    ----------
    images : ndarray of float, shape (n, n_pixels)
        Cleaned simulated images that are in neither sample, p.e.; they fix the components.
    seed : int
        Of the decomposition.
    """

    def __init__(self, images: np.ndarray, seed: int) -> None:
        from sklearn.decomposition import PCA

        least = min(COMPONENTS, *images.shape)
        self._components = PCA(least, svd_solver="randomized", random_state=seed).fit(_soft(images))

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Give the features of images, shape (n, COMPONENTS + BRIGHTEST)."""
        values = _soft(images)
        brightest = np.sort(np.partition(values, -BRIGHTEST, axis=1)[:, -BRIGHTEST:], axis=1)
        return np.hstack([self._components.transform(values), brightest])


def _soft(images: np.ndarray) -> np.ndarray:
    return np.arcsinh(np.asarray(images, np.float32) / np.float32(_SOFT))


def _folds(showers: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Divide showers into parts of equal size; give the part of each image."""
    numbers, place = np.unique(showers, return_inverse=True)
    return rng.permutation(np.arange(len(numbers)) % folds)[place.reshape(-1)]
