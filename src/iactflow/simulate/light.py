"""What the shower code hands to the telescope code: photoelectron candidates, truth, and where the mirrors stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iactflow.errors import ConfigError

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Receivers:
    """Light-collecting spheres: the telescopes as the shower code sees them, all pointing in the same direction.

    Parameters
    ----------
    x, y, z : array, shape (n_telescopes,), m
        Centre of each mirror in ctapipe's ground frame: x to the north, y to the west, z above the observation level.
    radius : array, shape (n_telescopes,), m
        Radius of the circle that has the mirror's (unobscured) area.
    alt, az : float, deg
        Pointing: altitude above the horizon, azimuth from north over east.
    view : float, deg
        Light from farther off the pointing than this is not made: the camera's radius and a margin for the optics.
    """

    x: Float64
    y: Float64
    z: Float64
    radius: Float64
    alt: float
    az: float
    view: float = 60.0

    def __post_init__(self) -> None:
        shapes = {name: np.shape(getattr(self, name)) for name in ("x", "y", "z", "radius")}
        if len(set(shapes.values())) != 1 or len(shapes["x"]) != 1:
            raise ConfigError(f"Receivers: x, y, z and radius must be one-dimensional and equally long. Got {shapes}.")
        if not np.all(np.asarray(self.radius) > 0):
            raise ConfigError(f"Receivers: every mirror radius must be positive. Got {self.radius} m.")
        if not 0 < self.alt <= 90:
            raise ConfigError(f"Receivers: alt must lie above the horizon, in (0, 90] deg. Got {self.alt}.")

    @property
    def n_telescopes(self) -> int:
        """Number of telescopes."""
        return len(self.x)


@dataclass(frozen=True)
class Light:
    """Photoelectron candidates of one array event, one entry each, ordered by telescope.

    Mirror area, reflectivity, transmission of the atmosphere and photon detection efficiency are applied already:
    each entry is one photoelectron that the camera sees if a pixel lies at its place.

    Parameters
    ----------
    telescope : array of int32, shape (n,)
        Index into the list of telescopes.
    fov_lon, fov_lat : array of float32, shape (n,), deg
        Direction from which the photon comes, in the gnomonic (tangent) plane of the pointing, along increasing
        azimuth and altitude: ctapipe's TelescopeFrame. Without aberrations the photon meets the focal plane of a
        camera of focal length f at x = f radians(fov_lat), y = f radians(fov_lon) (ctapipe's CameraFrame).
    time : array of float32, shape (n,), ns
        Arrival at the mirror; zero is when a plane light front, at light's speed in vacuum along the shower axis,
        passes the array's origin.
    mirror_x, mirror_y : array of float32, shape (n,), m, or None
        Where the photon's straight path crosses the plane through the mirror's centre perpendicular to the pointing,
        along increasing altitude (x) and azimuth (y) as in the camera. Mirrors of 28 m see a shower at 10 km under
        angles that differ by 0.08 deg from rim to centre, which only focuses if place and direction belong together.
        Without them the telescope draws a place on the mirror and focuses at infinity.
    """

    telescope: NDArray[np.int32]
    fov_lon: Float32
    fov_lat: Float32
    time: Float32
    mirror_x: Float32 | None = None
    mirror_y: Float32 | None = None

    def __len__(self) -> int:
        return len(self.telescope)


@dataclass(frozen=True)
class EnergyBudget:
    """Where the primary's total energy went, GeV; the parts add up to the total.

    Parameters
    ----------
    deposited : float
        Ionisation, and the soft photons of bremsstrahlung below the cut.
    cut : float
        Particles dropped below their threshold (including nuclear fragments and recoils of the target).
    ground : float
        Particles that reached the observation level.
    sideways : float
        Particles dropped because they go upwards or too flat.
    neutrinos : float
        Neutrinos.
    """

    deposited: float
    cut: float
    ground: float
    sideways: float
    neutrinos: float

    @property
    def total(self) -> float:
        """Sum of all parts, GeV."""
        return self.deposited + self.cut + self.ground + self.sideways + self.neutrinos


@dataclass(frozen=True)
class Shower:
    """Truth of one simulated shower; names as in ctapipe's SimulatedShowerContainer.

    Parameters
    ----------
    shower_index : int
        Number of the shower in its run; with the run's seed and the primary it fixes every random number.
    shower_primary_id : int
        sim_telarray's numbering: 0 gamma, 1 electron, 2 muon, 100 A + Z for nuclei (101 proton, 5626 iron).
    energy : float, TeV
        Total energy.
    alt, az : float, deg
        Direction the primary comes from.
    core_x, core_y : array, shape (n_reuse,), m
        Where the axis meets the observation level, for each use of the shower.
    h_first_int : float, m
        Height of the first interaction above sea level.
    x_max : float, g / cm2
        Slant depth at which the number of charged particles is largest.
    starting_grammage : float, g / cm2
        Depth at which the primary was injected.
    budget : EnergyBudget
        Where the energy went.
    profile : array, shape (4, n_steps), optional
        Electrons, positrons, muons and hadrons that cross each `iactflow.simulate.work.PROFILE_STEP` of vertical
        depth, as far as they were followed; our own showers only.
    """

    shower_index: int
    shower_primary_id: int
    energy: float
    alt: float
    az: float
    core_x: Float64
    core_y: Float64
    h_first_int: float
    x_max: float
    starting_grammage: float
    budget: EnergyBudget
    profile: Float64 | None = None
