"""Training steps with their input, beside CTLearn's on the same images: SingleCNN of both, and hexnet's three tasks."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.reading import BATCH, store_and_loader
from benchmarks.table import Row, device

#: Rounds, steps of each that are timed, and steps before them that are not.
ROUNDS, STEPS, WARM_UP = 3, 20, 3


def rows() -> list[Row]:
    """Measure all on the same machine in the same run, each three times in turn; the median of each counts."""
    import keras

    from iactflow.models.config import Model
    from iactflow.models.registry import build_network

    with store_and_loader() as (store, loader_for):
        loader = loader_for("BilinearMapper")
        channels = {"mapping": {"channels": ["image", "peak_time"]}}
        cnn = _our_steps(store, Model.model_validate({"name": "ctlearn.SingleCNN", **channels}), ["energy"])
        hexnet = _our_steps(store, Model(name="hexnet"), ["type", "energy", "cameradirection"])

        theirs = build_network(Model(name="ctlearn.SingleCNN"), loader.input_shape, ["energy"])
        theirs.compile(keras.optimizers.Adam(1e-3), {"energy": "mae"})
        peer = (theirs.train_on_batch(*loader[number % len(loader)]) for number in _forever())
        speeds: dict[str, list[float]] = {"cnn": [], "hexnet": [], "peer": []}
        for _ in range(ROUNDS):
            for name, steps in (("cnn", cnn), ("hexnet", hexnet), ("peer", peer)):
                speeds[name].append(_events_per_second(steps))
    ours, hexagonal, upstream = (median(values) for values in speeds.values())
    n = ROUNDS * STEPS * BATCH
    return [
        Row("training steps of SingleCNN, input included", ours, "events/s", "CTLearn 0.10.4", upstream,
            ours / upstream, n, device()),
        Row("training steps of hexnet, three tasks, input included", hexagonal, "events/s",
            "CTLearn 0.10.4, SingleCNN, one task", upstream, hexagonal / upstream, n, device()),
        Row("training steps of hexnet, three tasks, input included", hexagonal, "events/s",
            "SingleCNN, one task, our feeder", ours, hexagonal / ours, n, device()),
    ]  # fmt: skip


def _forever() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def _our_steps(store: Any, model: Any, tasks: list[str]) -> Iterator[float]:
    """Fit batch after batch of a store, giving the loss of each."""
    from iactflow.data.feeder import Feeder
    from iactflow.fitting.optimizers import make_optimizer
    from iactflow.fitting.steps import Steps
    from iactflow.models.assemble import label_model
    from iactflow.models.registry import build_network, make_view
    from iactflow.models.tasks import TASKS
    from iactflow.train.config import Train
    from iactflow.train.setup import losses_of

    view = make_view(model, store.camera)
    network = build_network(model, view.shapes, tasks, hexagonal=view.hexagonal)
    optimizer = make_optimizer("adam", 1e-3, schedule="constant", n_steps=STEPS)
    steps = Steps(label_model(view, network), optimizer, losses_of(tasks, Train(), store.camera))
    columns, everything = [tensor.name for tensor in view.model.inputs], np.arange(len(store))
    labels = {task: TASKS[task].labels(store, everything) for task in tasks}
    feeder = Feeder(store, everything, columns, labels, batch_size=BATCH, seed=1)
    for epoch in _forever():
        for batch in feeder.epoch(epoch):
            if len(batch) == BATCH:
                yield float(steps.fit(batch))


def _events_per_second(steps: Iterator[Any]) -> float:
    for _ in range(WARM_UP):
        next(steps)
    start = perf_counter()
    for _ in range(STEPS):
        next(steps)
    return STEPS * BATCH / (perf_counter() - start)
