"""The work of ``ingest``: inputs become, or join, one store."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from iactflow.data.camera import Camera
from iactflow.data.inputs import Source, resolve
from iactflow.data.split import SplitFractions
from iactflow.data.writer import PartWriter, StoreWriter, locked
from iactflow.errors import ConfigError, InputError
from iactflow.ingest.blocks import NOTICES, Task
from iactflow.ingest.processing import ctapipe_configuration
from iactflow.ingest.simtel import read_blocks, read_subarray
from iactflow.progress import Progress


@dataclass(frozen=True)
class IngestSummary:
    """What a store holds after ingest.

    Attributes
    ----------
    path : pathlib.Path
        The store.
    n_images, n_events, n_showers : int
        Content of the whole store.
    n_sources : int
        Files it was made from.
    n_added : int
        Files that this run added.
    """

    path: Path
    n_images: int
    n_events: int
    n_showers: int
    n_sources: int
    n_added: int

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        return {
            name: float(getattr(self, name)) for name in ("n_images", "n_events", "n_showers", "n_sources", "n_added")
        }


def run(
    inputs: Sequence[str],
    out: Path,
    *,
    camera: str | None = None,
    images_only: bool = False,
    ctapipe_config: Path | None = None,
    fractions: SplitFractions = SplitFractions(),  # noqa: B008 - frozen
    workers: int | None = None,
    overwrite: bool = False,
) -> IngestSummary:
    sources = resolve(inputs)
    configuration = ctapipe_configuration(ctapipe_config)
    subarray = read_subarray(sources[0].path, configuration)
    chosen = choose_camera(subarray, camera, sources[0].path)
    settings = {
        "parameters": not images_only,
        "fractions": fractions.model_dump(),
        "cuts": {"image": "none"},
        "ctapipe": configuration,
    }
    with locked(out):
        store = StoreWriter(out, chosen, settings)
        todo = [source for source in sources if source.sha256 not in store.known]
        for source in sources:
            if source not in todo:
                click.echo(f"{source.name} is in {out} already; nothing to add.", err=True)
        pending = [source.name for source in todo]
        with Progress("ingest", "images") as progress:
            for source in todo:
                pending.remove(source.name)
                task = Task(
                    source.path,
                    chosen.name,
                    chosen.hash,
                    tuple(int(tel_id) for tel_id in chosen.telescopes["tel_id"]),
                    not images_only,
                    fractions,
                    configuration,
                )
                _add(store, source, task, pending, progress)
        store.finish()
    return _summary(out, store, len(todo))


def choose_camera(subarray: Any, name: str | None, path: Path) -> Camera:
    numbers = Counter(str(tel.camera.name) for tel in subarray.tel.values())
    listed = ", ".join(f"{camera} ({number} telescopes)" for camera, number in sorted(numbers.items()))
    if name is None and len(numbers) > 1:
        raise ConfigError(f"{path} holds several cameras: {listed}. A store holds one: choose it with --camera NAME.")
    if name is not None and name not in numbers:
        raise InputError(f"{path} holds no camera '{name}'. It has: {listed}.")
    return Camera.from_subarray(subarray, name or next(iter(numbers)))


def _add(store: StoreWriter, source: Source, task: Task, pending: list[str], progress: Progress) -> None:
    noticed: Counter[str] = Counter()
    blocks = read_blocks(task, 0, 1)
    with PartWriter(store.folder) as parts:
        while True:
            try:
                block = next(blocks)
            except StopIteration as end:
                found = end.value
                break
            noticed += block.noticed
            if block.batch is not None:
                parts.add(block.batch)
                progress.advance(block.batch.num_rows)
    if found["lost"]:
        click.echo(f"{source.name}: {found['lost']}", err=True)
    for name, number in noticed.items():
        click.echo(f"{source.name}: {number} {NOTICES[name]}", err=True)
    description = {
        "name": source.name,
        "sha256": source.sha256,
        "kind": str(source.kind),
        "noticed": dict(noticed),
        **found,
    }
    store.add_source(description, parts, pending)


def _summary(out: Path, store: StoreWriter, n_added: int) -> IngestSummary:
    totals: Counter[str] = Counter()
    for splits in store.manifest["counts"].values():
        for numbers in splits.values():
            totals.update(numbers)
    return IngestSummary(
        out, totals["images"], totals["events"], totals["showers"], len(store.manifest["sources"]), n_added
    )
