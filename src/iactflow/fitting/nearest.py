"""Nearest neighbours among training images: whether a generator gives back what it was trained on."""

import numpy as np

#: Images whose distances to all training images are computed at once.
_BATCH = 512


def nearest_distance(images: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Give the distance of each image to the nearest training image.

    Parameters
    ----------
    images, training : ndarray of float32, shape (n, n_pixels), (m, n_pixels)
        Pixels, in a measure in which differences count the same everywhere.

    Returns
    -------
    ndarray of float, shape (n,)
        Root of the summed squared differences.
    """
    squares = (training**2).sum(axis=1)
    nearest = np.empty(len(images))
    for first in range(0, len(images), _BATCH):
        some = images[first : first + _BATCH]
        smallest = (squares - 2 * (some @ training.T)).min(axis=1)
        nearest[first : first + _BATCH] = np.sqrt(np.clip(smallest + (some**2).sum(axis=1), 0, None))
    return nearest


def relative_distance(images: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Give the distance to the nearest training image in parts of the image's own norm.

    Parameters
    ----------
    images, training : ndarray of float32, shape (n, n_pixels), (m, n_pixels)
        As in `nearest_distance`.

    Returns
    -------
    ndarray of float, shape (n,)
        0 for a training image itself, about 1 for an image that shares no pixel with any. Faint images are near to
        each other in absolute terms; in these terms they are not. An empty image has 1.
    """
    norm = np.sqrt((images.astype(float) ** 2).sum(axis=1))
    distance = nearest_distance(images, training)
    return np.divide(distance, norm, out=np.ones(len(images)), where=norm > 0)
