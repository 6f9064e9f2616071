"""When the photoelectrons of generated images arrive: a small model of pixel times, fitted to simulated images.

Networks here generate how many photoelectrons each pixel gets, not when. Where light comes from along the shower's
image is, together with the impact distance, what its arrival time depends on most; the rest is drawn.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.data.select import spread_evenly
from iactflow.errors import InputError
from iactflow.generation import ripples
from iactflow.generation.conditions import Conditions, impact_vectors, source_places

if TYPE_CHECKING:
    from iactflow.data.store import Store

#: Bins of the impact distance and of the place along the image, images that are fitted.
_IMPACT_BINS, _ALONG_BINS, _MOST = 6, 24, 6000
#: Least charge of the pixels that are fitted, p.e.: of fainter ones the night sky decides the time.
_LEAST_PE = 40.0
#: Charge from which on pixels count the same, p.e.: a few huge images would decide for all others.
_MOST_PE = 200.0
#: Standard deviation of the arrival times within a pixel, ns: assumed, as a store holds one time per pixel. Where the
#: simulator's images are faint, half the central 68 % of a pixel is 0.1 ns wide, in images of 5000 p.e. it is 0.9 ns.
WITHIN_PIXEL = 0.2


@dataclass(frozen=True)
class TimeModel:
    """Pixel times relative to the image's mean, in bins of impact distance and of the place along the image.

    Attributes
    ----------
    impact_edges : ndarray, shape (n_impact + 1,), m
    along_edges : ndarray, shape (n_along + 1,), m
        Distance in the camera from the shower's direction towards the impact point.
    mean : ndarray, shape (n_impact, n_along), ns
        Mean time.
    ripples : ndarray, shape (n_impact, 1 + n_lengths), ns2
        How strongly pixels deviate from it, see `iactflow.generation.ripples`.
    """

    impact_edges: np.ndarray
    along_edges: np.ndarray
    mean: np.ndarray
    ripples: np.ndarray

    @classmethod
    def fit(cls, store: "Store", rows: np.ndarray) -> "TimeModel":
        """Fit to the cleaned pixels of simulated images.

        Parameters
        ----------
        store : Store
            With truth and arrival times.
        rows : ndarray of int, shape (n,)
            Images to learn from; of more than a few thousand as many are used, evenly spread.

        Raises
        ------
        InputError
            If no pixel is bright enough to have a time of its own.
        """
        rows = spread_evenly(rows, _MOST)
        conditions = Conditions.of_store(store, rows)
        along, impact = along_axis(conditions, store.camera)
        charge = store.pixels(schema.IMAGE, rows)
        image, pixel = np.nonzero(store.masks(rows) & (charge > _LEAST_PE))
        if not len(pixel):
            raise InputError(
                f"Arrival times are fitted to pixels of more than {_LEAST_PE:g} p.e. that cleaning kept. Received: "
                f"{len(rows)} images of {', '.join(map(str, store.paths))} without one; the brightest pixel has "
                f"{charge.max():.3g} p.e. Train on brighter images, or look at the unit of the charges."
            )
        weight = np.minimum(charge[image, pixel], _MOST_PE).astype(float)
        place, time = along[image, pixel], store.pixels(schema.PEAK_TIME, rows)[image, pixel].astype(float)
        time -= _per_image(image, weight, time, len(rows))[image]
        impact_edges = np.quantile(impact, np.linspace(0, 1, _IMPACT_BINS + 1))
        along_edges = np.quantile(place, np.linspace(0, 1, _ALONG_BINS + 1))
        row, column = _bin(impact[image], impact_edges), _bin(place, along_edges)
        mean = _binned_mean(row, column, weight, time)
        residual, xy = time - mean[row, column], positions(store.camera)
        parts = [row == number for number in range(_IMPACT_BINS)]
        found = [ripples.fit(image[part], pixel[part], residual[part], xy) for part in parts]
        return cls(impact_edges, along_edges, mean, np.stack(found))

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file."""
        np.savez(path, allow_pickle=False, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "TimeModel":
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(**{name: file[name] for name in file.files})

    def arrivals(
        self, image: np.ndarray, along: np.ndarray, impact: float, xy: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw when the photoelectrons of an image arrive.

        Parameters
        ----------
        image : ndarray of int, shape (n_pixels,), p.e.
            Photoelectrons of each pixel.
        along : ndarray, shape (n_pixels,), m
            Place of the pixels along the image, from `along_axis`.
        impact : float, m
            Impact distance.
        xy : ndarray, shape (n_pixels, 2), m
            Positions of the pixels, from `positions`.
        rng : numpy.random.Generator
            Source of random numbers.

        Returns
        -------
        pixel : ndarray of int16, shape (n,)
            Pixel of each photoelectron.
        time : ndarray of float32, shape (n,), ns
            When it arrives, relative to the image's mean.
        """
        lit = np.flatnonzero(image)
        counts = image[lit]
        row = int(_bin(np.array([impact]), self.impact_edges)[0])
        column = _bin(along[lit], self.along_edges)
        of_pixel = self.mean[row, column] + ripples.draw(self.ripples[row], xy[lit], rng)
        time = np.repeat(of_pixel, counts) + WITHIN_PIXEL * rng.standard_normal(int(counts.sum()))
        return np.repeat(lit, counts).astype(np.int16), time.astype(np.float32)


def along_axis(conditions: Conditions, camera: Any) -> tuple[np.ndarray, np.ndarray]:
    """Give how far each pixel lies from each shower's direction towards its impact point, and the impact distances.

    Parameters
    ----------
    conditions : Conditions
        n showers seen by telescopes of one focal length.
    camera : iactflow.data.camera.Camera
        Pixels and telescopes.

    Returns
    -------
    along : ndarray, shape (n, n_pixels), m
        In the camera; the image of a shower lies at positive values.
    impact : ndarray, shape (n,), m
        Distance of the telescope from the axis, across the pointing.
    """
    from iactflow.generation.features import focal_length_of, telescope_positions

    vector = impact_vectors(conditions, telescope_positions(conditions, camera))
    impact = np.hypot(*vector.T)
    axis = vector / np.maximum(impact, 1e-6)[:, None]
    source = source_places(conditions, focal_length_of(conditions, camera))
    x, y = (camera.pixels[name].quantity.to_value("m") for name in ("pix_x", "pix_y"))
    along = axis[:, :1] * x + axis[:, 1:] * y - (axis * source).sum(axis=1)[:, None]
    return along, impact


def positions(camera: Any) -> np.ndarray:
    """Give the positions of a camera's pixels, shape (n_pixels, 2), m."""
    return np.stack([camera.pixels[name].quantity.to_value("m") for name in ("pix_x", "pix_y")], axis=1)


def _bin(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)


def _per_image(image: np.ndarray, weight: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    total = np.bincount(image, weight, minlength=n)
    return np.bincount(image, weight * values, minlength=n) / np.maximum(total, 1e-9)


def _binned_mean(row: np.ndarray, column: np.ndarray, weight: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Average in cells of impact and place; a cell without pixels takes the mean of all."""
    cell, n = row * _ALONG_BINS + column, _IMPACT_BINS * _ALONG_BINS
    total = np.bincount(cell, weight, minlength=n)
    mean = np.bincount(cell, weight * values, minlength=n) / np.maximum(total, 1e-9)
    everywhere = float(weight @ values / weight.sum())
    return np.where(total > 0, mean, everywhere).reshape(_IMPACT_BINS, _ALONG_BINS)
