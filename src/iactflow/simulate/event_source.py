"""Our events for ctapipe: an ``EventSource`` whose input is a run card.

With this module imported, every ctapipe tool takes run cards (``*.simulate.json``); installed, ctapipe finds it by its
entry point ``ctapipe_io``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    SimulatedShowerDistribution,
    SimulationConfigContainer,
    TelescopePointingContainer,
)
from ctapipe.instrument import SubarrayDescription
from ctapipe.io import DataLevel, EventSource

from iactflow.simulate.block import Block, Simulated, SimulatedEvent, prepare, simulate_events
from iactflow.simulate.containers import (
    distribution_container,
    impact_container,
    pointing,
    shower_container,
    simulation_container,
)
from iactflow.simulate.description import subarray_description

#: How a run card is named.
SUFFIX = ".simulate.json"
#: Time of the first event and time between events; simulated showers have none of their own.
_START, _STEP = 1.7e9, 1e-3


class SimulatedEventSource(EventSource):  # type: ignore[misc]  # ctapipe has no types
    """Simulates the block that a run card describes and gives its events to ctapipe.

    The block is simulated at once, since ctapipe writes the number of thrown showers before the first event.
    """

    @staticmethod
    def is_compatible(file_path: Any) -> bool:
        """Tell whether a path is that of a run card."""
        return str(file_path).endswith(SUFFIX)

    def __init__(
        self,
        input_url: Any = None,
        config: Any = None,
        parent: Any = None,
        on_event: Callable[[SimulatedEvent], None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(input_url=input_url, config=config, parent=parent, **kwargs)
        self.events: list[SimulatedEvent] = []
        self._obs_id, self.thrown = self._begin(on_event)
        self._subarray = subarray_description(self.thrown.instrument)

    def _begin(self, on_event: Callable[[SimulatedEvent], None] | None) -> tuple[int, Simulated]:
        """Make the events; give the number of the run and what was thrown."""
        path = Path(self.input_url)
        block = Block.from_card(path.read_text(encoding="utf-8"), str(path))
        thrown = prepare(block)
        for event in simulate_events(block, thrown):
            self.events.append(event)
            if on_event is not None:
                on_event(event)
        return block.obs_id, thrown

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
        return {self._obs_id: simulation_container(self._obs_id, self.thrown)}

    @property
    def simulated_shower_distributions(self) -> dict[int, SimulatedShowerDistribution]:
        """Thrown uses of showers over distance and energy."""
        return {self._obs_id: distribution_container(self._obs_id, self.thrown)}

    def _generator(self) -> Iterator[ArrayEventContainer]:
        for count, event in enumerate(self.events):
            yield self._container(event, count)

    def _container(self, simulated: SimulatedEvent, count: int) -> ArrayEventContainer:
        event = ArrayEventContainer(
            index=EventIndexContainer(obs_id=np.uint64(self._obs_id), event_id=np.uint64(simulated.event_id)),
            count=count,
        )
        event.simulation = SimulatedEventContainer(shower=shower_container(simulated))
        alt, az = pointing(self.thrown.config)
        event.monitoring.pointing.array_altitude, event.monitoring.pointing.array_azimuth = alt, az
        now = Time(_START + count * _STEP, format="unix")
        instrument = self.thrown.instrument
        for image in simulated.images:
            tel_id = int(instrument.tel_ids[image.telescope])
            event.dl1.tel[tel_id] = DL1CameraContainer(image=image.image, peak_time=image.peak_time, is_valid=True)
            event.simulation.tel[tel_id] = SimulatedCameraContainer(
                true_image_sum=np.int32(image.true_image.sum()),
                true_image=image.true_image if self.thrown.config.true_images else None,
                impact=impact_container(simulated, instrument.xyz[image.telescope]),
            )
            event.monitoring.tel[tel_id].pointing = TelescopePointingContainer(azimuth=az, altitude=alt)
            event.trigger.tel[tel_id].time = now
            event.trigger.tel[tel_id].event_type = EventType.SUBARRAY
        event.trigger.tels_with_trigger = np.array(list(event.dl1.tel), np.int16)
        event.trigger.event_type = EventType.SUBARRAY
        event.trigger.time = now
        return event
