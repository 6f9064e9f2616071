"""The work of ``ingest``: inputs become, or join, one store."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from iactflow.cores import usable_cores
from iactflow.data.camera import Camera
from iactflow.data.inputs import Kind, Source, resolve
from iactflow.data.split import SplitFractions
from iactflow.data.store import read_manifest
from iactflow.data.writer import PartWriter, StoreWriter, is_store_in_work, locked
from iactflow.errors import ConfigError, InputError, OutputExistsError
from iactflow.ingest.blocks import NOTICES, Block, Task
from iactflow.ingest.formats import read_blocks, read_subarray
from iactflow.ingest.processing import ctapipe_configuration
from iactflow.ingest.workers import Finished, read_all
from iactflow.progress import Progress
from iactflow.storage import remove, replace

#: What ingest leaves out of what it reads, as the store records it.
CUTS = {"events": "array triggers by showers; calibration events are left out", "images": "all triggered telescopes"}

#: Bytes per second that one process reads, and below how many seconds of reading others are not worth their start,
#: in which each imports ctapipe.
_BYTES_PER_S = {Kind.SIMTEL: 6e6, Kind.DL1: 2e8}
_SHORT_S = 20.0

_PACKAGES = ("iactflow", "ctapipe", "eventio", "tables", "pyarrow")


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
        return {name: float(value) for name, value in asdict(self).items() if name != "path"}


def run(
    inputs: Sequence[str],
    out: Path,
    *,
    camera: str | None = None,
    images_only: bool = False,
    ctapipe_config: Path | Mapping[str, Any] | None = None,
    fractions: SplitFractions = SplitFractions(),  # noqa: B008 - frozen
    workers: int | None = None,
    overwrite: bool = False,
) -> IngestSummary:
    """Make a store of simtel and DL1 files, or let it grow.

    Parameters
    ----------
    inputs : sequence of str
        URIs as `iactflow.data.inputs.resolve` takes them; stores among them are merged in, with the photoelectrons of
        the showers alone if they hold them.
    out : pathlib.Path
        Folder of the store. An existing store of the same camera and settings grows: content that is there already
        adds nothing.
    camera : str or None
        Camera to take; needed where the first file holds several.
    images_only : bool
        Leaves the DL1 parameters out.
    ctapipe_config : pathlib.Path, mapping or None
        ctapipe's configuration of calibration, cleaning and image quality, as a file or its content.
    fractions : SplitFractions
        Shares of train, validation and test, by shower.
    workers : int or None
        Processes; None takes all cores, or one where the start of others would take longer than it spares. The
        store does not depend on it.
    overwrite : bool
        Makes the store anew; the old one is replaced when the new one is complete.

    Returns
    -------
    IngestSummary

    Raises
    ------
    InputError
        If an input is missing, damaged or of no known kind, or repeats a simulated run with other content.
    ConfigError
        If the camera is not chosen or differs, or the store has other settings or is being written to.
    """
    sources = resolve(inputs)
    configuration = ctapipe_configuration(ctapipe_config)
    chosen = _choose_camera(sources[0], camera, configuration)
    settings = {
        "parameters": not images_only,
        "true_images": sources[0].kind is Kind.STORE and read_manifest(sources[0].path)["true_images"],
        "fractions": fractions.model_dump(),
        "cuts": CUTS,
        "ctapipe": configuration,
    }
    with _folder(Path(out), overwrite) as folder:
        store = StoreWriter(folder, chosen, settings)
        todo = _not_known(sources, store)
        pending = [source.name for source in todo]
        for source in [source for source in todo if source.kind is Kind.STORE]:
            pending.remove(source.name)
            store.adopt(source.path, pending)
        files = [source for source in todo if source.kind is not Kind.STORE]
        tel_ids = tuple(int(tel_id) for tel_id in chosen.telescopes["tel_id"])
        tasks = [
            Task(source.path, chosen.name, chosen.hash, tel_ids, not images_only, fractions, configuration)
            for source in files
        ]
        if tasks:
            _read(store, files, tasks, pending, _n_workers(files, workers))
        store.finish()
    return _summary(Path(out), store.manifest, len(todo))


def _choose_camera(source: Source, name: str | None, configuration: dict[str, Any]) -> Camera:
    if source.kind is Kind.STORE:
        found = Camera.read(source.path)
        if name not in (None, found.name):
            raise InputError(f"{source.path} is a store of the camera {found.name}, not of '{name}'.")
        return found
    subarray = read_subarray(source, configuration)
    numbers = Counter(str(telescope.camera.name) for telescope in subarray.tel.values())
    listed = ", ".join(f"{camera} ({number} telescopes)" for camera, number in sorted(numbers.items()))
    if name is None and len(numbers) > 1:
        raise ConfigError(
            f"{source.path} holds several cameras: {listed}. A store holds one; choose it with --camera NAME."
        )
    if name is not None and name not in numbers:
        raise InputError(f"{source.path} holds no camera '{name}'. It has: {listed}.")
    return Camera.from_subarray(subarray, name or next(iter(numbers)))


@contextmanager
def _folder(out: Path, overwrite: bool) -> Iterator[Path]:
    """Give the folder to write to: the store itself, or one beside it that takes its place in the end."""
    if out.exists() and not is_store_in_work(out):
        raise OutputExistsError(f"{out} exists and is no store, so nothing is written there. Choose another --out.")
    with locked(out):
        if not overwrite:
            yield out
            return
        aside = out.with_name(f".{out.name}.new")
        with locked(aside):
            for path in aside.iterdir():
                remove(path)
            yield aside
            replace(aside, out)


def _not_known(sources: Sequence[Source], store: StoreWriter) -> list[Source]:
    for source in sources:
        if source.sha256 in store.known:
            click.echo(f"{source.path} is in the store already and adds nothing.", err=True)
    return [source for source in sources if source.sha256 not in store.known]


def _n_workers(sources: Sequence[Source], workers: int | None) -> int:
    if workers is not None:
        return workers
    expected = sum(source.path.stat().st_size / _BYTES_PER_S[source.kind] for source in sources)
    return 1 if expected < _SHORT_S else usable_cores()


def _read(
    store: StoreWriter, sources: Sequence[Source], tasks: Sequence[Task], pending: list[str], workers: int
) -> None:
    parts = [PartWriter(store.folder) for _ in tasks]
    noticed: list[Counter[str]] = [Counter() for _ in tasks]
    read = [0.0] * len(tasks)
    sizes = [source.path.stat().st_size for source in sources]
    with Progress("ingest", "images") as progress, closing(read_all(tasks, read_blocks, workers)) as messages:
        for number, message in messages:
            if isinstance(message, Block):
                noticed[number] += message.noticed
                if message.batch is not None:
                    parts[number].add(message.batch)
                    progress.advance(message.batch.num_rows)
                read[number] = message.fraction or read[number]
                share = sum(done * size for done, size in zip(read, sizes, strict=True)) / sum(sizes)
                if share:
                    progress.expect(round(progress.done / share))
                continue
            read[number] = 1.0
            parts[number].close()
            pending.remove(sources[number].name)
            source = _describe(sources[number], message, noticed[number])
            store.add_source(source | parts[number].summary(), pending)


def _describe(source: Source, finished: Finished, noticed: Counter[str]) -> dict[str, Any]:
    if finished.found["lost"]:
        click.echo(f"{source.name}: {finished.found['lost']}.", err=True)
    for name, number in noticed.items():
        click.echo(f"{source.name}: {number} {NOTICES[name]}.", err=True)
    return {
        "name": source.name,
        "sha256": source.sha256,
        "kind": str(source.kind),
        "noticed": dict(noticed),
        "versions": {package: version(package) for package in _PACKAGES},
        **finished.found,
    }


def _summary(out: Path, manifest: dict[str, Any], n_added: int) -> IngestSummary:
    totals: Counter[str] = Counter()
    for splits in manifest["counts"].values():
        for numbers in splits.values():
            totals.update(numbers)
    return IngestSummary(out, totals["images"], totals["events"], totals["showers"], len(manifest["sources"]), n_added)
