"""Which pixel lies at a place in the focal plane, found in a raster instead of by distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

#: Distance between two points of the raster, as share of a pixel's width.
_STEP = 0.02


@dataclass(frozen=True)
class PixelRaster:
    """Pixel number over a grid of the focal plane.

    Parameters
    ----------
    index : ndarray of int16, shape (k, k)
        Pixel over each cell, x first; -1 beside pixels.
    extent : float
        Half the width of the grid, m.
    """

    index: np.ndarray
    extent: float


def build_raster(geometry: CameraGeometry) -> PixelRaster:
    """Make the raster of a camera with hexagonal pixels.

    Parameters
    ----------
    geometry : ctapipe.instrument.CameraGeometry
        Pixels in the camera frame. The nearest centre owns a place if it lies within the pixel's outer circle;
        pixels lie closely, so this is the hexagon except at the camera's edge.
    """
    x, y = geometry.pix_x.to_value("m"), geometry.pix_y.to_value("m")
    width = float(geometry.pixel_width[0].to_value("m"))
    extent = float(max(np.abs(x).max(), np.abs(y).max()) + width)
    n = int(2 * extent / (_STEP * width)) + 1
    index = np.full((n, n), -1, np.int16)
    _paint(index, np.full((n, n), np.inf, np.float32), x, y, extent, width / np.sqrt(3))
    return PixelRaster(index, extent)


@njit(cache=True)
def _paint(index, nearest, x, y, extent, reach):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Give each cell within `reach` (m) of a pixel's centre to the pixel, unless another one is nearer."""
    n = index.shape[0]
    cell = 2 * extent / n
    for pixel in range(x.size):
        low_i = max(int((x[pixel] - reach + extent) / cell), 0)
        low_j = max(int((y[pixel] - reach + extent) / cell), 0)
        for i in range(low_i, min(int((x[pixel] + reach + extent) / cell) + 1, n)):
            for j in range(low_j, min(int((y[pixel] + reach + extent) / cell) + 1, n)):
                dx = (i + 0.5) * cell - extent - x[pixel]
                dy = (j + 0.5) * cell - extent - y[pixel]
                distance = dx * dx + dy * dy
                if distance <= reach * reach and distance < nearest[i, j]:
                    nearest[i, j] = distance
                    index[i, j] = pixel


@njit(cache=True)
def find_pixels(x, y, index, extent):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Look up the pixel at each place.

    Parameters
    ----------
    x, y : ndarray of float32, shape (n,), m
        Places in the camera frame; NaN is beside all pixels.
    index, extent
        As in `PixelRaster`.

    Returns
    -------
    ndarray of int16, shape (n,)
        Pixel numbers, -1 where there is none.
    """
    n = index.shape[0]
    scale = n / (2.0 * extent)
    out = np.full(x.size, -1, np.int16)
    for i in range(x.size):
        if abs(x[i]) < extent and abs(y[i]) < extent:
            out[i] = index[int((x[i] + extent) * scale), int((y[i] + extent) * scale)]
    return out
