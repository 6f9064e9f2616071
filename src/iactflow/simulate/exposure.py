"""From light at one mirror to photoelectrons in pixels (compiled)."""

from __future__ import annotations

import numpy as np

from iactflow.simulate.compiled import compiled
from iactflow.simulate.optics import Facets, reflect
from iactflow.simulate.pixels import PixelRaster, pixel_at
from iactflow.simulate.rng import Rng


@compiled
def expose(
    fov_lon: np.ndarray,
    fov_lat: np.ndarray,
    time: np.ndarray,
    mirror_x: np.ndarray,
    mirror_y: np.ndarray,
    facets: Facets,
    raster: PixelRaster,
    rng: Rng,
    pixel: np.ndarray,
    arrival: np.ndarray,
    true_image: np.ndarray,
) -> int:
    """Let light fall over the mirror onto the camera.

    Parameters
    ----------
    fov_lon, fov_lat, time, mirror_x, mirror_y : ndarray of float32, shape (n,)
        As in `iactflow.simulate.light.Light`; a place on the mirror may be `iactflow.simulate.optics.NOWHERE`.
    facets, raster
        The dish and the camera.
    rng : ndarray of uint64, shape (2,)
        State of the random numbers.
    pixel : ndarray of int16, shape (n,)
        Receives the pixels that were met.
    arrival : ndarray of float32, shape (n,), ns
        Receives when: the time at the camera, less the way along the axis.
    true_image : ndarray of int32, shape (n_pixels,)
        Receives the photoelectrons of each pixel.

    Returns
    -------
    int
        How many photoelectrons there are.
    """
    true_image[:] = 0
    n = 0
    for i in range(fov_lon.size):
        met, x, y, delay = reflect(fov_lon[i], fov_lat[i], mirror_x[i], mirror_y[i], facets, rng)
        if not met:
            continue
        p = pixel_at(x, y, raster.index, raster.extent)
        if p >= 0:
            pixel[n] = p
            arrival[n] = time[i] + delay
            true_image[p] += 1
            n += 1
    return n
