"""Networks in training: hexnet's three tasks beside CTLearn's networks, through our feeder and CTLearn's own tool."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import upstream
from benchmarks.reading import BATCH, make_dl1
from benchmarks.table import Row, device

#: Copies of the public showers' images, two telescopes with five each.
COPIES = 400
#: Rounds, and timed steps of each: ResNet takes seconds for one.
ROUNDS = 3
STEPS = {"hexnet": 30, "SingleCNN": 20, "ResNet": 1}
#: Steps before those that are timed.
WARM_UP = 3
#: Timed steps of upstream's tool.
TOOL_STEPS = {"SingleCNN": 20, "ResNet": 3}
#: Tasks of hexnet; CTLearn's networks estimate the energy alone, which costs them less.
TASKS = ["type", "energy", "cameradirection"]


def rows() -> list[Row]:
    """Measure all on the same images, machine and run; our steps in turns, the median of each counts."""
    from iactflow.data.store import Store
    from iactflow.ingest.run import run as ingest

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "dl1").mkdir()
        dl1 = make_dl1(place / "dl1" / "events.dl1.h5", COPIES)
        store = Store(ingest([str(dl1)], place / "store").path)
        ours = _training(store)
        tools = {name: upstream.training_rate(name, dl1, place / name.lower(), n) for name, n in TOOL_STEPS.items()}
        return _training_rows(ours, tools)


def _training(store: Any) -> dict[str, float]:
    """Give images per second of training steps through our feeder, by network."""
    from iactflow.models.config import Model

    steps = {"hexnet": _steps(store, Model(name="hexnet"), TASKS)}
    for name in TOOL_STEPS:
        steps[name] = _steps(store, Model(name=f"ctlearn.{name}"), ["energy"])
    rates: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(ROUNDS):
        for name, iterator in steps.items():
            rates[name].append(_images_per_second(iterator, STEPS[name], 0 if number else WARM_UP))
    return {name: median(values) for name, values in rates.items()}


def _training_rows(ours: dict[str, float], tools: dict[str, float]) -> list[Row]:
    rate, n = ours["hexnet"], ROUNDS * STEPS["hexnet"] * BATCH
    told = "hexnet in training, type, energy and direction, input included"
    found = []
    for name in tools:
        for peer, value in ((f"ctlearn-train-model {name}, energy", tools[name]), (f"{name}, our feeder", ours[name])):
            found.append(Row(told, rate, "images/s", peer, value, rate / value, n, device()))
        row = f"CTLearn's {name} in training through our feeder, energy"
        n_steps = ROUNDS * STEPS[name] * BATCH
        peer = "ctlearn-train-model"
        found.append(Row(row, ours[name], "images/s", peer, tools[name], ours[name] / tools[name], n_steps, device()))
    return found


def _steps(store: Any, model: Any, tasks: list[str]) -> Iterator[float]:
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
    optimizer = make_optimizer("adam", 1e-3, schedule="constant", n_steps=1)
    steps = Steps(label_model(view, network), optimizer, losses_of(tasks, Train(), store.camera))
    columns, everything = [tensor.name for tensor in view.model.inputs], np.arange(len(store))
    labels = {task: TASKS[task].labels(store, everything) for task in tasks}
    feeder = Feeder(store, everything, columns, labels, batch_size=BATCH, seed=1)
    epoch = 0
    while True:
        for batch in feeder.epoch(epoch):
            if len(batch) == BATCH:
                yield float(steps.fit(batch))
        epoch += 1


def _images_per_second(steps: Iterator[Any], n_steps: int, warm_up: int) -> float:
    for _ in range(warm_up):
        next(steps)
    start = perf_counter()
    for _ in range(n_steps):
        next(steps)
    return n_steps * BATCH / (perf_counter() - start)
