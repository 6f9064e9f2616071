"""A hexagonal camera as a rectangular grid of cells of two by two pixels, on which ordinary convolutions are exact."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from iactflow.errors import ConfigError
from iactflow.models.lattice import Lattice

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

#: Pixels in a cell.
PER_CELL = 4
#: Direction that axes are turned to: the middle of the sector of 30 degrees that holds one of each twelve.
_SECTOR = np.radians(15)


@dataclass(frozen=True)
class Grid:
    """Places of a camera's pixels in a grid of cells, for every turn of the camera on its lattice.

    In rows of a hexagonal lattice every second row is shifted by half a pixel. Rows taken in pairs, and pixels of each
    row in pairs, give cells of four pixels whose relation to their eight neighbours is the same everywhere, so that
    kernels of 3x3 cells see all neighbours of a pixel and need no mask.

    Turns of the lattice by 60 degrees, and its reflections, put pixels onto places of the lattice. Networks see each
    image turned so that its axis lies in the same sector of 30 degrees: they have a twelfth to learn. A camera need not
    have these symmetries itself; its rim then lies on other places after a turn, and `masks` says on which.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of cells, both even; some places have no pixel.
    index : ndarray of int, shape (g, n_pixels)
        Place of each pixel in the flattened grid (row, column, pixel in the cell) after each turn.
    turns : ndarray of float, shape (g, 2, 2)
        A vector v goes to ``v @ turn``; the first changes nothing.
    centre : ndarray of float, shape (2,)
        Fixed point of the turns in m: the pixel nearest to the camera's middle.
    positions : ndarray of float, shape (rows, columns, 4, 2)
        Where each place lies in the turned camera, in m.
    """

    shape: tuple[int, int]
    index: np.ndarray
    turns: np.ndarray
    centre: np.ndarray
    positions: np.ndarray

    @classmethod
    def of(cls, geometry: "CameraGeometry", *, symmetries: bool = True) -> "Grid":
        """Lay out a camera; without `symmetries` it is never turned.

        Raises
        ------
        ConfigError
            If its pixels are not hexagonal.
        """
        lattice = Lattice.of(geometry)
        if not lattice.hexagonal:
            raise ConfigError(
                f"Generation needs a camera of hexagonal pixels, such as FlashCam. Received: {geometry.name}."
            )
        middle = int(np.argmin(((lattice.xy - lattice.xy.mean(axis=0)) ** 2).sum(axis=1)))
        count = len(lattice.turns) if symmetries else 1
        best: tuple[int, np.ndarray, tuple[int, int]] | None = None
        for axes in lattice.symmetries[:3]:  # three directions that rows may have: the one whose grid is least empty
            steps = np.stack([(lattice.cells - lattice.cells[middle]) @ s @ axes for s in lattice.symmetries[:count]])
            index, shape = _places(steps)
            if best is None or shape[0] * shape[1] < best[0]:
                best = shape[0] * shape[1], index, shape
        assert best is not None
        _, index, shape = best
        positions = _positions(index[0], shape, lattice.xy)
        return cls(shape, index, lattice.turns[:count], lattice.xy[middle], positions)

    @property
    def n_pixels(self) -> int:
        """Number of pixels."""
        return self.index.shape[1]

    @cached_property
    def sources(self) -> np.ndarray:
        """Pixel at each place after each turn, ``n_pixels`` where there is none; int32 of shape (g, places)."""
        found = np.full((len(self.index), self.shape[0] * self.shape[1] * PER_CELL), self.n_pixels, np.int32)
        np.put_along_axis(found, self.index, np.arange(self.n_pixels, dtype=np.int32)[None], axis=1)
        return found

    @cached_property
    def masks(self) -> np.ndarray:
        """One where there is a pixel after each turn, float32 of shape (g, rows, columns, 4)."""
        return (self.sources < self.n_pixels).astype(np.float32).reshape(-1, *self.shape, PER_CELL)

    @cached_property
    def pitch(self) -> float:
        """Distance of neighbouring pixels in m."""
        return float(np.hypot(*(self.positions[0, 0, 1] - self.positions[0, 0, 0])))

    def choose(self, axis: np.ndarray) -> np.ndarray:
        """Give for each axis (unit vectors, shape (n, 2)) the turn that brings it closest to the common direction."""
        target = np.array([np.cos(_SECTOR), np.sin(_SECTOR)])
        return np.asarray(np.argmax(axis @ (self.turns @ target).T, axis=1))

    def turn_vectors(self, vectors: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Turn vectors, shape (n, 2), each by its own turn."""
        return np.einsum("ni,nij->nj", vectors, self.turns[which])

    def turn_places(self, places: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Turn positions in the camera (m), shape (n, 2), each by its own turn."""
        return self.turn_vectors(places - self.centre, which) + self.centre

    def pack(self, images: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Turn images, shape (n, n_pixels), into the grid, shape (n, rows, columns, 4); other places are zero."""
        grid = np.zeros((len(images), self.sources.shape[1]), images.dtype)
        np.put_along_axis(grid, self.index[which], images, axis=1)
        return grid.reshape(-1, *self.shape, PER_CELL)

    def unpack(self, grid: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Turn grids back into images, shape (n, n_pixels); the inverse of `pack`."""
        return np.take_along_axis(np.asarray(grid).reshape(len(grid), -1), self.index[which], axis=1)


def _places(steps: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Find the places of axial steps from the middle, shape (g, n, 2), in the smallest grid that holds all turns."""
    row = steps[..., 1] - steps[..., 1].min()
    column = steps[..., 0] + row // 2
    column = column - column.min()
    height, width = (2 * -(-(int(axis.max()) + 1) // 4) for axis in (row, column))
    place = (row // 2 * width + column // 2) * PER_CELL + row % 2 * 2 + column % 2
    return place, (height, width)


def _positions(index: np.ndarray, shape: tuple[int, int], xy: np.ndarray) -> np.ndarray:
    rows, columns = np.divmod(index // PER_CELL, shape[1])
    design = np.column_stack([rows, columns, np.eye(PER_CELL)[index % PER_CELL]])
    solution = np.linalg.lstsq(design, xy, rcond=None)[0]
    cells = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    return np.asarray((cells @ solution[:2])[:, :, None] + solution[2:])
