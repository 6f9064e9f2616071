"""Showers to throw: energies of a power law, directions in a cone, cores on a disc."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from iactflow.simulate.config import Simulate
from iactflow.simulate.frames import pointing_axes


@dataclass(frozen=True)
class Thrown:
    """One shower to simulate.

    Parameters
    ----------
    energy : float
        TeV.
    alt, az : float
        Direction it comes from, deg.
    cores : ndarray, shape (n_reuse, 2)
        Where its axis meets the observation level: to the north, to the west, m.
    """

    energy: float
    alt: float
    az: float
    cores: np.ndarray


def throw(config: Simulate, rng: np.random.Generator) -> Thrown:
    """Draw a shower.

    Parameters
    ----------
    config : Simulate
        With energies and radius filled in (`iactflow.simulate.instruments.resolve`).
    rng : numpy.random.Generator
        Source of random numbers.

    Notes
    -----
    dN/dE ~ E^index; directions uniform in solid angle around the pointing; cores uniform on a horizontal disc around
    the array's centre, as CORSIKA's CSCAT does.
    """
    low, high = config.energies
    cone, radius = config.viewcone.to_value("rad"), config.radius
    u_energy, u_cone, u_azimuth = rng.random(3)
    energy = draw_power_law(u_energy, low, high, config.spectral_index)
    cosine = 1 - u_cone * (1 - math.cos(cone))
    sine, azimuth = math.sqrt(1 - cosine**2), 2 * math.pi * u_azimuth
    axis, up, right = pointing_axes(90 - config.zenith.value, config.azimuth.value)
    direction = cosine * axis + sine * (math.cos(azimuth) * up + math.sin(azimuth) * right)
    alt = math.degrees(math.asin(min(direction[2], 1.0)))
    az = math.degrees(math.atan2(-direction[1], direction[0])) % 360
    distance = radius * np.sqrt(rng.random(config.reuse))
    angle = 2 * np.pi * rng.random(config.reuse)
    return Thrown(energy, alt, az, np.column_stack([distance * np.cos(angle), distance * np.sin(angle)]))


def draw_power_law(uniform: float, low: float, high: float, index: float) -> float:
    """Turn a number from [0, 1) into one of a power law between `low` and `high` by inverting its integral."""
    power = index + 1
    if abs(power) < 1e-9:
        return low * (high / low) ** uniform
    return float((low**power + uniform * (high**power - low**power)) ** (1 / power))
