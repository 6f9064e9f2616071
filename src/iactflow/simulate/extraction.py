"""Charges and times from waveforms, as ctapipe's ``NeighborPeakWindowSum`` takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from iactflow.simulate.telescope import CameraModel

if TYPE_CHECKING:
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


@njit(cache=True)
def extract(trace, start, n_samples, indptr, neighbours, response, width, scale, image, peak_time):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Extract charge and time of all pixels, into `image` and `peak_time`.

    Parameters
    ----------
    trace : ndarray of float32, shape (n_pixels, n_trace)
        Waveforms.
    start, n_samples : int
        The part of them that was read out.
    indptr, neighbours : ndarray of int32
        Neighbours of pixel p: ``neighbours[indptr[p]:indptr[p + 1]]``.
    response : ndarray of float32, shape (n_pixels,)
        0 for dead pixels, which give charge and time 0 and do not count as neighbours.
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
    total = np.empty(n_samples, np.float32)
    for p in range(trace.shape[0]):
        image[p] = 0.0
        peak_time[p] = 0.0
        if response[p] == 0.0:
            continue
        total[:] = 0.0
        for k in range(indptr[p], indptr[p + 1]):
            q = neighbours[k]
            if response[q] == 0.0:
                continue
            for s in range(n_samples):
                total[s] += trace[q, start + s]
        peak = 0
        for s in range(1, n_samples):
            if total[s] > total[peak]:
                peak = s
        charge = 0.0
        weight = 0.0
        moment = 0.0
        for s in range(max(0, peak - WINDOW_SHIFT), min(peak - WINDOW_SHIFT + WINDOW_WIDTH, n_samples)):
            sample = trace[p, start + s]
            charge += sample
            if sample > 0.0:
                weight += sample
                moment += sample * s
        image[p] = charge * scale
        peak_time[p] = (moment / weight if weight > 0.0 else peak) * width
