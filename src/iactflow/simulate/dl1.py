"""DL1 files by ctapipe's own machinery: our event source, ctapipe's image processor and data writer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from iactflow.data.origin import ACTIVITY
from iactflow.ingest.processing import ctapipe_configuration, image_processor
from iactflow.simulate.block import Block, SimulatedEvent
from iactflow.storage import aside

if TYPE_CHECKING:
    from ctapipe.containers import ArrayEventContainer
    from ctapipe.image import ImageProcessor

    from iactflow.simulate.event_source import SimulatedEventSource


def write_dl1(block: Block, out: Path, on_event: Callable[[SimulatedEvent], None], *, overwrite: bool = False) -> None:
    """Simulate a block into a DL1 file with images and parameters.

    Parameters
    ----------
    block : Block
        What to simulate.
    out : Path
        HDF5 file; complete or absent.
    on_event : callable
        Hears of each event.
    overwrite : bool
        Whether an existing file may be replaced.
    """
    from iactflow.simulate.event_source import SUFFIX, SimulatedEventSource

    with tempfile.TemporaryDirectory() as folder:
        card = Path(folder, f"{out.name.split('.')[0]}{SUFFIX}")
        card.write_text(block.card(), encoding="utf-8")
        write_source(lambda: SimulatedEventSource(card, on_event=on_event), out, ACTIVITY, overwrite=overwrite)


def write_source(
    open_source: Callable[[], SimulatedEventSource], out: Path, activity: str, *, overwrite: bool = False
) -> None:
    """Write the events of a source into a DL1 file with images and parameters.

    Parameters
    ----------
    open_source : callable
        Opens the source, within the activity that ctapipe's provenance records.
    out : Path
        HDF5 file; complete or absent.
    activity : str
        Name of the activity, by which readers know the origin of the showers.
    overwrite : bool
        Whether an existing file may be replaced.
    """
    from ctapipe.core import Provenance
    from ctapipe.io import DataWriter

    with aside(out, overwrite=overwrite) as target:
        Provenance().start_activity(activity)
        try:
            with open_source() as source:
                process = image_processor(source.subarray, ctapipe_configuration(None))
                options = {"write_dl1_images": True, "write_dl1_parameters": True}
                with DataWriter(event_source=source, output_path=target, **options) as write:
                    for event in source:
                        add_parameters(event, process)
                        write(event)
                    write.write_simulated_shower_distributions(source.simulated_shower_distributions)
        finally:
            Provenance().finish_activity(activity)


def add_parameters(event: ArrayEventContainer, process: ImageProcessor) -> None:
    """Clean the images of an event and compute their parameters, each image by itself.

    ctapipe's fit of the time gradient draws from one generator for all images, so that an image's parameters would
    depend on the images before it; each image starts from the generator's first state instead, as in ``ingest``.
    """
    import numpy as np
    from ctapipe import fitting
    from ctapipe.containers import ArrayEventContainer, SimulatedEventContainer

    first_state = np.random.default_rng(0).bit_generator.state
    for tel_id, dl1 in event.dl1.tel.items():
        alone = ArrayEventContainer(index=event.index)
        alone.dl1.tel[tel_id] = dl1
        alone.simulation = SimulatedEventContainer()
        alone.simulation.tel[tel_id] = event.simulation.tel[tel_id]
        fitting.FIT_RNG.bit_generator.state = first_state
        process(alone)
