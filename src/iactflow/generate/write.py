"""What a worker does with the photoelectrons of a block: record them, write a source of a store or a DL1 file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data.camera import Camera
from iactflow.data.origin import GENERATED_ACTIVITY, GENERATED_KIND
from iactflow.generate.blocks import Block
from iactflow.generate.camera import Recorded, never_triggering, record
from iactflow.generation.conditions import Conditions
from iactflow.generation.times import TimeModel

if TYPE_CHECKING:
    from iactflow.simulate.block import Simulated, SimulatedEvent
    from iactflow.simulate.into_store import StoreSettings

#: What a store counts of generated images.
NOT_TRIGGERED = "not_triggered"


@dataclass(frozen=True)
class Drawn:
    """A block with what the generator drew for it.

    Attributes
    ----------
    block : Block
        Which.
    conditions : Conditions
        Its showers.
    images : ndarray of int, shape (n, n_pixels), p.e.
        Photoelectrons.
    """

    block: Block
    conditions: Conditions
    images: np.ndarray


@dataclass(frozen=True)
class Recorder:
    """Records blocks; made once and sent to every worker.

    Attributes
    ----------
    instrument : str
        Preset of the simulator.
    times : TimeModel
        Of the generator.
    camera : Camera
        The generator's camera and telescopes.
    """

    instrument: str
    times: TimeModel
    camera: Camera

    def __call__(self, drawn: Drawn) -> Recorded:
        """Let the camera record a block."""
        return record(drawn.block, drawn.conditions, drawn.images, self.instrument, self.times, self.camera)

    def refused(self, drawn: Drawn, among: np.ndarray) -> np.ndarray:
        """Find, among some images of a block, those that no noise lets trigger."""
        conditions, images = drawn.conditions[among], drawn.images[among]
        return among[never_triggering(drawn.block, conditions, images, self.instrument, self.times, self.camera)]


def write_parts(recorder: Recorder, folder: Path, settings: "StoreSettings", drawn: Drawn) -> dict[str, Any]:
    """Write a block into parts of a store, which no manifest lists yet; give its source entry."""
    from iactflow.simulate.into_store import add_events, versions

    recorded = recorder(drawn)
    block = drawn.block
    return {
        "name": block.name,
        "sha256": block.identity,
        "kind": GENERATED_KIND,
        "noticed": {NOT_TRIGGERED: len(recorded.events) - recorded.n_triggered},
        "versions": versions(),
        "lost": None,
        "simulation": None,
        **add_events(block.obs_id, recorded.events, recorded.thrown, folder, settings),
    }


def write_file(recorder: Recorder, folder: Path, drawn: Drawn) -> dict[str, Any]:
    """Write a block as a DL1 file; give what a store would have noticed of it."""
    from iactflow.simulate.dl1 import write_source
    from iactflow.simulate.event_source import SimulatedEventSource
    from iactflow.storage import write_text

    recorded, block = recorder(drawn), drawn.block

    class GeneratedEventSource(SimulatedEventSource):
        """Gives the events of a block to ctapipe; its input is the block's card, which only names them."""

        @staticmethod
        def is_compatible(file_path: Any) -> bool:
            """Never: the card alone cannot make the events again."""
            return False

        def _begin(self, on_event: "Callable[[SimulatedEvent], None] | None") -> "tuple[int, Simulated]":
            self.events = recorded.events
            return block.obs_id, recorded.thrown

    card = folder / f".{block.name}.generate.json"
    write_text(card, block.run_card + "\n")
    try:
        write_source(lambda: GeneratedEventSource(card), folder / f"{block.name}.dl1.h5", GENERATED_ACTIVITY)
    finally:
        card.unlink()
    return {"n_images": len(recorded.events), "noticed": {NOT_TRIGGERED: len(recorded.events) - recorded.n_triggered}}
