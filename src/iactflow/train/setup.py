"""Everything a fit needs, built from the configuration in an order that the seed decides."""

from dataclasses import dataclass
from typing import Any

from iactflow.data.feeder import Feeder
from iactflow.fitting.device import set_precision
from iactflow.fitting.loop import Plan
from iactflow.fitting.optimizers import make_optimizer
from iactflow.fitting.steps import Steps
from iactflow.models.assemble import picture_model, pixel_model
from iactflow.models.backend import keras
from iactflow.models.config import Model
from iactflow.models.initial import freeze, start_from
from iactflow.models.registry import build_network
from iactflow.models.tasks import tasks_named
from iactflow.train.config import Train
from iactflow.train.examples import Examples


@dataclass(frozen=True)
class Parts:
    """What a fit works with.

    Attributes
    ----------
    picture, network : keras.Model
        Raw pixels to picture, picture to labels.
    steps : Steps
        Compiled steps over both.
    feeder : Feeder
        Images to fit to.
    validation : Feeder or None
        Images to choose the best epoch by.
    plan : Plan
        How long.
    """

    picture: Any
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
    store = examples.store
    keras.utils.set_random_seed(config.seed)
    set_precision(mixed=config.mixed_precision)
    picture = picture_model(store.camera.geometry, model.mapping)
    network = build_network(model.name, picture.output_shape[1:], tasks)
    if model.init is not None:
        start_from(network, model.init)
    freeze(network, model.freeze)
    columns = [tensor.name for tensor in picture.inputs]

    def labels(rows: Any) -> dict[str, Any]:
        return {task.name: task.labels(store, rows) for task in tasks_named(tasks)}

    size = {"batch_size": config.batch_size}
    feeder = Feeder(
        store,
        examples.train,
        columns,
        labels(examples.train),
        seed=config.seed,
        fraction=config.data_fraction_per_epoch,
        **size,
    )
    validation = Feeder(store, examples.validation, columns, labels(examples.validation), **size)
    optimizer = make_optimizer(
        config.optimizer,
        config.learning_rate,
        schedule=config.schedule,
        n_steps=config.epochs * feeder.n_batches,
        weight_decay=config.weight_decay,
    )
    steps = Steps(pixel_model(picture, network), optimizer, config.loss, tasks, xla=config.xla)
    plan = Plan(
        epochs=config.epochs,
        patience=config.early_stopping_patience,
        lower_on_plateau=config.schedule == "plateau",
        checkpoint_seconds=60 * config.checkpoint_minutes,
    )
    return Parts(picture, network, steps, feeder, validation if len(examples.validation) else None, plan)
