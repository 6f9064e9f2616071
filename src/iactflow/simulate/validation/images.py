"""Simulated images as tables for random forests: parameters, truth, and the geometry of pairs of telescopes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.models.forest import FEATURES
from iactflow.simulate.frames import direction, pointing_axes

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

MAX_LEAKAGE = 0.2
"""Images with a larger share of their light in the camera's two outer rows are left out (assumed)."""
_SHOWERS = 1_000_000  # more than the showers of a run


@dataclass(frozen=True)
class Images:
    """Images of both primaries.

    Parameters
    ----------
    features : array, shape (n, n_features)
        What a forest looks at.
    intensity : array, shape (n,), p.e.
    cog, source : array, shape (n, 2), deg
        Centre of gravity of the image, and true direction, in ctapipe's telescope frame (longitude, latitude).
    psi : array, shape (n,), rad
        Direction of the major axis.
    energy : array, shape (n,), TeV
        True.
    gamma : array of bool, shape (n,)
    shower, event, telescope : array of int, shape (n,)
        Numbers; showers and events of the two primaries differ.
    """

    features: Float64
    intensity: Float64
    cog: Float64
    psi: Float64
    source: Float64
    energy: Float64
    gamma: NDArray[np.bool_]
    shower: Int64
    event: Int64
    telescope: Int64

    def __len__(self) -> int:
        """Give the number of images."""
        return len(self.energy)


def read_images(gammas: Path, protons: Path) -> Images:
    """Read two stores, without images that are cut off at the camera's edge."""
    parts = [_read(path, gamma) for path, gamma in ((gammas, True), (protons, False))]
    return Images(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _read(path: Path, gamma: bool) -> tuple[np.ndarray, ...]:
    store = Store(path)
    leakage = store.column("leakage_intensity_width_2")
    rows = np.flatnonzero((leakage < MAX_LEAKAGE) & np.isfinite(store.column("hillas_psi")))

    def column(name: str) -> np.ndarray:
        return store.column(name)[rows]

    intensity = column(schema.INTENSITY)
    features = np.stack([np.log10(intensity) if n == schema.INTENSITY else column(n) for n in FEATURES], axis=1)
    shower = (column("obs_id") % _SHOWERS) * _SHOWERS + column("shower_id")  # a primary has its own run numbers
    event = shower * 100 + column("event_id") % 100
    return (
        features,
        intensity,
        np.stack([column("hillas_fov_lon"), column("hillas_fov_lat")], axis=1),
        np.radians(column("hillas_psi")),
        telescope_frame(
            column("true_alt"), column("true_az"), column(schema.POINTING_ALT)[0], column(schema.POINTING_AZ)[0]
        ),
        column("true_energy"),
        np.full(len(rows), gamma),
        shower,
        event,
        column("tel_id").astype(np.int64),
    )


def telescope_frame(alt: Float64, az: Float64, pointing_alt: float, pointing_az: float) -> Float64:
    """Turn directions (deg) into longitude and latitude about the pointing, shape (n, 2)."""
    axis, up, right = pointing_axes(pointing_alt, pointing_az)
    vectors = np.array([direction(a, z) for a, z in zip(alt, az, strict=True)])
    return np.degrees(
        np.stack([np.arctan2(vectors @ right, vectors @ axis), np.arcsin(np.clip(vectors @ up, -1, 1))], axis=1)
    )


def pairs(images: Images) -> Int64:
    """Find events of two telescopes: rows of their images, shape (n_events, 2), lower telescope number first."""
    order = np.lexsort([images.telescope, images.event])
    event = images.event[order]
    first = np.flatnonzero(event[:-1] == event[1:])
    return np.stack([order[first], order[first + 1]], axis=1)


def stereo_features(images: Images, both: Int64, places: dict[int, tuple[float, float]]) -> Float64:
    """Give what the crossing of two images' axes tells, for each of the two images.

    Parameters
    ----------
    images : Images
    both : array, shape (n_events, 2)
        From `pairs`.
    places : dict of int to tuple of float
        Telescopes' places in the plane perpendicular to the pointing (towards longitude, towards latitude), m.

    Returns
    -------
    array, shape (n_events, 2, 5)
        Distance of the axis (m), height of the light's centre above the telescopes along the axis (km), crossing
        point minus centre of gravity along and across the major axis (deg), angle between the two images (rad).

    Notes
    -----
    In the plane perpendicular to the pointing the image's axis points from the telescope to the axis of the shower, so
    that the lines through both telescopes cross at its foot (Hofmann et al. 1999, Astropart. Phys. 12, 135).
    """
    psi, cog = images.psi[both], images.cog[both]
    place = np.array([[places[int(t)] for t in row] for row in images.telescope[both]])
    along = np.stack([np.cos(psi), np.sin(psi)], axis=-1)
    source, core = _crossing(cog, along), _crossing(place, along)
    impact = np.linalg.norm(core[:, None] - place, axis=-1)
    offset = source[:, None] - cog
    height = impact / np.tan(np.radians(np.clip(np.linalg.norm(offset, axis=-1), 0.05, 10))) / 1000
    on_axis = (offset * along).sum(-1)
    beside = offset[..., 1] * along[..., 0] - offset[..., 0] * along[..., 1]
    angle = np.abs(np.angle(np.exp(2j * (psi[:, :1] - psi[:, 1:]))) / 2)
    limits = ((0, 2000), (0, 50), (-10, 10), (-10, 10), (0, 2))
    columns = (impact, height, on_axis, beside, np.broadcast_to(angle, impact.shape))
    return np.stack([np.clip(c, *limit) for c, limit in zip(columns, limits, strict=True)], axis=-1)


def _crossing(point: Float64, along: Float64) -> Float64:
    """Where two lines (points and unit vectors of shape (n, 2, 2)) cross, shape (n, 2)."""
    cross = along[:, 0, 0] * along[:, 1, 1] - along[:, 0, 1] * along[:, 1, 0]
    cross = np.where(np.abs(cross) < 1e-6, 1e-6, cross)
    between = point[:, 1] - point[:, 0]
    run = (between[:, 0] * along[:, 1, 1] - between[:, 1] * along[:, 1, 0]) / cross
    return point[:, 0] + run[:, None] * along[:, 0]
