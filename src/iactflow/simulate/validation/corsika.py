"""The public CORSIKA file of 20 gamma showers, read for comparison: truth, photons, longitudinal profiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.cherenkov import direction
from iactflow.simulate.light import Light, Receivers
from iactflow.simulate.particles import SPEED_OF_LIGHT

Float64 = NDArray[np.float64]

HADRONIC = 0.6
"""A shower whose electrons and positrons have less than this part of the usual track length began hadronically."""
USUAL_TRACK = 206.0  # g / cm2 per GeV, electrons and positrons above 20 MeV, median of the file's showers


@dataclass(frozen=True)
class Photons:
    """Photons of one shower on the spheres of all telescopes, in all its uses.

    Parameters
    ----------
    image : array of int, shape (n,)
        Use times number of telescopes plus telescope.
    lon, lat : array, shape (n,), deg
        Gnomonic coordinates about the pointing.
    time : array, shape (n,), ns
        When they cross the plane of the mirror.
    weight : float
        Photons that each stands for.
    """

    image: NDArray[np.int64]
    lon: Float64
    lat: Float64
    time: Float64
    weight: float


@dataclass(frozen=True)
class CorsikaShower:
    """One shower of the file.

    Parameters
    ----------
    energy : float, TeV
    first_height : float, m
        Height above sea level of the first interaction.
    cores : array, shape (n_reuse, 2), m
    photons : Photons
    profile : array, shape (n_kinds, n_steps)
        Particles by kind (CORSIKA's: gammas, positrons, electrons, muons, hadrons, charged, nuclei, Cherenkov).
    step : float, g / cm2
        Vertical depth between the steps of the profile.
    """

    energy: float
    first_height: float
    cores: Float64
    photons: Photons
    profile: Float64
    step: float

    @property
    def hadronic(self) -> bool:
        """Whether the photon interacted hadronically: too few electrons and positrons for its energy."""
        track = self.profile[1:3].sum() * self.step / (self.energy * 1e3)
        return bool(track < HADRONIC * USUAL_TRACK)


@cache
def read(path: Path) -> tuple[Receivers, tuple[CorsikaShower, ...]]:
    """Read telescopes and showers."""
    from eventio import IACTFile

    with IACTFile(str(path)) as file:
        t = file.telescope_positions
        x, y, z, r = (np.asarray(t[name], dtype=float) / 100 for name in ("x", "y", "z", "r"))
        groups: dict[int, list[Any]] = {}
        for event in file:
            groups.setdefault(int(event.event_number), []).append(event)
    alt = 90 - float(np.degrees(groups[1][0].header["zenith"]))
    receivers = Receivers(x, y, z, r, alt, 0.0, 180.0)
    return receivers, tuple(_shower(events, receivers) for events in groups.values())


def _shower(events: list[Any], receivers: Receivers) -> CorsikaShower:
    header, profile = events[0].header, events[0].longitudinal
    return CorsikaShower(
        float(header["total_energy"]) / 1e3,
        abs(float(header["first_interaction_height"])) / 100,
        np.array([[e.impact_x, e.impact_y] for e in events], dtype=float) / 100,
        _photons(events, receivers),
        np.asarray(profile["data"], float),
        float(profile["thickstep"]),
    )


def _photons(events: list[Any], receivers: Receivers) -> Photons:
    pieces = [
        (np.full(len(bunches), use * receivers.n_telescopes + telescope), bunches)
        for use, event in enumerate(events)
        for telescope, bunches in event.photon_bunches.items()
    ]
    bunches = np.concatenate([bunches for _, bunches in pieces])
    axis, lon, lat = direction(receivers.alt, receivers.az)
    cx, cy = bunches["cx"].astype(float), bunches["cy"].astype(float)
    down = np.stack([cx, cy, -np.sqrt(1 - cx**2 - cy**2)])
    forward = -(axis @ down)
    return Photons(
        np.concatenate([image for image, _ in pieces]),
        np.degrees(-(lon @ down) / forward),
        np.degrees(-(lat @ down) / forward),
        bunches["time"] - (cx * bunches["x"] + cy * bunches["y"]) / 100 / SPEED_OF_LIGHT,
        float(bunches["photons"].mean()),
    )


def gather(uses: list[Light], n_telescopes: int, weight: float) -> Photons:
    """Bring the light of one of our showers into the same form."""
    lon, lat, time = (
        np.concatenate([getattr(light, name) for light in uses]).astype(float)
        for name in ("fov_lon", "fov_lat", "time")
    )
    image = np.concatenate([use * n_telescopes + light.telescope.astype(np.int64) for use, light in enumerate(uses)])
    return Photons(image, lon, lat, time, weight)


def geometry(receivers: Receivers, cores: Float64) -> tuple[Float64, Float64]:
    """Place the telescopes relative to the axis.

    Returns
    -------
    impact : array, shape (n_images,), m
        Distance of each telescope from the axis in each use.
    towards : array, shape (n_images, 2)
        Unit vector from the source to the image in (lon, lat).
    """
    axis, lon, lat = direction(receivers.alt, receivers.az)
    place = np.stack([receivers.x, receivers.y, receivers.z], axis=1)
    offset = place[None] - np.concatenate([cores, np.zeros((len(cores), 1))], axis=1)[:, None]
    across = (offset - (offset @ axis)[..., None] * axis).reshape(-1, 3)
    impact = np.linalg.norm(across, axis=1)
    return impact, -np.stack([across @ lon, across @ lat], axis=1) / impact[:, None]
