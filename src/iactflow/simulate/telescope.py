"""What a telescope is to the simulator: dish, camera, trigger, and an array of equal telescopes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from iactflow.errors import ConfigError
from iactflow.simulate.camera_tables import Pulse

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

FacetLayout = Literal["sst-1m", "mst", "ct5"]


@dataclass(frozen=True)
class Dish:
    """A single mirror made of facets.

    Parameters
    ----------
    name : str
        ctapipe's name of the optics.
    size_type : str
        ctapipe's size class: LST, MST or SST.
    reflector_shape : str
        ctapipe's word for the shape, such as DAVIES_COTTON.
    focal_length : float
        Distance from the dish's centre to the camera, without the focusing shift, m.
    effective_focal_length : float
        Focal length that turns the centre of gravity of a spot into an angle, coma included, m; NaN if not known.
    dish_radius : float
        Radius of the sphere that the facets' centres lie on, m; infinite: on the paraboloid of `focal_length`.
    facets : FacetLayout
        Which arrangement of facets, see `iactflow.simulate.optics.facet_positions`.
    facet_size : float
        Distance of opposite sides of a hexagonal facet, m.
    facet_focal_length : float or None
        Focal length of the facets, m; None: each has its own distance from the focus.
    facet_focal_spread : float
        Standard deviation of the facets' focal lengths, m.
    mirror_area : float
        Area of all facets seen along the axis, m2.
    reflection_angle : float
        Standard deviation of the facets' roughness, deg per axis.
    alignment : float
        Standard deviation of the facets' alignment, deg per axis.
    focus_distance : float
        Distance that the camera is focused at, m.
    """

    name: str
    size_type: str
    reflector_shape: str
    focal_length: float
    effective_focal_length: float
    dish_radius: float
    facets: FacetLayout
    facet_size: float
    facet_focal_length: float | None
    facet_focal_spread: float
    mirror_area: float
    reflection_angle: float
    alignment: float
    focus_distance: float


@dataclass(frozen=True)
class CameraModel:
    """A camera's pixels and what it makes of photoelectrons.

    Parameters
    ----------
    name : str
        ctapipe's name of the camera.
    geometry : ctapipe.instrument.CameraGeometry
        Pixels in the camera frame, m.
    pulse : Pulse
        Pulse of one photoelectron.
    sampling_rate : float
        GHz.
    n_samples : int
        Samples that are read out.
    samples_before_trigger : int
        Samples of the readout before the trigger.
    counts_per_pe : float
        Peak of the mean pulse of one photoelectron, cross-talk included, in counts of the trigger.
    electronic_noise : float
        Standard deviation of a sample, in peaks of the mean photoelectron.
    crosstalk : float
        Parameter of the Borel distribution of avalanches per photoelectron (0 for photomultipliers).
    charge_spread : float
        Relative standard deviation of the charge of one avalanche or of a photomultiplier's photoelectron.
    transit_time_spread : float
        Standard deviation of the sensor's delay, ns.
    pixel_spread : float
        Relative standard deviation of the pixels' response that calibration leaves.
    night_sky : float
        Photoelectrons of the night sky (and dark counts) per pixel, GHz.
    gain_drop_scale : float
        Night sky at which the sensors' gain would fall to a half, GHz; infinite without such a loss.
    dead_fraction : float
        Share of pixels that give nothing.
    relative_gain : float
        Gain of the sensors in the dark relative to the one that calibration assumes.
    """

    name: str
    geometry: CameraGeometry
    pulse: Pulse
    sampling_rate: float
    n_samples: int
    samples_before_trigger: int
    counts_per_pe: float
    electronic_noise: float
    crosstalk: float
    charge_spread: float
    transit_time_spread: float
    pixel_spread: float
    night_sky: float
    gain_drop_scale: float
    dead_fraction: float = 0.0
    relative_gain: float = 1.0

    @property
    def n_pixels(self) -> int:
        """Number of pixels."""
        return int(self.geometry.n_pixels)

    @property
    def gain(self) -> float:
        """Gain under the night sky relative to the one in the dark that calibration assumes."""
        return self.relative_gain / (1 + self.night_sky / self.gain_drop_scale)


@dataclass(frozen=True)
class Trigger:
    """Digital sum trigger: triplets of pixels are shaped, clipped and summed over groups of triplets.

    Parameters
    ----------
    shaping : tuple of float
        Weights of the latest sample and of those before it.
    scale : float
        Factor on the shaped sum.
    clip : float
        Largest value of a triplet, counts; the smallest is zero.
    neighbours : {"all", "pairs"}
        Groups: each triplet with all its neighbours, or each three triplets that touch each other.
    threshold : float
        Counts of a group that trigger.
    min_photoelectrons : float
        Telescopes with fewer photoelectrons in the camera are not looked at.
    min_group : float
        Telescopes whose brightest group has fewer photoelectrons are not looked at: the night sky does not lift them
        over the threshold.
    """

    shaping: tuple[float, ...]
    scale: float
    clip: float
    neighbours: Literal["all", "pairs"]
    threshold: float
    min_photoelectrons: float
    min_group: float


@dataclass(frozen=True)
class Instrument:
    """An array of equal telescopes that point in the same direction.

    Parameters
    ----------
    name : str
        Name of the preset.
    description : str
        What it is, in a sentence.
    site : str
        Name of the site, a key of `iactflow.simulate.site.SITES`.
    efficiency : str
        Name of the efficiency tables, a key of `iactflow.simulate.efficiency`.
    positions : dict of int to tuple of float
        Centres of the dishes by telescope number: x to the north, y to the west, z above the observation level, m.
    dish, camera, trigger
        Their parts.
    min_telescopes : int
        Telescopes that must trigger for the array to trigger.
    coincidence : float
        Largest difference of their trigger times after correction for the light front, ns.
    scatter_radius : float
        Default radius of the disc that cores are thrown on, perpendicular to the shower, m.
    energy_range : tuple of float
        Default energies of gammas, TeV; other primaries take the double.
    reflectivity : float
        Reflectivity of the mirror relative to the efficiency tables.
    """

    name: str
    description: str
    site: str
    efficiency: str
    positions: dict[int, tuple[float, float, float]]
    dish: Dish
    camera: CameraModel
    trigger: Trigger
    min_telescopes: int
    coincidence: float
    scatter_radius: float
    energy_range: tuple[float, float]
    reflectivity: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.min_telescopes <= len(self.positions):
            raise ConfigError(
                f"{self.name}: min_telescopes must lie between 1 and the number of telescopes, {len(self.positions)}. "
                f"Received: {self.min_telescopes}."
            )

    @cached_property
    def tel_ids(self) -> np.ndarray:
        """Telescope numbers in the order of `positions`, shape (n_telescopes,)."""
        return np.array(list(self.positions), np.int16)

    @cached_property
    def xyz(self) -> np.ndarray:
        """Positions in m, shape (n_telescopes, 3)."""
        return np.array(list(self.positions.values()), float)

    def with_telescopes(self, positions: dict[int, tuple[float, float, float]]) -> Instrument:
        """Give the same instrument with telescopes at other places."""
        return replace(self, positions=positions, min_telescopes=min(self.min_telescopes, len(positions)))
