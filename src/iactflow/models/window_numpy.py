"""The window of `iactflow.models.window` cut by NumPy: for networks that TensorFlow does not run."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from iactflow.data import schema
from iactflow.errors import InputError

if TYPE_CHECKING:
    from iactflow.models.window import Window

#: Charge (p.e.) where the asinh turns from linear to logarithmic.
CHARGE_SCALE = 2.0
#: Charge (p.e.) that is one where charges are not compressed.
LINEAR_SCALE = 20.0
#: Times (ns) are divided by this and cut at `TIME_LIMIT`; pixels up to `NO_LIGHT` p.e. have none, twice that full.
TIME_SCALE, TIME_LIMIT, NO_LIGHT = 3.0, 4.0, 3.0
#: Least sum of the second moments (deg^2) that an elongation is relative to.
LEAST_SPREAD = 1e-4
#: Halvings of the range of times in the search for their median: 100 ns to 0.02 ns.
HALVINGS = 12
#: Typical log10(charge / p.e.) and centroid (deg), which make scalars of order one.
LOG_CHARGE, CENTROID = 2.3, 2.0

#: Tables of the layer and its settings, in the file.
_TABLES = ("places", "offsets", "pixel_at", "positions", "turns")
_SETTINGS = ("side", "channels", "centred", "symmetry", "aim", "transform")


class _Light(NamedTuple):
    """The lit pixels of a batch, image behind image, and what they add up to.

    Attributes
    ----------
    image, pixel : ndarray of int, shape (n_lit,)
        Whose they are.
    charge : ndarray of float, shape (n_lit,)
        p.e.
    starts : ndarray of int, shape (n,)
        Place of each image's first one.
    total : ndarray of float, shape (n,)
        p.e.
    centroid : ndarray of float, shape (n, 2)
        deg.
    spread : ndarray of float, shape (n, 3)
        Second moments xx, xy, yy about the centroid, deg^2.
    """

    image: np.ndarray
    pixel: np.ndarray
    charge: np.ndarray
    starts: np.ndarray
    total: np.ndarray
    centroid: np.ndarray
    spread: np.ndarray


class NumpyWindow:
    """Gives what a `Window` gives when it is not training, for pixels of shape (n, n_pixels).

    Sums run over lit pixels alone, and charges and times are prepared in the window's cells alone: an image takes a
    tenth of the time that it takes in LiteRT.

    Parameters
    ----------
    tables : mapping of ndarray
        The layer's tables, by name.
    settings : mapping
        The layer's arguments of the same names.
    """

    def __init__(self, tables: Mapping[str, np.ndarray], settings: Mapping[str, Any]) -> None:
        self._tables, self._settings = dict(tables), dict(settings)
        self._side, self._channels = int(settings["side"]), [str(name) for name in settings["channels"]]
        self._centred, self._transform = bool(settings["centred"]), str(settings["transform"])
        self._symmetry, self._aim = int(settings["symmetry"]), np.asarray(settings["aim"], np.float32)
        self._places, self._offsets, self._pixel_at, self._positions, self._turns = (
            self._tables[name] for name in _TABLES
        )
        x, y = self._positions.astype(np.float64).T
        self._moments = np.stack([x, y, x * x, x * y, y * y])
        self._offsets, self._pixel_at = self._offsets.astype(np.intp), self._pixel_at.astype(np.intp)
        self._squares = (self._positions**2).sum(axis=1)
        self._back = np.linalg.inv(self._turns.astype(np.float64)).astype(np.float32)

    @classmethod
    def of(cls, layer: "Window") -> Self:
        """Make it of the layer."""
        tables = {name: np.asarray(getattr(layer, name)) for name in _TABLES}
        settings = {name: getattr(layer, name) for name in _SETTINGS}
        return cls(tables, settings | {"aim": settings["aim"] or []})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read it.

        Raises
        ------
        InputError
            If the file cannot be read.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls({name: file[name] for name in _TABLES}, {name: file[name] for name in _SETTINGS})
        except (ValueError, OSError, KeyError, EOFError) as error:
            raise InputError(f"{path} is no window that can be read: {error}. Shrink the model again.") from error

    def save(self, path: Path) -> None:
        """Write it as .npz."""
        content: dict[str, Any] = {**self._tables, **self._settings}
        np.savez_compressed(path, **content)

    def __call__(self, pixels: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Cut the windows of a batch; outputs are those of `Window`."""
        image = np.asarray(pixels[schema.IMAGE], np.float32)
        light = self._light(image, pixels[schema.IMAGE_MASK])
        symmetry = self._aligning(light) if self._aim.size else np.full(len(image), self._symmetry)
        middle = light.centroid if self._centred else np.broadcast_to(self._positions.mean(axis=0), (len(image), 2))
        centre = (self._squares - 2 * middle.astype(np.float32) @ self._positions.T).argmin(axis=1)
        cells = self._pixel_at[self._places[centre][:, None] + self._offsets[symmetry]]
        turn = self._turns[symmetry]
        turned = np.einsum("ni,nij->nj", light.centroid, turn)
        scalars = np.column_stack([np.log10(light.total) - LOG_CHARGE, turned / CENTROID])
        seen = {
            "window": self._window(image, pixels[schema.PEAK_TIME], light, cells),
            "scalars": scalars,
            "origin": self._positions[centre],
            "frame": self._back[symmetry],
            "charge": light.total,
            "centroid": turned,
            "axis": _elongation(_turned(light.spread, turn)),
        }
        return {name: np.asarray(values, np.float32) for name, values in seen.items()}

    def _light(self, image: np.ndarray, mask: np.ndarray) -> _Light:
        """Find the cleaned pixels with charge, or the brightest pixel with one p.e. where there is none."""
        lit = (image > 0) & mask.astype(bool)
        dark = ~lit.any(axis=1)
        lit[dark, image[dark].argmax(axis=1)] = True
        rows, columns = np.divmod(np.flatnonzero(lit), lit.shape[1])  # a tenth of the time of np.nonzero
        charge = np.where(dark[rows], 1.0, image[rows, columns])
        starts = np.searchsorted(rows, np.arange(len(image)))
        total = np.add.reduceat(charge, starts)
        x, y, xx, xy, yy = np.add.reduceat(charge * self._moments[:, columns], starts, axis=1) / total
        spread = np.stack([xx - x * x, xy - x * y, yy - y * y], axis=1)
        return _Light(rows, columns, charge, starts, total, np.stack([x, y], axis=1), spread)

    def _aligning(self, light: _Light) -> np.ndarray:
        """Choose symmetries as the layer does."""
        double = _elongation(light.spread)
        angle = np.arctan2(double[:, 1], double[:, 0]) / 2
        axis = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        beside = self._positions[light.pixel] - light.centroid[light.image]
        along = (beside * axis[light.image]).sum(axis=1)
        skew = np.add.reduceat(light.charge * along**3, light.starts)
        axis[skew < 0] *= -1
        return np.einsum("ni,gij,j->ng", axis, self._turns, self._aim).argmax(axis=1)

    def _window(self, image: np.ndarray, time: np.ndarray, light: _Light, cells: np.ndarray) -> np.ndarray:
        """Gather the channels; cells without a pixel are zero."""
        n, n_pixels = image.shape
        padded = np.zeros((n, n_pixels + 1), np.float32)
        places = cells + (np.arange(n) * (n_pixels + 1))[:, None]

        def gathered(values: np.ndarray) -> np.ndarray:
            padded[:, :n_pixels] = values
            return padded.reshape(-1).take(places, mode="clip")

        charges = gathered(image)
        window = np.empty((*cells.shape, len(self._channels)), np.float32)
        for number, name in enumerate(self._channels):
            if name == "charge":
                window[..., number] = _compressed(charges, self._transform)
            elif name == "time":
                window[..., number] = _times(gathered(time), charges, _median(time, light))
            else:
                window[..., number] = cells < n_pixels
        return window.reshape(n, self._side, self._side, -1)


