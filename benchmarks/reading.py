"""Batches in shuffled order, beside dl1-data-handler's loader on the same DL1 file and mapper."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.table import Row, device

#: Telescopes kept of the 70 (SST-1M has two) and copies of their public images, each with event numbers of its own:
#: tables of 2,500 images as in a real file, too long for HDF5's cache of decompressed chunks.
TELESCOPES, COPIES = 2, 500
BATCH = 64
#: Rounds, each of some epochs of ours and some batches of upstream's.
ROUNDS, EPOCHS, PEER_BATCHES = 5, 4, 10


def rows() -> list[Row]:
    """Measure raw pixels, and pictures by CTLearn's default mapper and by the one that keeps every pixel as it is."""
    from iactflow.data.feeder import Feeder
    from iactflow.models.backend import tf
    from iactflow.models.config import Mapping
    from iactflow.models.view import picture_view

    columns = ["image", "peak_time"]  # upstream's default channels
    with store_and_loader() as (store, loader_for):
        labels = {"energy": store.column("true_energy")[:, None]}
        feeder = Feeder(store, range(len(store)), columns, labels, batch_size=BATCH, seed=1)
        found = [_row("shuffled batches, raw pixels", "dl1-data-handler, raw", feeder, None, loader_for(None))]
        for mapper in ("BilinearMapper", "HexagdlyMapper"):
            picture = tf.function(picture_view(store.camera, Mapping(mapper=mapper, channels=columns)).model)
            use = partial(_mapped, picture)
            found.append(_row(f"shuffled batches, {mapper}", "dl1-data-handler", feeder, use, loader_for(mapper)))
        return found


def _mapped(picture: Any, batch: Any) -> int:
    picture(batch.pixels)
    return len(batch)


def _row(name: str, peer: str, feeder: Any, use: Callable[[Any], int] | None, loader: Any) -> Row:
    """Time both in turns, so that whatever else the machine does meets both alike; medians count."""
    _our_rate(feeder, 0, use)
    loader[0]
    pairs = [(_our_rate(feeder, epoch, use), _peer_rate(loader, epoch)) for epoch in range(1, ROUNDS + 1)]
    ours, theirs = (median(values) for values in zip(*pairs, strict=True))
    return Row(name, ours, "events/s", peer, theirs, ours / theirs, ROUNDS * EPOCHS * feeder.n_images, device())


def _our_rate(feeder: Any, first: int, use: Callable[[Any], int] | None) -> float:
    """Give events per second of some epochs, whose batches all cores take turns to use."""
    start, done = perf_counter(), 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for epoch in range(first, first + EPOCHS):
            batches = feeder.epoch(epoch)
            done += sum(map(len, batches) if use is None else pool.map(use, batches))
    return done / (perf_counter() - start)


def _peer_rate(loader: Any, epoch: int) -> float:
    """Give events per second of upstream's loader, which holds a global lock while it reads."""
    start = perf_counter()
    for number in range(epoch * PEER_BATCHES, (epoch + 1) * PEER_BATCHES):
        loader[number]
    return PEER_BATCHES * BATCH / (perf_counter() - start)


@contextmanager
def store_and_loader() -> Iterator[tuple[Any, Callable[[str | None], Any]]]:
    """Make a DL1 file of real images; give our store of it, and what makes upstream's loader for a mapper's name.

    Without a name the loader gives pixels as they are.
    """
    from ctlearn.core.loader import DLDataLoader
    from dl1_data_handler.reader import DLImageReader
    from traitlets.config import Config

    from iactflow.data.store import Store
    from iactflow.ingest.run import run

    with tempfile.TemporaryDirectory() as folder:
        file = make_dl1(Path(folder) / "events.dl1.h5", COPIES)
        store = Store(run([str(file)], Path(folder) / "store").path)
        telescopes = telescopes_in(file)

        def loader_for(mapper: str | None) -> Any:
            options = {"allowed_tels": telescopes, "focal_length_choice": "EQUIVALENT"}
            settings = Config(DLImageReader={**options, "image_mapper_type": mapper or "AxialMapper"})
            settings.AxialMapper.set_index_matrix = mapper is None  # upstream's way to leave images unmapped
            settings.TableQualityQuery.quality_criteria = []  # every image, as in our store
            reader = DLImageReader(input_url_signal=[file], config=settings)
            indices = list(range(reader._get_n_events()))
            return DLDataLoader(reader, indices, tasks=["energy"], batch_size=BATCH, random_seed=1)

        yield store, loader_for


def telescopes_in(file: Path) -> list[int]:
    """List the telescopes that a DL1 file holds images of."""
    import tables

    with tables.open_file(file) as handle:
        return [int(table.name.removeprefix("tel_")) for table in handle.root.dl1.event.telescope.images]


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
    rng = np.random.default_rng(1)
    for copy in range(copies):
        shifted = original.copy()
        shifted["event_id"] += copy * 1_000_000
        for column in {"image", "peak_time"} & set(table.colnames):
            # Without a noise of their own, copies would be compressed together and read faster than real images.
            if table.name.startswith("tel_") and shifted[column].dtype == np.float32:
                shifted[column] += rng.normal(0, 0.01, shifted[column].shape).astype(np.float32)
        table.append(shifted)
