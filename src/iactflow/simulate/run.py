"""The work of ``simulate``: blocks on all cores, each into its own file or into a store."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from iactflow.cores import usable_cores
from iactflow.data.split import SplitFractions
from iactflow.errors import ConfigError, IactflowError, InputError, OutputExistsError
from iactflow.ingest.processing import compile_ctapipe
from iactflow.progress import Progress
from iactflow.simulate import library
from iactflow.simulate.block import Block, SimulatedEvent, prepare
from iactflow.simulate.config import Simulate
from iactflow.simulate.output import block_file, claim, drop_shorter
from iactflow.storage import remove

if TYPE_CHECKING:
    from iactflow.simulate.into_store import StoreSettings

Format = Literal["dl1", "store"]

#: Triggered events of a block. Part of what is simulated: other blocks draw other showers.
EVENTS_PER_BLOCK = 1000
#: Showers of a block where their number is asked for.
SHOWERS_PER_BLOCK = 200


@dataclass(frozen=True)
class SimulateSummary:
    """What a run gave.

    Attributes
    ----------
    path : Path
        Folder of DL1 files, or the store.
    n_blocks : int
        Blocks of this run or shard that are complete.
    n_added : int
        Of these, blocks that this call simulated.
    n_events, n_images : int
        Array events and telescope images that this call simulated.
    """

    path: Path
    n_blocks: int
    n_added: int
    n_events: int
    n_images: int

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        return {name: float(value) for name, value in asdict(self).items() if name != "path"}


def plan(
    config: Simulate,
    seed: int,
    *,
    events: int | None = None,
    showers: int | None = None,
    photons: Sequence[str] = (),
    shard: tuple[int, int] = (1, 1),
) -> list[Block]:
    """Divide a run into blocks.

    Parameters
    ----------
    config : Simulate
        What is simulated.
    seed : int
        Seed of the run.
    events, showers : int or None
        Triggered array events wanted, or showers to throw: one of them, except with `photons`.
    photons : sequence of str
        CORSIKA IACT files; each is a block.
    shard : tuple of int
        (i, n): the i-th of n shares, counted from 1. All shares together are the whole run.

    Returns
    -------
    list of Block

    Raises
    ------
    ConfigError
        If amounts or shard are wrong.
    """
    number, count = shard
    if not 1 <= number <= count:
        raise ConfigError(f"--shard I/N must have 1 <= I <= N. Received: {number}/{count}.")
    if photons:
        if events is not None or showers is not None:
            raise ConfigError("--photons takes all showers of the files; leave --events and --showers out.")
        missing = [path for path in photons if not Path(path).exists()]
        if missing:
            raise InputError(f"{missing[0]} does not exist. --photons takes CORSIKA IACT files.")
        blocks = [Block(config, seed, k, photons=str(Path(path).resolve())) for k, path in enumerate(photons)]
        return blocks[number - 1 :: count]
    if (events is None) == (showers is None):
        raise ConfigError("Say how much to simulate with one of --events N (triggered) and --showers N (thrown).")
    total, size = (events, EVENTS_PER_BLOCK) if events is not None else (showers, SHOWERS_PER_BLOCK)
    if total is None or total < 1:
        raise ConfigError(
            f"--events and --showers must be at least 1. Received: {total if total is not None else events}."
        )
    amounts = [min(size, total - first) for first in range(0, total, size)]
    blocks = [
        Block(
            config,
            seed,
            k,
            n_events=amount if events is not None else None,
            n_showers=amount if events is None else None,
        )
        for k, amount in enumerate(amounts)
    ]
    return blocks[number - 1 :: count]


def run(
    config: Simulate,
    out: Path,
    *,
    seed: int = 1,
    events: int | None = None,
    showers: int | None = None,
    photons: Sequence[str] = (),
    shard: tuple[int, int] = (1, 1),
    output_format: Format = "dl1",
    fractions: SplitFractions = SplitFractions(),  # noqa: B008 - frozen
    ctapipe_config: Path | Mapping[str, Any] | None = None,
    workers: int | None = None,
    overwrite: bool = False,
) -> SimulateSummary:
    """Simulate a run, or what is left of it.

    Parameters
    ----------
    config, seed, events, showers, photons, shard
        As in `plan`.
    out : Path
        Folder for DL1 files, or the store.
    output_format : {"dl1", "store"}
        What to write.
    fractions, ctapipe_config : SplitFractions, and Path, mapping or None
        Of a store: shares of its parts, and ctapipe's cleaning and quality cuts, as `iactflow.ingest.run.run` has them.
    workers : int or None
        Processes; None takes all cores. The result does not depend on it.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    SimulateSummary

    Raises
    ------
    OutputExistsError
        If `out` holds something else than this simulation.
    """
    blocks = plan(config, seed, events=events, showers=showers, photons=photons, shard=shard)
    for block in {str(b.photons): b for b in blocks}.values():
        prepare(block)  # raises for a wrong preset or file before anything is written
    if output_format == "store":
        from iactflow.simulate.into_store import StoreSettings

        return _run_store(blocks, Path(out), StoreSettings.of(fractions, ctapipe_config), workers, overwrite)
    return _run_files(blocks, Path(out), workers, overwrite)


def _run_files(blocks: list[Block], out: Path, workers: int | None, overwrite: bool) -> SimulateSummary:
    claim(blocks[0], out, overwrite) if blocks else out.mkdir(parents=True, exist_ok=True)
    todo = [block for block in blocks if not (out / block_file(block)).exists()]
    work = partial(_write_dl1, out)
    n_events, n_images = _simulate(todo, work, workers, lambda block, _: drop_shorter(block, out))
    return SimulateSummary(out, len(blocks), len(todo), n_events, n_images)


def _run_store(
    blocks: list[Block], out: Path, settings: StoreSettings, workers: int | None, overwrite: bool
) -> SimulateSummary:
    from iactflow.data.writer import is_store_in_work, locked
    from iactflow.simulate.into_store import identity, open_store

    if not blocks:  # more shares than blocks
        out.mkdir(parents=True, exist_ok=True)
        return SimulateSummary(out, 0, 0, 0, 0)
    if out.exists() and not is_store_in_work(out):
        raise OutputExistsError(f"{out} exists and is no store, so nothing is written there. Choose another --out.")
    with locked(out):
        if overwrite:
            for path in out.iterdir():
                remove(path)
        first = blocks[0]
        instrument = prepare(first).instrument
        store = open_store(instrument, out, settings, true_images=first.config.true_images)
        todo = [block for block in blocks if identity(block) not in store.known]
        pending = [block_file(block) for block in todo]

        def add(block: Block, source: Any) -> None:
            pending.remove(block_file(block))
            store.add_source(source, pending)

        n_events, n_images = _simulate(todo, partial(_write_parts, out, settings), workers, add)
        store.finish()
    return SimulateSummary(out, len(blocks), len(todo), n_events, n_images)


_counted: tuple[Synchronized[int], Synchronized[int]]


def _begin(events: Synchronized[int], images: Synchronized[int]) -> None:
    """Set up a worker."""
    from iactflow.ingest.workers import leave_ending_to_parent

    global _counted
    _counted = (events, images)
    leave_ending_to_parent()


def _count(event: SimulatedEvent) -> None:
    with _counted[0].get_lock():
        _counted[0].value += 1
        _counted[1].value += len(event.images)


def _write_dl1(out: Path, block: Block) -> Any:
    from iactflow.simulate.dl1 import write_dl1

    return write_dl1(block, out / block_file(block), _count)


def _write_parts(out: Path, settings: StoreSettings, block: Block) -> Any:
    from iactflow.simulate.into_store import write_parts

    return write_parts(block, out, settings, _count)


def _simulate(blocks: list[Block], work: Callable[[Block], Any], workers: int | None, done: Any) -> tuple[int, int]:
    """Let `work` write blocks, calling ``done(block, result)`` for each; give the numbers of events and images."""
    n_workers = min(workers or usable_cores(), max(len(blocks), 1))
    context = multiprocessing.get_context("spawn")
    counters: tuple[Any, Any] = (context.Value("q", 0), context.Value("q", 0))
    wanted = sum(block.n_events or 0 for block in blocks)
    if any(block.photons is None for block in blocks):
        library.provide()  # once, before workers wait for it
    if n_workers > 1:
        compile_ctapipe()
    with Progress("simulate", "images") as progress:
        if n_workers == 1:
            _begin_here(counters)
            for block in blocks:
                done(block, work(block))
                _show(progress, counters, wanted)
        else:
            with ProcessPoolExecutor(n_workers, context, _begin, counters) as pool:
                waiting = {pool.submit(work, block): block for block in blocks}
                _collect(waiting, done, lambda: _show(progress, counters, wanted))
    return counters[0].value, counters[1].value


def _begin_here(counters: tuple[Any, Any]) -> None:
    global _counted
    _counted = counters


def _collect(waiting: dict[Future[Any], Block], done: Any, show: Any) -> None:
    try:
        while waiting:
            finished, _ = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            show()
            for future in finished:
                done(waiting.pop(future), future.result())
    except BrokenProcessPool as error:
        raise IactflowError(
            "A process that was simulating ended without a word; it was killed, often for want of memory. Run the same "
            "command again, with fewer --workers if memory is short; blocks that were finished are kept."
        ) from error
    finally:
        for future in waiting:
            future.cancel()


def _show(progress: Progress, counters: tuple[Any, Any], wanted: int) -> None:
    events, images = counters[0].value, counters[1].value
    if events and wanted:
        progress.expect(int(np.ceil(images * max(wanted / events, 1))))
    progress.advance(images - progress.done)
