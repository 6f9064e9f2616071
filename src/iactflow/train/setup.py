"""Everything a fit needs, built from the configuration in an order that the seed decides."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from iactflow.data import schema
from iactflow.data.array import GEOMETRY, leaders
from iactflow.data.camera import Camera
from iactflow.data.feeder import Feeder
from iactflow.errors import ConfigError
from iactflow.fitting.device import make_strategy, set_precision
from iactflow.fitting.loop import Plan
from iactflow.fitting.losses import TaskLoss
from iactflow.fitting.optimizers import make_optimizer
from iactflow.fitting.steps import Steps
from iactflow.models.assemble import label_model
from iactflow.models.backend import keras
from iactflow.models.config import Model
from iactflow.models.initial import freeze, start_from
from iactflow.models.layers import inputs_of
from iactflow.models.registry import build_network, make_view, view_of
from iactflow.models.tasks import tasks_named
from iactflow.models.view import View
from iactflow.train.config import Train
from iactflow.train.examples import Examples
from iactflow.train.weights import image_weights


@dataclass(frozen=True)
class Parts:
    """What a fit works with.

    Attributes
    ----------
    view : View
        What the network sees.
    network : keras.Model
        The network.
    steps : Steps
        Compiled steps over both.
    feeder : Feeder
        Images to fit to.
    validation : Feeder or None
        Images to choose the best epoch by.
    plan : Plan
        How long.
    """

    view: View
    network: Any
    steps: Steps
    feeder: Feeder
    validation: Feeder | None
    plan: Plan


def prepare(tasks: list[str], model: Model, config: Train, examples: Examples) -> Parts:
    """Build models, optimizer and feeders.

    Weights and dropout are drawn from `config.seed` through Keras's global generators, which layers of other packages
    use without asking.
    """
    store, strategy = examples.store, make_strategy()
    keras.utils.set_random_seed(config.seed)
    set_precision(mixed=config.mixed_precision)

    def feeder_of(rows: Any, **options: Any) -> Feeder:
        first = leaders(rows)
        labels = {task.name: task.labels(store, first) for task in tasks_named(tasks)}
        weights = image_weights(store, first, tasks, config)
        return Feeder(store, rows, columns_of(model), labels, weights, batch_size=config.batch_size, **options)

    feeder = feeder_of(examples.train, seed=config.seed, fraction=config.data_fraction_per_epoch)
    validation = feeder_of(examples.validation)
    n_shares = strategy.num_replicas_in_sync if strategy else 1
    if strategy and config.xla:
        raise ConfigError(f"train.xla must be false with several devices. Received: true, and {n_shares} devices.")
    with strategy.scope() if strategy else nullcontext():
        view = make_view(model, store.camera, seed=config.seed)
        network = build_network(model, view.shapes, tasks, hexagonal=view.hexagonal)
        if model.init is not None:
            start_from(network, model.init)
        freeze(network, model.freeze)
        optimizer = make_optimizer(
            config.optimizer,
            config.learning_rate,
            schedule=config.schedule,
            n_steps=config.epochs * feeder.n_batches,
            weight_decay=config.weight_decay,
            warmup=config.warmup,
            clip=config.gradient_clip,
            n_shares=n_shares,
        )
        losses = losses_of(tasks, config, store.camera)
        steps = Steps(label_model(view, network), optimizer, losses, xla=config.xla, strategy=strategy)
    plan = Plan(
        epochs=config.epochs,
        patience=config.early_stopping_patience,
        lower_on_plateau=config.schedule == "plateau",
        checkpoint_seconds=60 * config.checkpoint_minutes,
    )
    return Parts(view, network, steps, feeder, validation if len(examples.validation) else None, plan)


def columns_of(model: Model) -> list[str]:
    """List the columns that a network's view reads: pixels, and where telescopes are for array events."""
    if view_of(model.name) == "picture":
        return inputs_of(model.mapping.channels)
    return [*schema.PIXELS, *(GEOMETRY if model.mode == "stereo" else ())]


def losses_of(tasks: list[str], config: Train, camera: Camera) -> dict[str, TaskLoss]:
    """Take the loss of each task from the configuration."""
    return {
        task.name: TaskLoss(
            getattr(config.loss, task.name), task.loss_scale(camera), getattr(config.task_weights, task.name)
        )
        for task in tasks_named(tasks)
    }
