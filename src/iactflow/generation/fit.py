"""Fitting of a generator's networks with the one loop that fits all networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from iactflow.data.feeder import Feeder
from iactflow.fitting.checkpoint import Checkpoint
from iactflow.fitting.cost import flops_per_event, n_parameters
from iactflow.fitting.device import device_name
from iactflow.fitting.loop import Fit, Plan
from iactflow.fitting.memory import enough_memory
from iactflow.fitting.optimizers import make_optimizer
from iactflow.fitting.state import FitState
from iactflow.generation import students
from iactflow.generation.assembly import Assembly
from iactflow.generation.config import Distil, Fitting, TrainGenerator
from iactflow.generation.flow import TimeLaw
from iactflow.generation.steps import Packing, Steps, prepare_pixels, prepare_values
from iactflow.progress import Progress

#: Law of the size model's times: its values are no sparse images.
_SIZE_TIMES = (0.0, 1.2)


@dataclass(frozen=True)
class Work:
    """What is fitted to what.

    Attributes
    ----------
    what : str
        What people call it.
    steps : Steps or AdversarialSteps
        The network with its loss.
    feeder : Feeder
        What it learns from.
    """

    what: str
    steps: Any
    feeder: Feeder


def fit(
    work: Work,
    settings: Fitting,
    checkpoint: Checkpoint,
    *,
    epochs: int,
    overwrite: bool,
    on_epoch: Callable[[FitState], None],
    run_id: str | None = None,
) -> FitState:
    """Fit a network, or go on with it, and leave the average of its weights in it.

    Parameters
    ----------
    work : Work
        What is fitted to what.
    settings : Fitting
        How.
    checkpoint : Checkpoint
        Where to go on from.
    epochs : int
        Times that the images are seen.
    overwrite : bool
        Whether the checkpoint of other work is removed.
    on_epoch : callable
        Called with the state after each epoch.
    run_id : str or None
        MLflow run that is kept with the checkpoint.
    """
    steps = work.steps
    state = checkpoint.restore(steps.variables) if checkpoint.resumable(overwrite=overwrite) else FitState()
    state.run_id = run_id or state.run_id
    plan = Plan(epochs, None, False, 60 * settings.checkpoint_minutes)
    with Progress(f"train {work.what}", "images", epochs * work.feeder.n_images) as progress:
        progress.go_on_at(state.images)
        loop = Fit(steps, work.feeder, None, plan, state, checkpoint, progress.advance, on_epoch)
        with enough_memory(settings.batch_size):
            loop.run()
    steps.take_average()
    return state


def earlier_run(checkpoints: Sequence[Checkpoint], *, overwrite: bool) -> str | None:
    """Tell the MLflow run of an interrupted fit that will be gone on with; None if there is none."""
    return next((found.run_id() for found in checkpoints if found.resumable(overwrite=overwrite)), None)


def make_steps(network: Any, loss: Callable[..., Any], prepare: Callable[..., Any], settings: Fitting, n: int) -> Steps:
    """Make the steps of a network by a loss, n of them in all, with their optimizer."""
    optimizer = make_optimizer(
        "adam",
        settings.learning_rate,
        schedule=settings.schedule,
        n_steps=n,
        warmup=settings.warmup if settings.schedule == "cosine" else 0.0,
        clip=settings.gradient_clip,
    )
    options: dict[str, Any] = {"average": settings.average, "seed": settings.seed, "xla": settings.xla}
    return Steps(network, optimizer, loss, prepare, n_steps=n, **options)


def size_work(made: Assembly, feeder: Feeder, settings: TrainGenerator) -> Work:
    """Fit the size model by flow matching."""
    flow, times = made.size_flow, TimeLaw(*_SIZE_TIMES)

    def loss(x: Any, told: dict[str, Any], seeds: Any, _: Any) -> Any:
        return flow.loss(x, told, times, seeds)

    n_steps = settings.size_epochs * feeder.n_batches
    return Work("size model", make_steps(made.size_network, loss, prepare_values, settings, n_steps), feeder)


def pixel_work(made: Assembly, feeder: Feeder, settings: TrainGenerator) -> Work:
    """Fit the pixel model by flow matching, by diffusion as published, or against a critic."""
    packing = Packing(made.grid, made.representation)
    if made.config.name == "wgan":
        from iactflow.generation.wgan import AdversarialSteps

        return Work("generator", AdversarialSteps(made, packing, settings, settings.adversary), feeder)
    flow, diffusion = made.pixel_flow, made.pixel_diffusion
    times = TimeLaw(settings.times.centre, settings.times.width)

    def by_flow(x: Any, told: dict[str, Any], seeds: Any, _: Any) -> Any:
        return flow.loss(x, told, times, seeds)

    def by_diffusion(x: Any, told: dict[str, Any], seeds: Any, _: Any) -> Any:
        return diffusion.loss(x, told, seeds)

    loss = by_flow if made.config.name == "flow" else by_diffusion
    n_steps = settings.epochs * feeder.n_batches
    return Work("pixel model", make_steps(made.pixel_network, loss, prepare_pixels(packing), settings, n_steps), feeder)


def student_work(made: Assembly, teacher: Assembly, feeder: Feeder, config: Distil) -> Work:
    """Fit a student to its teacher and to images."""
    flow, guide = made.pixel_flow, teacher.pixel_flow
    times = TimeLaw(config.times.centre, config.times.width)

    def loss(x: Any, told: dict[str, Any], seeds: Any, progress: Any) -> Any:
        if config.method == "consistency":
            return students.consistency_loss(flow, x, told, times, seeds, progress, config.stages)
        if config.method == "mean-flow":
            return students.mean_flow_loss(flow, x, told, times, seeds, guide)
        return students.progressive_loss(flow, x, told, times, seeds, progress, config.stages, guide)

    prepare = prepare_pixels(Packing(made.grid, made.representation))
    n_steps = config.epochs * feeder.n_batches
    return Work("student", make_steps(made.pixel_network, loss, prepare, config, n_steps), feeder)


def cost(made: Assembly, states: list[FitState], evaluations: int) -> dict[str, Any]:
    """Tell what a generator costs; generation itself is timed when it generates.

    Parameters
    ----------
    made : Assembly
        With fitted networks.
    states : list of FitState
        Of its fits.
    evaluations : int
        Times that the pixel model is called for one image.
    """
    size_calls = 2 * made.config.size.steps - 1
    flops = evaluations * flops_per_event(made.pixel_network) + size_calls * flops_per_event(made.size_network)
    return {
        "parameters": n_parameters(made.pixel_network) + n_parameters(made.size_network),
        "flops_per_event": flops,
        "train_seconds": sum(state.seconds for state in states),
        "train_images": sum(state.images for state in states),
        "device": device_name(),
    }
