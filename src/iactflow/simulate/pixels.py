"""Which pixel lies at a place in the focal plane, found in a raster instead of by distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from iactflow.simulate.compiled import always_inlined, compiled

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

#: Distance between two points of the raster, as share of a pixel's width.
_STEP = 0.02


class PixelRaster(NamedTuple):
    """Pixel number over a grid of the focal plane.

    Attributes
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


@compiled
def _paint(index: np.ndarray, nearest: np.ndarray, x: np.ndarray, y: np.ndarray, extent: float, reach: float) -> None:
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


@always_inlined
def pixel_at(x: float, y: float, index: np.ndarray, extent: float) -> int:
    """Give the pixel at a place in the camera frame (m), -1 where there is none; the raster is in index and extent."""
    if not (abs(x) < extent and abs(y) < extent):
        return -1
    scale = index.shape[0] / (2.0 * extent)
    return int(index[int((x + extent) * scale), int((y + extent) * scale)])
