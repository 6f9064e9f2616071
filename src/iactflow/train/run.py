"""Fit a network to stores and write a model bundle."""

import hashlib
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iactflow.data.array import leaders
from iactflow.data.select import Selection
from iactflow.errors import ConfigError, IactflowError
from iactflow.fitting.checkpoint import Checkpoint
from iactflow.fitting.place import claim
from iactflow.fitting.state import FitState
from iactflow.fitting.team import place
from iactflow.models.bundle import MANIFEST
from iactflow.models.config import Model
from iactflow.models.custom import code_of, held
from iactflow.models.source import model_file
from iactflow.models.tasks import tasks_named
from iactflow.progress import Progress
from iactflow.storage import remove
from iactflow.tracking import OUTBOX, Tracker
from iactflow.train.config import Train
from iactflow.train.examples import Examples, choose_examples
from iactflow.train.summary import TrainSummary
from iactflow.train.weights import require_signal

if TYPE_CHECKING:
    from iactflow.fitting.steps import Steps
    from iactflow.train.setup import Parts


def run(
    tasks: list[str],
    selection: Selection,
    model: Model,
    config: Train,
    stores: Sequence[Path],
    out: Path,
    *,
    instrument: str,
    overwrite: bool = False,
) -> TrainSummary:
    """Fit a network to the train part of stores.

    Parameters
    ----------
    tasks : list of str
        What the network estimates, names in `iactflow.models.tasks.TASKS`.
    selection : Selection
        Cuts on images, for training and validation alike; the bundle keeps them for evaluation.
    model : Model
        Network, mapping, and what to start from.
    config : Train
        How to fit.
    stores : sequence of pathlib.Path
        Stores of one camera.
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
        If there is nothing to train on.
    IactflowError
        If the loss stops being finite, another training writes to `out`, or one of several processes is lost.

    Notes
    -----
    Where the environment variable TF_CONFIG names several processes, each is started with the same call and has the
    same stores before it; only the first reads and writes `out`.
    """
    out = Path(out)
    tasks_named(tasks)
    sections = {"selection": selection, "model": model, "train": config}
    with held(model.name), ExitStack() as place_held:
        examples = choose_examples(stores, selection, model, instrument=instrument, fraction=config.data_fraction)
        _require_examples(examples, tasks, config)
        here = place()
        checkpoint = Checkpoint(out, _work(tasks, instrument, sections, examples), kept=here.first)
        refusal: IactflowError | None = None
        try:
            if here.first:
                place_held.enter_context(claim(out, overwrite=overwrite))
                if not checkpoint.resumable(overwrite=overwrite):
                    remove(out / OUTBOX)  # of other work
        except IactflowError as error:
            if here.of == 1:
                raise
            refusal = error  # the other processes wait for this one, which has to tell them
        return _train(tasks, instrument, sections, examples, checkpoint, out, refusal)


def _require_examples(examples: Examples, tasks: list[str], config: Train) -> None:
    """Raise `ConfigError` unless there is something to learn each task from, and to stop early by."""
    require_signal(examples.store, leaders(examples.train), tasks, config)
    if config.early_stopping_patience is not None and not len(examples.validation):
        raise ConfigError(
            "train.early_stopping_patience must be null here: no image of the validation part is left after the cuts, "
            f"so nothing tells when to stop. Received: {config.early_stopping_patience}."
        )


def _train(
    tasks: list[str],
    instrument: str,
    sections: dict[str, Any],
    examples: Examples,
    checkpoint: Checkpoint,
    out: Path,
    refusal: IactflowError | None,
) -> TrainSummary:
    from iactflow.train.publish import publish
    from iactflow.train.setup import prepare

    parts = prepare(tasks, sections["model"], sections["train"], examples)
    team = parts.steps.team
    with team.held_together():
        team.refuse(refusal)
        kept = team.share(checkpoint.content())
    state = checkpoint.restore(parts.steps.variables, kept) if kept else FitState()
    _announce(examples, state, parts.steps)
    if not team.place.first:
        return _follow(parts, state, checkpoint, out)
    tags = {"task": ",".join(tasks), "instrument": instrument, "store": examples.store.hash}
    tracker = Tracker(f"train {out.name}", tags, state.run_id, out / OUTBOX)
    state.run_id = tracker.run_id
    if not state.images:
        tracker.params({name: section.model_dump(mode="json") for name, section in sections.items()})

    _fit(parts, state, checkpoint, tracker)
    tracker.contact()  # the bundle names the run
    info = publish(
        out,
        tasks=tasks,
        instrument=instrument,
        sections=sections,
        examples=examples,
        view=parts.view,
        network=parts.network,
        state=state,
        mlflow=tracker.describe(),
    )
    summary = TrainSummary(out, _values(info))
    tracker.metrics({f"final_{name}": value for name, value in summary.finite().items()}, step=state.epoch)
    tracker.artifact(out / MANIFEST)
    tracker.finish()
    with team.held_together():
        team.agree(False)  # the others wait for the model
    return summary


