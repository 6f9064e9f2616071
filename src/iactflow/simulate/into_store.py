"""The short way into a store: a block's rows without the DL1 file, the same rows that ingest makes of that file."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.data.camera import Camera
from iactflow.data.split import SplitFractions
from iactflow.data.writer import PartWriter, StoreWriter
from iactflow.ingest.blocks import Task, complete_rows
from iactflow.ingest.parameters import ParameterMaker, column, flat
from iactflow.ingest.processing import ctapipe_configuration
from iactflow.ingest.run import CUTS
from iactflow.ingest.simulation import simulation_values
from iactflow.simulate.block import Block, Simulated, SimulatedEvent, prepare, simulate_events
from iactflow.simulate.telescope import Instrument

#: Images whose rows are made at once.
_PORTION = 256
_PACKAGES = ("iactflow", "ctapipe", "numba", "numpy", "pyarrow")


@dataclass(frozen=True)
class StoreSettings:
    """What all sources of a store share: shares of its parts, ctapipe's whole configuration."""

    fractions: SplitFractions
    ctapipe: dict[str, Any]

    @classmethod
    def of(cls, fractions: SplitFractions, ctapipe_config: Path | Mapping[str, Any] | None) -> StoreSettings:
        """Complete ctapipe's configuration as ingest does."""
        return cls(fractions, ctapipe_configuration(ctapipe_config))


def open_store(instrument: Instrument, folder: Path, settings: StoreSettings, *, true_images: bool) -> StoreWriter:
    """Open the store, or make it, with the settings that ingest would use; its lock must be held."""
    from iactflow.simulate.description import subarray_description

    camera = Camera.from_subarray(subarray_description(instrument), instrument.camera.name)
    shared = {
        "parameters": True,
        "true_images": true_images,
        "fractions": settings.fractions.model_dump(),
        "cuts": CUTS,
        "ctapipe": settings.ctapipe,
    }
    return StoreWriter(folder, camera, shared)


def identity(block: Block) -> str:
    """Give the sha256 of the run card, by which a store knows a block."""
    return hashlib.sha256(block.card().encode()).hexdigest()


def write_parts(
    block: Block, folder: Path, settings: StoreSettings, on_event: Callable[[SimulatedEvent], None]
) -> dict[str, Any]:
    """Simulate a block into parts of a store, which no manifest lists yet.

    Parameters
    ----------
    block : Block
        What to simulate.
    folder : Path
        The store.
    settings : StoreSettings
        Those that the store was opened with.
    on_event : callable
        Hears of each event.

    Returns
    -------
    dict
        The source entry for the manifest.
    """
    from iactflow.simulate.containers import simulation_container

    start = time.process_time()
    thrown = prepare(block)
    events = []
    for event in simulate_events(block, thrown):
        events.append(event)
        on_event(event)
    written = add_events(block.obs_id, events, thrown, folder, settings)
    return {
        "name": f"{block.config.primary}_s{block.seed}_b{block.number:05d}",
        "sha256": identity(block),
        "kind": "simulated",
        "card": json.loads(block.card()),
        "noticed": {},
        "versions": versions(),
        "lost": None,
        "simulation": {str(block.obs_id): simulation_values(simulation_container(block.obs_id, thrown))},
        "cpu_seconds": round(time.process_time() - start, 2),
        **written,
    }


def versions() -> dict[str, str]:
    """List the packages that decide what a source holds."""
    return {package: version(package) for package in _PACKAGES}


def add_events(
    obs_id: int, events: Sequence[SimulatedEvent], thrown: Simulated, folder: Path, settings: StoreSettings
) -> dict[str, Any]:
    """Write events into parts of a store.

    Parameters
    ----------
    obs_id : int
        Number of the run.
    events : sequence of SimulatedEvent
        What the telescopes recorded.
    thrown : Simulated
        Instrument and configuration.
    folder : Path
        The store.
    settings : StoreSettings
        Those that the store was opened with.

    Returns
    -------
    dict
        Runs, numbers of images and events, parts, as `iactflow.data.writer.PartWriter.summary` gives them.
    """
    from iactflow.simulate.description import subarray_description

    subarray = subarray_description(thrown.instrument)
    camera = Camera.from_subarray(subarray, thrown.instrument.camera.name)
    tel_ids = tuple(int(tel_id) for tel_id in thrown.instrument.tel_ids)
    task = Task(folder, camera.name, camera.hash, tel_ids, True, settings.fractions, settings.ctapipe)
    table = schema.store_schema(camera.n_pixels, parameters=True, true_images=thrown.config.true_images)
    parts = PartWriter(folder)
    make_parameters = ParameterMaker(subarray, settings.ctapipe, True)
    for columns in _columns(obs_id, events, thrown, make_parameters):
        parts.add(complete_rows(table, columns, task))
    parts.close()
    return parts.summary()


def _columns(
    obs_id: int, events: Sequence[SimulatedEvent], thrown: Simulated, make_parameters: ParameterMaker
) -> Iterator[dict[str, np.ndarray]]:
    """Give the columns of portions of images, telescope by telescope as ctapipe's tables have them."""
    from iactflow.simulate.containers import impact_container, pointing, shower_container

    instrument = thrown.instrument
    alt, az = (angle.to_value("deg") for angle in pointing(thrown.config))
    units = {f.name: schema.unit_of(f) for f in schema.truth_fields()}
    order = np.argsort(instrument.tel_ids)
    for telescope in order.tolist():
        tel_id = int(instrument.tel_ids[telescope])
        own = [(e, image) for e in events for image in e.images if image.telescope == telescope]
        for first in range(0, len(own), _PORTION):
            some = own[first : first + _PORTION]
            n = len(some)
            columns = {
                schema.OBS_ID: np.full(n, obs_id),
                schema.EVENT_ID: np.array([e.event_id for e, _ in some]),
                schema.TEL_ID: np.full(n, tel_id),
                schema.IMAGE: np.stack([image.image for _, image in some]),
                schema.PEAK_TIME: np.stack([image.peak_time for _, image in some]),
                schema.POINTING_ALT: np.full(n, alt),
                schema.POINTING_AZ: np.full(n, az),
            }
            truth = [
                flat("true", shower_container(e)) | flat("true_impact", impact_container(e, instrument.xyz[telescope]))
                for e, _ in some
            ]
            columns |= {name: column([row[name] for row in truth], unit) for name, unit in units.items()}
            if thrown.config.true_images:
                columns[schema.TRUE_IMAGE] = np.stack([image.true_image for _, image in some])
            columns |= make_parameters(tel_id, columns[schema.IMAGE], columns[schema.PEAK_TIME])
            yield columns
