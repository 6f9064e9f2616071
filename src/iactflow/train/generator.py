"""Fit a generator of images to stores: the size model, then the pixel model."""

import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from iactflow.data.select import Selection
from iactflow.fitting.checkpoint import FOLDER, Checkpoint
from iactflow.fitting.place import claim
from iactflow.fitting.state import FitState
from iactflow.generation.config import WITHOUT_EFFECT, Generator, TrainGenerator
from iactflow.tracking import Tracker
from iactflow.train.summary import TrainSummary

#: Size models learn from batches so many times as large: they are small.
_SIZE_BATCHES = 4


def run(
    selection: Selection,
    model: Generator,
    config: TrainGenerator,
    stores: Sequence[Path],
    out: Path,
    *,
    instrument: str,
    overwrite: bool = False,
) -> TrainSummary:
    """Fit a generator to the photoelectrons of the train part of stores.

    Parameters
    ----------
    selection : Selection
        Cuts on images.
    model : Generator
        What the generator is.
    config : TrainGenerator
        How it is fitted.
    stores : sequence of pathlib.Path
        Stores of one camera that hold the photoelectrons of the showers.
    out : pathlib.Path
        Folder of the bundle. While training goes on it holds ``checkpoint/`` and no ``model.json``; the same call
        after an interruption goes on from there.
    instrument : str
        Name in the configuration; a preset's camera must be the stores'.
    overwrite : bool
        Whether a finished model, or the checkpoint of other work, is replaced.

    Returns
    -------
    TrainSummary

    Raises
    ------
    ConfigError
        If the configuration does not fit the data, or `out` holds something else.
    InputError
        If there is nothing to train on, or the stores hold no photoelectrons of the showers.
    IactflowError
        If the loss stops being finite, or another training writes to `out`.
    """
    from iactflow.generation.examples import Examples

    out = Path(out)
    examples = Examples.of(stores, selection, instrument=instrument)
    print(f"train: {len(examples.rows)} images", file=sys.stderr)
    sections = {"selection": selection, "model": model, "train": config}
    settings = {name: section.model_dump(mode="json") for name, section in sections.items()}
    work = {
        "instrument": instrument,
        **settings,
        "train": config.model_dump(mode="json", exclude=WITHOUT_EFFECT),
        "data": [store["hash"] for store in examples.describe()],
    }
    with claim(out, overwrite=overwrite):
        return _train(examples, model, config, settings, work, out, instrument, overwrite)


def _train(
    examples: Any,
    model: Generator,
    config: TrainGenerator,
    settings: dict[str, Any],
    work: dict[str, Any],
    out: Path,
    instrument: str,
    overwrite: bool,
) -> TrainSummary:
    from iactflow.generation.fit import earlier_run
    from iactflow.generation.publish import failing, publish
    from iactflow.generation.times import TimeModel
    from iactflow.models.backend import keras

    keras.utils.set_random_seed(config.seed)
    made = _assembly(examples, model)
    steps = 1 if model.name == "wgan" else model.steps
    info: dict[str, Any] = {"method": model.name, "steps": steps, "shift": model.shift}
    checkpoints = [Checkpoint(out / FOLDER / "size", work), Checkpoint(out, work)]
    run_id = earlier_run(checkpoints, overwrite=overwrite)
    tracker = Tracker(f"train {out.name}", {"task": "generation", "instrument": instrument}, run_id)
    tracker.params(settings)
    with failing(tracker):
        drawn = examples.conditions, TimeModel.fit(examples.store, examples.rows)
        states = _fit_both(examples, made, config, checkpoints, info, tracker, overwrite)
        info |= {"instrument": instrument, "config": settings, "seed": config.seed}
        return TrainSummary(out, {**publish(out, made, examples, states, tracker, info, drawn)})


def _assembly(examples: Any, model: Generator) -> Any:
    """Put a fresh generator together, or begin with another one's networks."""
    from iactflow.generation.assembly import assemble
    from iactflow.generation.bundle import GeneratorBundle, begin_with

    if model.init is None:
        camera = examples.store.camera
        return assemble(model, camera, examples.some_images(4096), examples.conditions, examples.moments)
    return begin_with(GeneratorBundle.load(model.init), model, examples.store.camera)


def _fit_both(
    examples: Any,
    made: Any,
    config: TrainGenerator,
    checkpoints: list[Checkpoint],
    info: dict[str, Any],
    tracker: Tracker,
    overwrite: bool,
) -> dict[str, FitState]:
    from iactflow.generation.fit import fit, pixel_work, size_work
    from iactflow.generation.pictures import picture_maker

    options = {"batch_size": config.batch_size, "seed": config.seed, "fraction": config.data_fraction_per_epoch}
    rounds: dict[str, Any] = {"overwrite": overwrite, "run_id": tracker.run_id}

    def say(what: str, state: FitState) -> None:
        last = {name: values[-1] for name, values in state.history.items()}
        tracker.metrics({f"{what}_{name}": last[name] for name in ("loss", "seconds")}, step=state.epoch)
        print(f"{what} model, epoch {state.epoch}: loss {last['loss']:.5f}, {last['seconds']:.1f} s", file=sys.stderr)

    size_options = {**options, "batch_size": _SIZE_BATCHES * config.batch_size}
    size = size_work(made, examples.size_feeder(made, **size_options), config)
    size_state = fit(size, config, checkpoints[0], epochs=config.size_epochs, on_epoch=partial(say, "size"), **rounds)

    shown = examples.conditions[: config.pictures]
    images = examples.store.true_images(examples.rows[: config.pictures])
    draw = picture_maker(made, info, examples.conditions, images, shown) if config.pictures else None
    pixels = pixel_work(made, examples.pixel_feeder(made, **options), config)

    def after_epoch(state: FitState) -> None:
        say("pixel", state)
        if draw is not None and state.epoch in _quarters(config.epochs):
            with tempfile.TemporaryDirectory() as folder:
                picture = Path(folder, f"images-epoch-{state.epoch:04d}.png")
                draw(pixels.steps.averages, picture)
                tracker.artifact(picture)

    pixel_state = fit(pixels, config, checkpoints[1], epochs=config.epochs, on_epoch=after_epoch, **rounds)
    return {"size": size_state, "pixels": pixel_state}


def _quarters(epochs: int) -> set[int]:
    """List the epochs after which images are drawn: four, evenly spread, with the last."""
    return {max(1, round(epochs * part / 4)) for part in (1, 2, 3, 4)}
