"""Charges and times from waveforms, as ctapipe's ``NeighborPeakWindowSum`` takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from iactflow.simulate.compiled import compiled_allocating, inlined
from iactflow.simulate.telescope import CameraModel
from iactflow.simulate.waveforms import Traces, make

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

    from iactflow.simulate.waveforms import Electronics

#: Samples summed, and samples of them before the peak: defaults of ctapipe 0.32.
WINDOW_WIDTH = 7
WINDOW_SHIFT = 3


def charge_scale(camera: CameraModel, electronics: Electronics) -> float:
    """Give photoelectrons per unit of a window's sum.

    Parameters
    ----------
    camera : CameraModel
        The camera.
    electronics : Electronics
        Its electronics.

    Notes
    -----
    The share of the reference pulse in the window, the pulse binned in samples from its beginning: what ctapipe's
    ``integration_correction`` computes.
    """
    step, values = camera.pulse.step, camera.pulse.values
    sample = (np.arange(len(values)) * step / electronics.sample_width + 1e-9).astype(int)
    binned = np.bincount(sample, weights=values)
    start = max(int(binned.argmax()) - WINDOW_SHIFT, 0)
    share = binned[start : start + WINDOW_WIDTH].sum() / binned.sum()
    return float(1 / (share * electronics.pulse_sum))


def six_neighbours(geometry: CameraGeometry) -> np.ndarray:
    """List the neighbours of each pixel, uint64 of shape (n_pixels, 6); n_pixels where there is none."""
    matrix = geometry.neighbor_matrix_sparse
    out = np.full((geometry.n_pixels, 6), geometry.n_pixels, np.uint64)
    for pixel, neighbours in enumerate(np.split(matrix.indices, matrix.indptr[1:-1])):
        out[pixel, : len(neighbours)] = neighbours
    return out


@compiled_allocating
def extract(
    traces: Traces,
    start: int,
    n_samples: int,
    neighbours: np.ndarray,
    width: float,
    scale: float,
    image: np.ndarray,
    peak_time: np.ndarray,
) -> None:
    """Extract charge and time of all pixels, into `image` and `peak_time`.

    Parameters
    ----------
    traces : Traces
        Waveforms; those that are missing are made. Dead pixels (response 0) give charge and time 0.
    start, n_samples : int
        The part of them that was read out.
    neighbours : ndarray of uint64, shape (n_pixels, 6)
        As `six_neighbours` gives them; dead ones do not count.
    width : float
        ns per sample.
    scale : float
        As `charge_scale` gives it.
    image, peak_time : ndarray of float32, shape (n_pixels,)
        Receive charges in p.e. and times in ns after the beginning of the readout.

    Notes
    -----
    The window is placed on the maximum of the sum of the neighbours' waveforms; the time is the mean of the window's
    positive samples, weighted by them.
    """
    samples = traces.samples
    for p in range(image.size):
        make(traces, p, start, start + n_samples)
    total = np.empty(n_samples, np.float32)
    for p in range(image.size):
        image[p] = 0.0
        peak_time[p] = 0.0
        if traces.response[p] == 0.0:
            continue
        a, b, c, d, e, f = neighbours[p]  # the waveform of a dead pixel is zero
        for s in range(np.uint64(n_samples)):
            i = np.uint64(start) + s
            total[s] = samples[a, i] + samples[b, i] + samples[c, i] + samples[d, i] + samples[e, i] + samples[f, i]
        peak = _first_maximum(total)
        charge, weight, moment = 0.0, 0.0, 0.0
        for s in range(max(0, peak - WINDOW_SHIFT), min(peak - WINDOW_SHIFT + WINDOW_WIDTH, n_samples)):
            sample = samples[p, start + s]
            charge += sample
            positive = max(sample, np.float32(0))
            weight += positive
            moment += positive * s
        image[p] = charge * scale
        peak_time[p] = (moment / weight if weight > 0.0 else peak) * width


@inlined
def _first_maximum(values: np.ndarray) -> int:
    """Give the place of the largest value: the value first, since that loop is quick, then its place."""
    largest = values[0]
    for value in values:
        largest = value if value > largest else largest
    place = 0
    while values[place] < largest:
        place += 1
    return place
