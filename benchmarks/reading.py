"""Batches in shuffled order, beside dl1-data-handler's loader on the same DL1 file and mapper."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.table import Row, device

#: Telescopes kept of the 70 (SST-1M has two) and copies of their public images, each with event numbers of its own:
#: tables of 2,500 images as in a real file, too long for HDF5's cache of decompressed chunks.
TELESCOPES, COPIES = 2, 500
BATCH = 64
#: Batches of upstream's loader, and epochs of ours, that are timed.
PEER_BATCHES, EPOCHS = 20, 8


def rows() -> list[Row]:
    """Measure raw pixels, and pictures by CTLearn's default mapper and by the one that keeps every pixel as it is."""
    from iactflow.data.feeder import Feeder
    from iactflow.models.assemble import picture_model
    from iactflow.models.backend import tf
    from iactflow.models.config import Mapping

    columns = ["image", "peak_time"]  # upstream's default channels
    with store_and_loader() as (store, loader_for):
        labels = {"energy": store.column("true_energy")[:, None]}
        feeder = Feeder(store, range(len(store)), columns, labels, batch_size=BATCH, seed=1)
        rate, n = our_rate(feeder, lambda batch: batch)
        found = [_row("shuffled batches, raw pixels", rate, "dl1-data-handler, raw", peer_rate(loader_for(None)), n)]
        for mapper in ("BilinearMapper", "HexagdlyMapper"):
            picture = picture_model(store.camera.geometry, Mapping(mapper=mapper, channels=columns))
            mapped = tf.function(picture, reduce_retracing=True)
            rate, n = our_rate(feeder, lambda batch, mapped=mapped: mapped(batch.pixels))
            peer = peer_rate(loader_for(mapper))
            found.append(_row(f"shuffled batches, {mapper}", rate, "dl1-data-handler", peer, n))
        return found


def our_rate(feeder: Any, use: Any) -> tuple[float, int]:
    """Give events per second over whole epochs, and the events that were timed; one epoch before is not."""
    n = 0
    for epoch in range(EPOCHS + 1):
        if epoch == 1:
            n, start = 0, perf_counter()
        for batch in feeder.epoch(epoch):
            use(batch)
            n += len(batch)
    return n / (perf_counter() - start), n


def peer_rate(loader: Any) -> float:
    """Give events per second of upstream's loader; one batch before is not timed."""
    loader[0]
    start = perf_counter()
    for number in range(1, PEER_BATCHES + 1):
        loader[number]
    return PEER_BATCHES * BATCH / (perf_counter() - start)


@contextmanager
def store_and_loader() -> Iterator[tuple[Any, Callable[[str | None], Any]]]:
    """Make a DL1 file of real images; give our store of it, and what makes upstream's loader for a mapper's name.

    Without a name the loader gives pixels as they are.
    """
    import tables
    from ctlearn.core.loader import DLDataLoader
    from dl1_data_handler.reader import DLImageReader
    from traitlets.config import Config

    from iactflow.data.store import Store
    from iactflow.ingest.run import run

    with tempfile.TemporaryDirectory() as folder:
        file = make_dl1(Path(folder) / "events.dl1.h5", COPIES)
        store = Store(run([str(file)], Path(folder) / "store").path)
        with tables.open_file(file) as handle:
            telescopes = [int(table.name.removeprefix("tel_")) for table in handle.root.dl1.event.telescope.images]

        def loader_for(mapper: str | None) -> Any:
            options = {"allowed_tels": telescopes, "focal_length_choice": "EQUIVALENT"}
            settings = Config(DLImageReader={**options, "image_mapper_type": mapper or "AxialMapper"})
            settings.AxialMapper.set_index_matrix = mapper is None  # upstream's way to leave images unmapped
            reader = DLImageReader(input_url_signal=[file], config=settings)
            indices = list(range(reader._get_n_events()))
            return DLDataLoader(reader, indices, tasks=["energy"], batch_size=BATCH, random_seed=1)

        yield store, loader_for


def make_dl1(out: Path, copies: int) -> Path:
    """Let ctapipe make a DL1 file of the public SST-1M showers, then repeat every event under new numbers."""
    import tables
    from ctapipe.core import run_tool
    from ctapipe.tools.process import ProcessorTool

    from iactflow.data.samples import sample

    once = out.with_suffix(".once.h5")
    source = sample("sst1m-prod4-gamma")
    argv = [f"--input={source}", f"--output={once}", "--write-images", "--write-parameters", "--quiet"]
    run_tool(ProcessorTool(), argv=[*argv, "--SimTelEventSource.focal_length_choice=EQUIVALENT"], raises=True)
    shutil.move(once, out)
    with tables.open_file(out, "a") as file:
        images = sorted(file.root.dl1.event.telescope.images, key=lambda table: -table.nrows)
        kept = {int(table.name.removeprefix("tel_")) for table in images[:TELESCOPES]}
        for table in list(file.walk_nodes("/", "Table")):
            if table.name.startswith("tel_") and int(table.name.removeprefix("tel_")) not in kept:
                table.remove()
            elif "event_id" in table.colnames:
                _repeat(table, kept, copies)
    return out


def _repeat(table: Any, telescopes: set[int], copies: int) -> None:
    """Append copies of the rows of some telescopes (all rows where there is no telescope) under new event numbers."""
    original = table.read()
    if "tel_id" in table.colnames:
        original = original[np.isin(original["tel_id"], list(telescopes))]
    table.remove_rows(0)
    for copy in range(copies):
        shifted = original.copy()
        shifted["event_id"] += copy * 1_000_000
        table.append(shifted)


def _row(name: str, ours: float, peer: str, theirs: float, n: int) -> Row:
    return Row(name, ours, "events/s", peer, theirs, ours / theirs, n, device())
