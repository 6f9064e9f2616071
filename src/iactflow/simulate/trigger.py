"""Triggers: digital sums over groups of pixel triplets, and coincidence of telescopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from iactflow.errors import ConfigError
from iactflow.simulate.compiled import compiled_allocating, inlined, inlined_allocating
from iactflow.simulate.telescope import Trigger
from iactflow.simulate.waveforms import Traces, make

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry


class TriggerGroups(NamedTuple):
    """Triplets of pixels and groups of triplets.

    Attributes
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


@compiled_allocating
def brightest_group(true_image: np.ndarray, groups: TriggerGroups) -> int:
    """Give the largest number of photoelectrons in a group, for their numbers in all pixels."""
    each = _sums_of_triplets(true_image, groups)
    largest = 0
    for g in range(groups.indptr.size - 1):
        largest = max(largest, _sum_of_group(each, groups, g))
    return largest


@inlined_allocating
def _sums_of_triplets(true_image: np.ndarray, groups: TriggerGroups) -> np.ndarray:
    each = np.empty(groups.triplets.shape[0], np.int64)
    for t in range(each.size):
        triplet = groups.triplets[t]
        each[t] = true_image[triplet[0]] + true_image[triplet[1]] + true_image[triplet[2]]
    return each


@inlined
def _sum_of_group(each: np.ndarray, groups: TriggerGroups, g: int) -> int:
    total = 0
    for m in range(groups.indptr[g], groups.indptr[g + 1]):
        total += each[groups.members[m]]
    return total


@compiled_allocating
def first_crossing(
    traces: Traces,
    true_image: np.ndarray,
    groups: TriggerGroups,
    shaping: np.ndarray,
    scale: float,
    limits: tuple[float, float, float],
    first: int,
    last: int,
) -> int:
    """Find the first sample at which a group exceeds the threshold.

    Parameters
    ----------
    traces : Traces
        Waveforms; those that are missing are made.
    true_image : ndarray of int32, shape (n_pixels,)
        Photoelectrons of the shower.
    groups : TriggerGroups
        The camera's.
    shaping : ndarray of float64, shape (n_taps,)
        Weights of the latest sample and of those before it.
    scale : float
        Counts of the shaped sum per unit of the waveforms.
    limits : tuple of float
        Clip, threshold, and photoelectrons of groups that are looked at (`iactflow.simulate.telescope.Trigger`).
    first, last : int
        Samples to look at: from `first` up to, not including, `last`.

    Returns
    -------
    int
        The sample, or -1.
    """
    clip, threshold, least = limits
    each = _sums_of_triplets(true_image, groups)
    n = last - first
    used = np.zeros(each.size, np.bool_)
    shaped = np.empty((each.size, n), np.float32)
    total = np.empty(n, np.float32)
    found = last
    for g in range(groups.indptr.size - 1):
        if _sum_of_group(each, groups, g) < least:
            continue
        total[:] = 0.0
        for m in range(groups.indptr[g], groups.indptr[g + 1]):
            t = groups.members[m]
            if not used[t]:
                used[t] = True
                _shape_triplet(traces, groups.triplets[t], shaping, scale, clip, first, shaped[t])
            for s in range(n):
                total[s] += shaped[t, s]
        for s in range(found - first):
            if total[s] > threshold:
                found = first + s
                break
    return found if found < last else -1


@inlined
def _shape_triplet(
    traces: Traces, triplet: np.ndarray, shaping: np.ndarray, scale: float, clip: float, first: int, out: np.ndarray
) -> None:
    """Sum three waveforms, shape the sum and clip it between 0 and `clip`, into `out`."""
    a, b, c = triplet[0], triplet[1], triplet[2]
    for pixel in triplet:
        make(traces, pixel, 0, traces.samples.shape[1])
    out[:] = np.float32(0)
    for k in range(shaping.size):
        weight = np.float32(shaping[k] * scale)
        for s in range(out.size):
            at = first + s - k
            out[s] += weight * (traces.samples[a, at] + traces.samples[b, at] + traces.samples[c, at])
    for s in range(out.size):
        out[s] = min(max(out[s], np.float32(0)), np.float32(clip))


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
