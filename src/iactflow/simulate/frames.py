"""Directions in ctapipe's ground frame: x to the north, y to the west, z upwards; azimuth from north over east."""

from __future__ import annotations

import numpy as np


def direction(alt: float, az: float) -> np.ndarray:
    """Give the unit vector towards (alt, az) in deg, shape (3,)."""
    a, z = np.radians(alt), np.radians(az)
    return np.array([np.cos(a) * np.cos(z), -np.cos(a) * np.sin(z), np.sin(a)])


def pointing_axes(alt: float, az: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give unit vectors towards (alt, az) in deg, towards increasing altitude and towards increasing azimuth."""
    a, z = np.radians(alt), np.radians(az)
    up = np.array([-np.sin(a) * np.cos(z), np.sin(a) * np.sin(z), np.cos(a)])
    return direction(alt, az), up, np.array([-np.sin(z), -np.cos(z), 0.0])


def impact_distance(position: np.ndarray, core: np.ndarray, alt: float, az: float) -> float:
    """Give the distance of a telescope from a shower's axis.

    Parameters
    ----------
    position : ndarray, shape (3,), m
        Telescope.
    core : ndarray, shape (2,), m
        Where the axis meets the observation level.
    alt, az : float, deg
        Direction the shower comes from.
    """
    offset = position - np.array([core[0], core[1], 0.0])
    return float(np.linalg.norm(np.cross(offset, direction(alt, az))))
