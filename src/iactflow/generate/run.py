"""The work of ``generate``: the generator draws blocks here, all cores record and write them."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from iactflow.cores import usable_cores
from iactflow.errors import IactflowError, InputError, OutputExistsError
from iactflow.generate.artist import Artist
from iactflow.generate.blocks import Block, content_of, plan
from iactflow.generate.config import Generate
from iactflow.generate.write import NOT_TRIGGERED, Drawn, Recorder, write_file, write_parts
from iactflow.generation.times import TimeModel
from iactflow.progress import Progress
from iactflow.storage import remove, write_text

Format = Literal["store", "dl1"]
#: File of a bundle with the model of arrival times.
TIMES = "times.npz"
_NOTE = ".generate.json"


@dataclass(frozen=True)
class GenerateSummary:
    """What a run gave.

    Attributes
    ----------
    path : Path
        The store, or folder of DL1 files.
    n_images : int
        Images that this call generated.
    n_not_triggered : int
        Of these, images that the telescope would not have triggered on; they are kept.
    sampling_seconds : float
        Time that the generator took, images that were drawn anew included; without trials, camera and writing.
    """

    path: Path
    n_images: int
    n_not_triggered: int
    sampling_seconds: float

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        return {name: float(value) for name, value in asdict(self).items() if name != "path"}


def run(
    model: Path,
    out: Path,
    *,
    config: Generate,
    shard: tuple[int, int] = (1, 1),
    output_format: Format = "store",
    workers: int | None = None,
    overwrite: bool = False,
) -> GenerateSummary:
    """Generate images, or what is left of them.

    Parameters
    ----------
    model : pathlib.Path
        Bundle of a generator, as train and distil write it.
    out : pathlib.Path
        Store, or folder of DL1 files.
    config : Generate
        How many images, of which showers.
    shard : tuple of int
        (i, n): the i-th of n shares.
    output_format : {"store", "dl1"}
        What to write.
    workers : int or None
        Processes that record and write; None takes all cores. The result does not depend on it.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    GenerateSummary

    Raises
    ------
    ConfigError
        If there is no such share.
    InputError
        If the bundle lacks something.
    OutputExistsError
        If `out` holds something else.
    """
    from iactflow.generation.bundle import networks_hash
    from iactflow.generation.sampler import Sampler

    if not (model / TIMES).exists():
        raise InputError(f"{model} has no {TIMES}, so it is no bundle of a generator. Train one with task: generation.")
    sampler = Sampler.load(model, steps=config.steps)
    recorder = Recorder(sampler.info["instrument"], TimeModel.load(model / TIMES), sampler.camera)
    blocks = plan(sampler.info["name"], content_of(model), config, shard)
    artist = Artist(sampler, networks_hash(model), config, recorder)
    if output_format == "store":
        return _into_store(artist, recorder, blocks, out, config, workers, overwrite)
    return _into_files(artist, recorder, blocks, out, workers, overwrite)


def _into_store(
    artist: Artist,
    recorder: Recorder,
    blocks: list[Block],
    out: Path,
    config: Generate,
    workers: int | None,
    overwrite: bool,
) -> GenerateSummary:
    from iactflow.data.writer import is_store_in_work, locked
    from iactflow.simulate.into_store import StoreSettings, open_store
    from iactflow.simulate.presets import preset

    if out.exists() and not is_store_in_work(out):
        raise OutputExistsError(f"{out} exists and is no store, so nothing is written there. Choose another --out.")
    settings = StoreSettings.of(config.split, None)
    with locked(out):
        if overwrite:
            for path in out.iterdir():
                remove(path)
        store = open_store(preset(recorder.instrument), out, settings, true_images=True)
        todo = [block for block in blocks if block.identity not in store.known]
        pending = [block.name for block in todo]

        def add(block: Block, source: dict[str, Any]) -> None:
            pending.remove(block.name)
            store.add_source({**source, "generator": artist.account(block)}, pending)

        work = partial(write_parts, recorder, out, settings)
        summary = _generate(artist, todo, work, workers, add, out)
        store.finish()
    return summary


def _into_files(
    artist: Artist, recorder: Recorder, blocks: list[Block], out: Path, workers: int | None, overwrite: bool
) -> GenerateSummary:
    _claim(blocks, out, overwrite)
    todo = [block for block in blocks if not (out / f"{block.name}.dl1.h5").exists()]
    return _generate(artist, todo, partial(write_file, recorder, out), workers, lambda *_: None, out)


def _claim(blocks: list[Block], out: Path, overwrite: bool) -> None:
    """Make a folder this run's, or see that it is."""
    note, wanted = out / _NOTE, (blocks[0].run_card if blocks else "") + "\n"
    if out.exists() and not overwrite and any(out.iterdir()):
        if note.exists() and note.read_text(encoding="utf-8") == wanted:
            return
        raise OutputExistsError(f"{out} exists and does not hold this run. Choose another --out or add --overwrite.")
    for path in out.glob("*.dl1.h5"):
        remove(path)
    out.mkdir(parents=True, exist_ok=True)
    write_text(note, wanted)


def _generate(
    artist: Artist,
    todo: list[Block],
    work: Callable[[Drawn], dict[str, Any]],
    workers: int | None,
    done: Callable[[Block, dict[str, Any]], None],
    out: Path,
) -> GenerateSummary:
    """Draw blocks one by one and let the workers write them meanwhile."""
    n_images = n_not_triggered = 0
    if todo:
        artist.warm_up(todo[0])
    total = sum(block.n_images for block in todo)
    with Progress("draw", "images", total) as drawing, Progress("record", "images", total) as recording:
        draw = partial(artist.draw, advance=drawing.advance)
        for block, source in _written(draw, todo, work, workers or usable_cores()):
            done(block, source)
            n_images += block.n_images
            n_not_triggered += source["noticed"][NOT_TRIGGERED]
            recording.advance(block.n_images)
    return GenerateSummary(out, n_images, n_not_triggered, sum(one["seconds"] for one in artist.timed.values()))


def _written(
    draw: Callable[[Block], Drawn], todo: list[Block], work: Callable[[Drawn], dict[str, Any]], n_workers: int
) -> Iterator[tuple[Block, dict[str, Any]]]:
    """Give blocks with what their writing gave, in any order; at most two per worker wait in memory."""
    if n_workers == 1:
        for block in todo:
            yield block, work(draw(block))
        return
    from iactflow.ingest.processing import compile_ctapipe
    from iactflow.ingest.workers import leave_ending_to_parent

    compile_ctapipe()
    context = multiprocessing.get_context("spawn")
    waiting: dict[Future[dict[str, Any]], Block] = {}
    try:
        with ProcessPoolExecutor(min(n_workers, max(len(todo), 1)), context, leave_ending_to_parent) as pool:
            for block in todo:
                waiting[pool.submit(work, draw(block))] = block
                while len(waiting) > 2 * n_workers:
                    yield from _finished(waiting)
            while waiting:
                yield from _finished(waiting)
    except BrokenProcessPool as error:
        raise IactflowError(
            "A process that was recording images ended without a word; it was killed, often for want of memory. Run "
            "the same command again, with fewer --workers if memory is short; blocks that were finished are kept."
        ) from error


def _finished(waiting: dict[Future[dict[str, Any]], Block]) -> list[tuple[Block, dict[str, Any]]]:
    finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
    return [(waiting.pop(future), future.result()) for future in finished]