def _compressed(charges: np.ndarray, transform: str) -> np.ndarray:
    if transform == "asinh":
        return np.arcsinh(charges / np.float32(CHARGE_SCALE))
    if transform == "sqrt":
        return np.copysign(np.sqrt(np.abs(charges) / np.float32(CHARGE_SCALE)), charges)
    return charges / np.float32(LINEAR_SCALE)


def _median(time: np.ndarray, light: _Light) -> np.ndarray:
    """Give the charge-weighted median of the times (ns) of the lit pixels, by the layer's halvings; shape (n,)."""
    times = time[light.image, light.pixel].astype(np.float64)
    low, high = np.minimum.reduceat(times, light.starts), np.maximum.reduceat(times, light.starts)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = np.add.reduceat(np.where(times < middle[light.image], light.charge, 0.0), light.starts)
        early = below < light.total / 2
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    return np.asarray((low + high) / 2)


def _times(times: np.ndarray, charges: np.ndarray, median: np.ndarray) -> np.ndarray:
    light = np.clip(charges / np.float32(NO_LIGHT) - 1, 0.0, 1.0)
    scaled = (times - median.astype(np.float32)[:, None]) / np.float32(TIME_SCALE)
    return np.asarray(np.clip(scaled, -TIME_LIMIT, TIME_LIMIT) * light)


def _elongation(spread: np.ndarray) -> np.ndarray:
    """Turn second moments into a vector at twice the angle of the major axis, from 0 (round) to 1 (a line)."""
    xx, xy, yy = spread.T
    return np.stack([xx - yy, 2 * xy], axis=1) / np.maximum(xx + yy, LEAST_SPREAD)[:, None]


def _turned(spread: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Turn second moments as vectors are turned."""
    whole = spread[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
    found = np.einsum("nij,nik,nkl->njl", turn, whole, turn)
    return found.reshape(-1, 4)[:, [0, 1, 3]]
