"""The lattice that a camera's pixels lie on: integer coordinates and the symmetries of the lattice."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from iactflow.errors import ConfigError

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

#: Greatest distance of a pixel from its place in the lattice, in units of the pitch.
_TOLERANCE = 0.3
#: Steps of 60 and 90 degrees, and a reflection, acting on cells as row vectors.
_HEX_TURN, _SQUARE_TURN = np.array([[0, 1], [-1, 1]]), np.array([[0, 1], [-1, 0]])
_MIRROR = np.array([[0, 1], [1, 0]])


@dataclass(frozen=True)
class Lattice:
    """Integer coordinates of pixels.

    Attributes
    ----------
    xy : ndarray of float, shape (n_pixels, 2)
        Positions in the camera, in the unit that they were given in.
    cells : ndarray of int, shape (n_pixels, 2)
        Coordinates from 0. On a hexagonal lattice the axes are 60 degrees apart: the six neighbours of a cell are at
        plus and minus (1, 0), (0, 1) and (1, -1). On a square one they count rows and columns.
    hexagonal : bool
        Which of the two.
    """

    xy: np.ndarray
    cells: np.ndarray
    hexagonal: bool

    @classmethod
    def of(cls, geometry: "CameraGeometry") -> "Lattice":
        """Find the lattice of a camera, whichever way it is turned.

        Raises
        ------
        ConfigError
            If the pixels lie on no lattice.
        """
        xy = np.stack([geometry.pix_x.to_value("m"), geometry.pix_y.to_value("m")], axis=1)
        hexagonal = geometry.pix_type.value == "hexagon"
        cells = _hexagonal_cells(xy) if hexagonal else _square_cells(xy, geometry.pix_rotation.to_value("rad"))
        lattice = cls(xy, cells, hexagonal)
        if len(np.unique(cells, axis=0)) < len(cells):
            raise ConfigError(
                f"hexnet needs a camera whose pixels lie on one lattice; two pixels of {geometry.name} fall on one "
                "place of it. Use a network with model.mapping, such as ctlearn.SingleCNN."
            )
        return lattice

    @property
    def shape(self) -> tuple[int, int]:
        """Extent of the cells along both axes."""
        return int(self.cells[:, 0].max()) + 1, int(self.cells[:, 1].max()) + 1

    @cached_property
    def basis(self) -> np.ndarray:
        """Steps along both axes as rows, in units of the positions, fitted to all pixels; shape (2, 2)."""
        design = np.column_stack([self.cells, np.ones(len(self.cells))])
        return np.asarray(np.linalg.lstsq(design, self.xy, rcond=None)[0][:2])

    @cached_property
    def symmetries(self) -> np.ndarray:
        """Rotations, then rotations after a reflection, as integer matrices; a cell d goes to ``d @ matrix``.

        Twelve on a hexagonal lattice, eight on a square one; the first changes nothing.
        """
        turn, count = (_HEX_TURN, 6) if self.hexagonal else (_SQUARE_TURN, 4)
        turns = [np.linalg.matrix_power(turn, k) for k in range(count)]
        return np.array([*turns, *(matrix @ _MIRROR for matrix in turns)])

    @cached_property
    def turns(self) -> np.ndarray:
        """The symmetries as they act on positions: a vector v goes to ``v @ turn``; shape (g, 2, 2)."""
        return np.array([np.linalg.inv(self.basis) @ matrix @ self.basis for matrix in self.symmetries])


def _hexagonal_cells(xy: np.ndarray) -> np.ndarray:
    from scipy.spatial import cKDTree

    distances, near = cKDTree(xy).query(xy, k=7)
    pitch = np.median(distances[:, 1])
    centre = np.argmin(((xy - xy.mean(axis=0)) ** 2).sum(axis=1))
    steps = xy[near[centre, 1:]] - xy[centre]
    first = np.angle(np.mean(np.exp(6j * np.arctan2(steps[:, 1], steps[:, 0])))) / 6
    best: tuple[float, np.ndarray] | None = None
    for third in range(3):  # three pairs of axes: the one whose box is least empty
        angles = first + np.array([third, third + 1]) * np.pi / 3
        basis = pitch * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        exact = (xy - xy[centre]) @ np.linalg.inv(basis)
        cells = np.round(exact).astype(int)
        if np.abs(exact - cells).max() > _TOLERANCE:
            raise ConfigError(
                f"hexnet needs pixels on one hexagonal lattice. A pixel lies {np.abs(exact - cells).max():.2f} of the "
                "pitch beside it. Use a network with model.mapping, such as ctlearn.SingleCNN."
            )
        area = float(np.prod(np.ptp(cells, axis=0) + 1))
        if best is None or area < best[0]:
            best = area, cells - cells.min(axis=0)
    assert best is not None
    return best[1]


def _square_cells(xy: np.ndarray, rotation: float) -> np.ndarray:
    """Count rows and columns; gaps between modules are closed."""
    cos, sin = np.cos(rotation), np.sin(rotation)
    upright = xy @ np.array([[cos, -sin], [sin, cos]])
    return np.stack([_ranks(upright[:, 0]), _ranks(upright[:, 1])], axis=1)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Count groups of nearly equal values by size; the larger steps between sorted values lie between groups."""
    order = np.argsort(values)
    steps = np.diff(values[order])
    pitch = np.median(steps[steps > steps.max() / 4])
    ranks = np.empty(len(values), int)
    ranks[order] = np.concatenate([[0], np.cumsum(steps > pitch / 2)])
    return ranks
