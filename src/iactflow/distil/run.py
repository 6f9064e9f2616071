"""Distil a generator: a student with the teacher's weights learns to need few steps."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iactflow.data.select import Selection
from iactflow.errors import ConfigError
from iactflow.fitting.checkpoint import Checkpoint
from iactflow.fitting.place import claim
from iactflow.fitting.state import FitState
from iactflow.generation.config import WITHOUT_EFFECT, Distil
from iactflow.tracking import Tracker


@dataclass(frozen=True)
class DistilSummary:
    """Result of ``iactflow distil``.

    Attributes
    ----------
    path : pathlib.Path
        The student.
    values : dict
        Loss and cost, by name.
    """

    path: Path
    values: dict[str, float]

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        return self.values


def run(
    selection: Selection,
    config: Distil,
    teacher: Path,
    stores: Sequence[Path],
    out: Path,
    *,
    instrument: str,
    overwrite: bool = False,
) -> DistilSummary:
    """Make a student of a teacher.

    Parameters
    ----------
    selection : Selection
        Cuts on images.
    config : Distil
        How.
    teacher : pathlib.Path
        Bundle of a generator by flow.
    stores : sequence of pathlib.Path
        Stores that hold the photoelectrons of showers.
    out : pathlib.Path
        Folder of the student's bundle; the same call after an interruption goes on from its checkpoint.
    instrument : str
        Name in the configuration; a preset's camera must be the stores'.
    overwrite : bool
        Whether a finished student, or the checkpoint of other work, is replaced.

    Returns
    -------
    DistilSummary

    Raises
    ------
    ConfigError
        If the teacher is no generator by flow, or of another camera.
    InputError
        If teacher or stores cannot be used.
    """
    from iactflow.generation.bundle import GeneratorBundle, networks_hash
    from iactflow.generation.examples import Examples

    out = Path(out)
    bundle = GeneratorBundle.load(teacher)
    if bundle.info["method"] != "flow":
        raise ConfigError(
            f"--model must be a generator by flow (model.name: flow). Received: {teacher}, which is one by "
            f"{bundle.info['method']}."
        )
    examples = Examples.of(stores, selection, instrument=instrument)
    examples.store.camera.require_same(
        bundle.assembly.camera.hash, here=str(examples.store.paths[0]), there=str(teacher)
    )
    print(f"distil: {len(examples.rows)} images, {config.method}", file=sys.stderr)
    settings = {
        name: section.model_dump(mode="json") for name, section in (("selection", selection), ("distil", config))
    }
    work = {
        **settings,
        "distil": config.model_dump(mode="json", exclude=WITHOUT_EFFECT),
        "teacher": networks_hash(teacher),
        "data": [store["hash"] for store in examples.describe()],
    }
    with claim(out, overwrite=overwrite):
        return _distil(examples, bundle, config, settings, work, out, instrument, overwrite)


def _distil(
    examples: Any,
    bundle: Any,
    config: Distil,
    settings: dict[str, Any],
    work: dict[str, Any],
    out: Path,
    instrument: str,
    overwrite: bool,
) -> DistilSummary:
    from dataclasses import replace

    from iactflow.generation.assembly import new_pixel_network
    from iactflow.generation.fit import earlier_run
    from iactflow.generation.publish import failing, publish
    from iactflow.models.backend import keras

    keras.utils.set_random_seed(config.seed)
    teacher = bundle.assembly
    made = replace(teacher, pixel_network=new_pixel_network(teacher), contrast=None)
    made.pixel_network.set_weights(teacher.pixel_network.get_weights())
    checkpoint = Checkpoint(out, work)
    tags = {"task": "generation", "instrument": instrument, "method": config.method}
    tracker = Tracker(f"distil {out.name}", tags, earlier_run([checkpoint], overwrite=overwrite))
    tracker.params(settings)
    info = {
        "method": config.method,
        "steps": config.steps,
        # progressive students know jumps of halved lengths alone, which equal steps are made of
        "shift": 1.0 if config.method == "progressive" else config.shift,
        "instrument": instrument,
        "config": {**settings, "model": bundle.info["config"]["model"]},
        "seed": config.seed,
        "teacher": {"name": bundle.info["name"], "content": work["teacher"], "cost": bundle.info["cost"]},
    }
    drawn = bundle.library, bundle.times
    with failing(tracker):
        state = _fit(examples, teacher, made, config, checkpoint, tracker, overwrite)
        return DistilSummary(out, publish(out, made, examples, {"pixels": state}, tracker, info, drawn))


def _fit(
    examples: Any,
    teacher: Any,
    made: Any,
    config: Distil,
    checkpoint: Checkpoint,
    tracker: Tracker,
    overwrite: bool,
) -> FitState:
    from iactflow.generation.fit import fit, student_work

    def after_epoch(state: FitState) -> None:
        loss, seconds = (state.history[name][-1] for name in ("loss", "seconds"))
        tracker.metrics({"loss": loss, "seconds": seconds}, step=state.epoch)
        print(f"student, epoch {state.epoch} of {config.epochs}: loss {loss:.5f}, {seconds:.1f} s", file=sys.stderr)

    options = {"batch_size": config.batch_size, "seed": config.seed, "fraction": config.data_fraction_per_epoch}
    return fit(
        student_work(made, teacher, examples.pixel_feeder(made, **options), config),
        config,
        checkpoint,
        epochs=config.epochs,
        overwrite=overwrite,
        on_epoch=after_epoch,
        run_id=tracker.run_id,
    )
