"""Triggers: digital sums over groups of pixel triplets, and coincidence of telescopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from iactflow.errors import ConfigError
from iactflow.simulate.telescope import Trigger

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry


@dataclass(frozen=True)
class TriggerGroups:
    """Triplets of pixels and groups of triplets.

    Parameters
    ----------
    triplets : ndarray of int64, shape (n_triplets, 3)
        Pixels.
    indptr, members : ndarray of int64
        Triplets of group g: ``members[indptr[g]:indptr[g + 1]]``.
    """

    triplets: np.ndarray
    indptr: np.ndarray
    members: np.ndarray


def find_triplets(geometry: CameraGeometry) -> np.ndarray:
    """Divide a hexagonal camera into triplets of pixels that touch each other.

    Parameters
    ----------
    geometry : ctapipe.instrument.CameraGeometry
        Pixels.

    Returns
    -------
    ndarray of int64, shape (n_pixels / 3, 3)
        Of the six ways to tile a hexagonal lattice with equal triplets, the one that leaves no pixel of this camera
        over. DigiCam (432 triplets) and FlashCam (588) have exactly one each, so their electronics have no other.

    Raises
    ------
    ConfigError
        If no way fits.
    """
    x, y = geometry.pix_x.to_value("m"), geometry.pix_y.to_value("m")
    centre = int(np.argmin(x**2 + y**2))
    around = np.flatnonzero(geometry.neighbor_matrix[centre])
    steps = np.column_stack([x[around] - x[centre], y[around] - y[centre]])
    a, b = steps[np.argsort(np.arctan2(steps[:, 1], steps[:, 0]))][:2]
    offsets = np.column_stack([x - x[centre], y - y[centre]])
    lattice = np.rint(offsets @ np.linalg.inv(np.stack([a, b]))).astype(int)
    number = {(i, j): pixel for pixel, (i, j) in enumerate(lattice.tolist())}
    for sign in (1, -1):
        for rest in range(3):
            corners = [(i, j) for i, j in number if (i - j) % 3 == rest]
            found = [
                [number.get((i + sign * di, j + sign * dj)) for di, dj in ((0, 0), (1, 0), (0, 1))] for i, j in corners
            ]
            if 3 * len(found) == len(number) and all(None not in triplet for triplet in found):
                return np.array(sorted(found), np.int64)
    raise ConfigError(f"The pixels of {geometry.name} cannot be divided into triplets, which its trigger needs.")


def build_groups(geometry: CameraGeometry, trigger: Trigger) -> TriggerGroups:
    """Set up the groups of a camera's trigger."""
    triplets = find_triplets(geometry)
    owner = np.empty(geometry.n_pixels, np.int64)
    owner[triplets] = np.arange(len(triplets))[:, None]
    rows, columns = geometry.neighbor_matrix_sparse.nonzero()
    touching = np.zeros((len(triplets), len(triplets)), bool)
    touching[owner[rows], owner[columns]] = True
    np.fill_diagonal(touching, False)
    neighbours = [np.flatnonzero(row) for row in touching]
    if trigger.neighbours == "all":
        groups = [[t, *around] for t, around in enumerate(neighbours)]
    else:
        groups = [
            [t, u, v]
            for t, around in enumerate(neighbours)
            for u in around
            for v in around
            if t < u < v and touching[u, v]
        ]
    indptr = np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int64)
    return TriggerGroups(triplets, indptr, np.concatenate([np.array(group, np.int64) for group in groups]))


@njit(cache=True)
def first_crossing(trace, lit, triplets, indptr, members, shaping, scale, clip, threshold, first, last):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Find the first sample at which a group exceeds the threshold.

    Parameters
    ----------
    trace : ndarray of float32, shape (n_pixels, n_trace)
        Waveforms.
    lit : ndarray of bool, shape (n_pixels,)
        Pixels with photoelectrons of the shower; groups without any are not looked at.
    triplets, indptr, members
        As in `TriggerGroups`.
    shaping : ndarray of float64, shape (n_taps,)
        Weights of the latest sample and of those before it.
    scale : float
        Counts of the shaped sum per unit of `trace`.
    clip, threshold : float
        As in `iactflow.simulate.telescope.Trigger`.
    first, last : int
        Samples to look at: from `first` up to, not including, `last`.

    Returns
    -------
    int
        The sample, or -1.
    """
    n_triplets = triplets.shape[0]
    n = last - first
    has_light = np.zeros(n_triplets, np.bool_)
    for t in range(n_triplets):
        has_light[t] = lit[triplets[t, 0]] or lit[triplets[t, 1]] or lit[triplets[t, 2]]
    used = np.zeros(n_triplets, np.bool_)
    shaped = np.empty((n_triplets, n), np.float32)
    total = np.empty(n, np.float32)
    found = last
    for g in range(indptr.size - 1):
        bright = False
        for m in range(indptr[g], indptr[g + 1]):
            bright = bright or has_light[members[m]]
        if not bright:
            continue
        total[:] = 0.0
        for m in range(indptr[g], indptr[g + 1]):
            t = members[m]
            if not used[t]:
                used[t] = True
                shape_triplet(trace, triplets[t], shaping, scale, clip, first, shaped[t])
            for s in range(n):
                total[s] += shaped[t, s]
        for s in range(found - first):
            if total[s] > threshold:
                found = first + s
                break
    return found if found < last else -1


@njit(cache=True)
def brightest_group(true_image, triplets, indptr, members):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Give the largest number of photoelectrons in a group; arguments as for `first_crossing`."""
    each = np.empty(triplets.shape[0], np.int64)
    for t in range(triplets.shape[0]):
        each[t] = true_image[triplets[t, 0]] + true_image[triplets[t, 1]] + true_image[triplets[t, 2]]
    largest = 0
    for g in range(indptr.size - 1):
        total = 0
        for m in range(indptr[g], indptr[g + 1]):
            total += each[members[m]]
        largest = max(largest, total)
    return largest


@njit(cache=True)
def shape_triplet(trace, triplet, shaping, scale, clip, first, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Sum three waveforms, shape the sum and clip it between 0 and `clip`, into `out`."""
    for s in range(out.size):
        value = 0.0
        for k in range(shaping.size):
            at = first + s - k
            value += shaping[k] * (trace[triplet[0], at] + trace[triplet[1], at] + trace[triplet[2], at])
        out[s] = min(max(value * scale, 0.0), clip)


def coincident(times: np.ndarray, window: float, n_min: int) -> np.ndarray:
    """Choose the telescopes that trigger the array.

    Parameters
    ----------
    times : ndarray of float, shape (n_telescopes,), ns
        Trigger times relative to the light front, NaN where a telescope did not trigger.
    window : float
        Largest difference, ns.
    n_min : int
        Telescopes that must trigger.

    Returns
    -------
    ndarray of bool, shape (n_telescopes,)
        The largest set that lies within `window`, the earliest of equals; all false if it has fewer than `n_min`.
    """
    best = np.zeros(len(times), bool)
    for time in np.sort(times[np.isfinite(times)]):
        with np.errstate(invalid="ignore"):
            chosen = (times >= time) & (times <= time + window)
        if chosen.sum() > best.sum():
            best = chosen
    return best if best.sum() >= n_min else np.zeros(len(times), bool)
