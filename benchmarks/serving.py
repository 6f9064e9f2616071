"""From DL1 file to DL2 file: hexnet's three tasks, also in int8 and small, beside CTLearn's tool and networks."""

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import upstream
from benchmarks.reading import make_dl1
from benchmarks.table import Row, device

#: Copies of the public showers' images, nine each, by the network beside us. ResNet takes a tenth of a second for one.
COPIES = {"ResNet": 100, "SingleCNN": 2_000}
#: Rounds of ours, of which the median counts.
ROUNDS = 3
#: Tasks of hexnet; CTLearn's networks estimate the energy alone, which costs them less.
TASKS = ["type", "energy", "cameradirection"]
#: Settings of the small hexnet of docs/networks.md beside those of hexnet.
SMALL = {"window": {"augment": False, "align": True}, "hexnet": {"widths": [16, 32, 48]}}


def rows() -> list[Row]:
    """Measure ours and CTLearn's tool on the same file in the same run, start of the tools included, imports not."""
    from iactflow.data.store import Store
    from iactflow.ingest.run import run as ingest

    found = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        ours: dict[str, Path] = {}
        for name, copies in COPIES.items():
            dl1 = make_dl1(place / f"{name}.dl1.h5", copies)
            store = Store(ingest([str(dl1)], place / f"store-{name}").path)
            network = _bundle(place / name, {"name": f"ctlearn.{name}"}, ["energy"], store) / "ctlearn.keras"
            if not ours:
                ours = _ours(place, store)
                upstream.prediction_seconds(network, dl1, place / "first.dl2.h5")  # imports what it needs
            rate = len(store) / upstream.prediction_seconds(network, dl1, place / f"{name}.dl2.h5")
            found += [_row(told, bundle, dl1, len(store), name, rate) for told, bundle in ours.items()]
    return found


def _ours(place: Path, store: Any) -> dict[str, Path]:
    """Make our bundles, by what they are called."""
    from iactflow.shrink.config import Shrink
    from iactflow.shrink.run import run as shrink

    bundles = {}
    for told, settings in {"hexnet": {}, "small hexnet": SMALL}.items():
        plain = _bundle(place / told, {"name": "hexnet", **settings}, TASKS, store)
        eight = shrink(plain, store.paths, place / f"{told} int8", config=Shrink(to="int8")).path
        bundles |= {told: plain, f"{told} in int8": eight}
    return bundles


def _row(told: str, bundle: Path, dl1: Path, n: int, name: str, peer_rate: float) -> Row:
    from iactflow.predict.config import Predict
    from iactflow.predict.run import run as predict

    seconds = []
    for number in range(ROUNDS):
        start = perf_counter()
        predict([str(bundle)], [str(dl1)], dl1.with_suffix(f".{number}.dl2.h5"), config=Predict(), overwrite=True)
        seconds.append(perf_counter() - start)
    rate = n / median(seconds)
    row = f"prediction by {told}, type, energy and direction, DL1 file to DL2 file, {n:,} images"
    peer = f"ctlearn-predict-mono-model, {name}, energy"
    return Row(row, rate, "events/s", peer, peer_rate, rate / peer_rate, ROUNDS * n, device())


def _bundle(out: Path, settings: dict[str, Any], tasks: list[str], store: Any) -> Path:
    """Make a bundle of a network with the weights that it begins with: its speed does not depend on them."""
    from iactflow.data.select import Selection
    from iactflow.fitting.state import FitState
    from iactflow.models.config import Model
    from iactflow.train.config import Train
    from iactflow.train.examples import choose_examples
    from iactflow.train.publish import publish
    from iactflow.train.setup import prepare

    selection, model, train = Selection(), Model.model_validate(settings), Train()
    examples = choose_examples(store.paths, selection, model, instrument="from-data")
    parts = prepare(tasks, model, train, examples)
    out.mkdir()
    publish(
        out,
        tasks=tasks,
        instrument="from-data",
        sections={"selection": selection, "model": model, "train": train},
        examples=examples,
        view=parts.view,
        network=parts.network,
        state=FitState(),
        mlflow={},
    )
    return out
