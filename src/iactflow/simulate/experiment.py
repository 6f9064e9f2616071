"""The ``simulate:`` section of an experiment: how many showers of which particles, under which conditions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from iactflow.config import validate
from iactflow.data.split import SplitFractions
from iactflow.errors import ConfigError
from iactflow.simulate.config import MAX_SEED, Conditions, Primary, Simulate

if TYPE_CHECKING:
    from iactflow.simulate.run import Format, SimulateSummary


class Simulation(Conditions):
    """Showers that an experiment simulates; its instrument is the experiment's own."""

    events: dict[Primary, int] = Field({"gamma": 6000}, description="Triggered array events of each primary.")
    seed: int = Field(1, ge=0, le=MAX_SEED, description="The same seed gives the same events.")

    @field_validator("events")
    @classmethod
    def _some(cls, events: dict[Primary, int]) -> dict[Primary, int]:
        if not events or min(events.values()) < 1:
            raise ValueError("must name at least one primary with at least 1 event, such as {gamma: 6000}")
        return events

    def of_primary(self, preset: str, primary: str) -> Simulate:
        """Give the configuration of the simulation of one primary with an instrument."""
        conditions = self.model_dump(mode="json", exclude={"events", "seed"})
        return validate(Simulate, {**conditions, "preset": preset, "primary": primary}, "the section simulate")

    def shifted(self, seed_shift: int) -> Simulation:
        """Move the seed on by so many, and around to 0 after the largest one: other showers of the same kind."""
        return self.model_copy(update={"seed": (self.seed + seed_shift) % (MAX_SEED + 1)})


def parse_shard(text: str) -> tuple[int, int]:
    """Read a share of a run, such as ``3/16``.

    Raises
    ------
    ConfigError
        If it is not I/N.
    """
    number, slash, count = text.partition("/")
    if not (slash and number.isdigit() and count.isdigit()):
        raise ConfigError(f"shard must be I/N, such as 3/16. Received: {text}")
    return int(number), int(count)


def simulate_all(
    simulation: Simulation,
    preset: str,
    out: Path,
    *,
    shard: tuple[int, int] = (1, 1),
    output_format: Format = "store",
    fractions: SplitFractions = SplitFractions(),  # noqa: B008 - frozen
    ctapipe_config: Mapping[str, Any] | None = None,
    workers: int | None = None,
) -> dict[str, SimulateSummary]:
    """Simulate every primary of an experiment, or one share of them, into one folder.

    Parameters
    ----------
    simulation : Simulation
        The section.
    preset : str
        Instrument.
    out : pathlib.Path
        Folder of DL1 files, one of each primary within, or the store of all.
    shard, output_format, fractions, ctapipe_config, workers
        As in `iactflow.simulate.run.run`.

    Returns
    -------
    dict of SimulateSummary
        By primary.
    """
    from iactflow.simulate.run import run

    return {
        primary: run(
            simulation.of_primary(preset, primary),
            out if output_format == "store" else out / primary,
            seed=simulation.seed,
            events=events,
            shard=shard,
            output_format=output_format,
            fractions=fractions,
            ctapipe_config=ctapipe_config,
            workers=workers,
        )
        for primary, events in simulation.events.items()
    }