def _fit(parts: "Parts", state: FitState, checkpoint: Checkpoint, tracker: Tracker) -> None:
    """Fit to the end of the plan, with a line, numbers for MLflow and a checkpoint after each epoch."""
    from iactflow.fitting.device import lost_device
    from iactflow.fitting.loop import Fit
    from iactflow.fitting.memory import enough_memory

    total = parts.plan.epochs * parts.feeder.n_images
    with Progress("train", "images", total) as progress:
        progress.go_on_at(state.images)

        def on_epoch(state: FitState) -> None:
            values = {name: values[-1] for name, values in state.history.items() if name != "epoch"}
            tracker.metrics(values, step=state.epoch)
            state.run_id = tracker.run_id
            _say_epoch(state, parts.plan.epochs)

        watch = (progress.advance, on_epoch)
        fit = Fit(parts.steps, parts.feeder, parts.validation, parts.plan, state, checkpoint, *watch, parts.steps.team)
        try:
            with (
                enough_memory(parts.feeder.batch_size),
                lost_device(checkpoint.path),
                parts.steps.team.held_together(),
            ):
                fit.run()
        except Exception:
            tracker.finish(failed=True)
            raise


def _follow(parts: "Parts", state: FitState, checkpoint: Checkpoint, out: Path) -> TrainSummary:
    """Fit along with the first of several processes, which writes the model."""
    from iactflow.fitting.loop import Fit
    from iactflow.fitting.memory import enough_memory

    team = parts.steps.team
    with enough_memory(parts.feeder.batch_size), team.held_together():
        watch = (_nothing, _nothing)
        fit = Fit(parts.steps, parts.feeder, parts.validation, parts.plan, state, checkpoint, *watch, team)
        fit.run()
        team.agree(False)
    print(f"train: number {team.place.number + 1} of {team.place.of} is done; the first wrote {out}", file=sys.stderr)
    return TrainSummary(out, {})


def _nothing(_: object) -> None:
    """Say nothing: the first process does."""


def _work(tasks: list[str], instrument: str, sections: dict[str, Any], examples: Examples) -> dict[str, Any]:
    """Describe what is fitted to what; a checkpoint goes on only for the same."""
    code = code_of(sections["model"].name)
    settings = {name: section.model_dump(mode="json") for name, section in sections.items()}
    del settings["train"]["checkpoint_minutes"]  # changes nothing in the result
    return {
        "tasks": tasks,
        "instrument": instrument,
        **settings,
        "data": [store["hash"] for store in examples.stores],
        "camera": examples.store.camera.hash,
        "init": _content_hash(settings["model"]["init"]),
        "code of model.name": None if code is None else hashlib.sha256(code).hexdigest()[:16],
    }


def _content_hash(init: str | None) -> str | None:
    if init is None:
        return None
    with open(model_file(init), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _announce(examples: Examples, state: FitState, steps: "Steps") -> None:
    from iactflow.fitting.device import device_name

    showers = sum(store["n_train_showers"] for store in examples.stores)
    what = "images" if examples.train.ndim == 1 else "events"
    said = f"train: {len(examples.train)} {what} of {showers} showers, {len(examples.validation)} for validation"
    said += f"; on {device_name()}"
    if steps.team.place.of > 1:
        said += f"; process {steps.team.place.number + 1} of {steps.team.place.of}"
    if state.images:
        said += f"; going on from the checkpoint in epoch {state.epoch + 1}, after batch {state.batch}"
    print(said, file=sys.stderr)


def _say_epoch(state: FitState, epochs: int) -> None:
    last = {name: values[-1] for name, values in state.history.items()}
    validation = "" if last["val_loss"] is None else f", val_loss {last['val_loss']:.4f}"
    print(
        f"epoch {state.epoch} of {epochs}: loss {last['loss']:.4f}{validation}, learning rate "
        f"{last['learning_rate']:.2e}, {last['seconds']:.1f} s",
        file=sys.stderr,
    )


def _values(info: dict[str, Any]) -> dict[str, float | None]:
    """Pick the numbers of a summary from ``model.json``."""
    history, cost = info["history"], info["cost"]
    kept = history["epoch"].index(info["kept_epoch"])
    return {
        "epochs": float(history["epoch"][-1]),
        "kept_epoch": float(info["kept_epoch"]),
        **{name: values[kept] for name, values in history.items() if "loss" in name or name.startswith("val_")},
        "n_train": float(sum(store["n_train"] for store in info["stores"])),
        "n_validation": float(sum(store["n_validation"] for store in info["stores"])),
        **{name: cost[name] for name in ("parameters", "flops_per_event", "train_seconds", "ms_per_event")},
    }
