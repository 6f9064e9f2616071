"""Our events for ctapipe: an ``EventSource`` whose input is a run card.

With this module imported, every ctapipe tool takes run cards (``*.simulate.json``); installed, ctapipe finds it by its
entry point ``ctapipe_io``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from astropy.time import Time
from ctapipe.containers import (
    ArrayEventContainer,
    CoordinateFrameType,
    DL1CameraContainer,
    EventIndexContainer,
    EventType,
    ObservationBlockContainer,
    SchedulingBlockContainer,
    SchedulingBlockType,
    SimulatedCameraContainer,
    SimulatedEventContainer,
    SimulatedShowerContainer,
    SimulatedShowerDistribution,
    SimulationConfigContainer,
    TelescopeImpactParameterContainer,
    TelescopePointingContainer,
)
from ctapipe.instrument import SubarrayDescription
from ctapipe.io import DataLevel, EventSource

from iactflow.simulate.block import Block, SimulatedEvent, prepare, simulate_events
from iactflow.simulate.description import subarray_description
from iactflow.simulate.frames import impact_distance
from iactflow.simulate.site import site

#: How a run card is named.
SUFFIX = ".simulate.json"
#: Time of the first event and time between events; simulated showers have none of their own.
_START, _STEP = 1.7e9, 1e-3


class SimulatedEventSource(EventSource):
    """Simulates the block that a run card describes and gives its events to ctapipe.

    The block is simulated at once, since ctapipe writes the number of thrown showers before the first event.
    """

    @staticmethod
    def is_compatible(file_path: Any) -> bool:
        """Tell whether a path is that of a run card."""
        return str(file_path).endswith(SUFFIX)

    def __init__(self, input_url: Any = None, config: Any = None, parent: Any = None, **kwargs: Any) -> None:
        super().__init__(input_url=input_url, config=config, parent=parent, **kwargs)
        path = Path(self.input_url)
        self.block = Block.from_card(path.read_text(encoding="utf-8"), str(path))
        self.thrown = prepare(self.block)
        self.events: list[SimulatedEvent] = list(simulate_events(self.block, self.thrown))
        self._subarray = subarray_description(self.thrown.instrument)
        self._obs_id = self.block.obs_id

    @property
    def subarray(self) -> SubarrayDescription:
        """The telescopes."""
        return self._subarray

    @property
    def is_simulation(self) -> bool:
        """Always true."""
        return True

    @property
    def datalevels(self) -> tuple[DataLevel, ...]:
        """Images; ctapipe computes the parameters."""
        return (DataLevel.DL1_IMAGES,)

    @property
    def scheduling_blocks(self) -> dict[int, SchedulingBlockContainer]:
        """One block of simulation."""
        block = SchedulingBlockContainer(
            sb_id=np.uint64(self._obs_id), sb_type=SchedulingBlockType.OBSERVATION, producer_id="simulation"
        )
        return {self._obs_id: block}

    @property
    def observation_blocks(self) -> dict[int, ObservationBlockContainer]:
        """One block of simulation, with the pointing."""
        block = ObservationBlockContainer(
            obs_id=np.uint64(self._obs_id),
            sb_id=np.uint64(self._obs_id),
            producer_id="simulation",
            subarray_pointing_lat=(90 * u.deg - self.thrown.config.zenith).to(u.deg),
            subarray_pointing_lon=self.thrown.config.azimuth,
            subarray_pointing_frame=CoordinateFrameType.ALTAZ,
        )
        return {self._obs_id: block}

    @property
    def simulation_config(self) -> dict[int, SimulationConfigContainer]:
        """What was thrown: all that instrument response functions need."""
        config, place = self.thrown.config, site(self.thrown.instrument.site)
        north, west, up = place.field
        horizontal = float(np.hypot(north, west))
        alt, az = (90 * u.deg - config.zenith).to(u.rad), config.azimuth.to(u.rad)
        values = SimulationConfigContainer(
            run_number=np.int32(self._obs_id),
            energy_range_min=config.energy_min,
            energy_range_max=config.energy_max,
            prod_site_B_total=float(np.hypot(horizontal, up)) * 1e6 * u.uT,
            prod_site_B_declination=float(np.arctan2(-west, north)) * u.rad,
            prod_site_B_inclination=float(np.arctan2(-up, horizontal)) * u.rad,
            prod_site_alt=place.altitude * u.m,
            spectral_index=config.spectral_index,
            n_showers=self.thrown.n_showers,
            shower_reuse=config.reuse,
            max_alt=alt,
            min_alt=alt,
            max_az=az,
            min_az=az,
            diffuse=bool(config.viewcone > 0 * u.deg),
            max_viewcone_radius=config.viewcone,
            min_viewcone_radius=0 * u.deg,
            max_scatter_range=config.scatter_radius,
            min_scatter_range=0 * u.m,
            core_pos_mode=1,
        )
        return {self._obs_id: values}

    @property
    def simulated_shower_distributions(self) -> dict[int, SimulatedShowerDistribution]:
        """Thrown uses of showers over distance and energy."""
        config = self.thrown.config
        low, high = config.energy_min.to_value("TeV"), config.energy_max.to_value("TeV")
        distance = np.linspace(0, config.scatter_radius.to_value("m"), 51)
        energy = np.geomspace(low, high, 51)
        cores = np.concatenate(self.thrown.distances)
        each = np.repeat(self.thrown.energies, [len(uses) for uses in self.thrown.distances])
        histogram, _, _ = np.histogram2d(cores, each, bins=(distance, energy))
        container = SimulatedShowerDistribution(
            obs_id=self._obs_id,
            hist_id=6,  # sim_telarray's number of this histogram
            n_entries=len(cores),
            bins_core_dist=distance * u.m,
            bins_energy=energy * u.TeV,
            histogram=histogram,
        )
        return {self._obs_id: container}

    def _generator(self) -> Iterator[ArrayEventContainer]:
        for count, event in enumerate(self.events):
            yield self._container(event, count)

    def _container(self, simulated: SimulatedEvent, count: int) -> ArrayEventContainer:
        event = ArrayEventContainer(
            index=EventIndexContainer(obs_id=np.uint64(self._obs_id), event_id=np.uint64(simulated.event_id)), count=count
        )
        shower, use = simulated.shower, simulated.use
        core = np.array([shower.core_x[use], shower.core_y[use]])
        event.simulation = SimulatedEventContainer(shower=_shower(simulated))
        alt, az = (90 * u.deg - self.thrown.config.zenith).to(u.rad), self.thrown.config.azimuth.to(u.rad)
        event.monitoring.pointing.array_altitude, event.monitoring.pointing.array_azimuth = alt, az
        now = Time(_START + count * _STEP, format="unix")
        instrument = self.thrown.instrument
        for image in simulated.images:
            tel_id = int(instrument.tel_ids[image.telescope])
            event.dl1.tel[tel_id] = DL1CameraContainer(image=image.image, peak_time=image.peak_time, is_valid=True)
            distance = impact_distance(instrument.xyz[image.telescope], core, shower.alt, shower.az)
            event.simulation.tel[tel_id] = SimulatedCameraContainer(
                true_image_sum=np.int32(image.true_image.sum()),
                true_image=image.true_image if self.thrown.config.true_images else None,
                impact=TelescopeImpactParameterContainer(distance=distance * u.m, prefix="true_impact"),
            )
            event.monitoring.tel[tel_id].pointing = TelescopePointingContainer(azimuth=az, altitude=alt)
            event.trigger.tel[tel_id].time = now
            event.trigger.tel[tel_id].event_type = EventType.SUBARRAY
        event.trigger.tels_with_trigger = np.array(list(event.dl1.tel), np.int16)
        event.trigger.event_type = EventType.SUBARRAY
        event.trigger.time = now
        return event


def _shower(simulated: SimulatedEvent) -> SimulatedShowerContainer:
    shower, use = simulated.shower, simulated.use
    return SimulatedShowerContainer(
        energy=shower.energy * u.TeV,
        alt=shower.alt * u.deg,
        az=shower.az * u.deg,
        core_x=float(shower.core_x[use]) * u.m,
        core_y=float(shower.core_y[use]) * u.m,
        h_first_int=shower.h_first_int * u.m,
        x_max=shower.x_max * u.g / u.cm**2,
        starting_grammage=shower.starting_grammage * u.g / u.cm**2,
        shower_primary_id=np.int16(shower.shower_primary_id),
    )
