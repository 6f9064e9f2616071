"""One DL1 file becomes one DL2 file."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.data.unseen import unseen_share
from iactflow.ingest.dl1 import open_dl1
from iactflow.models.bundle import Bundle
from iactflow.predict.carry import carry, describe
from iactflow.predict.chunk import Chunk
from iactflow.predict.combine import Combined, as_they_are, combine
from iactflow.predict.config import Predict
from iactflow.predict.estimate import Estimate, Statistics, estimate, estimate_events
from iactflow.predict.read import Dl1Reader
from iactflow.predict.tables import Dl2Tables
from iactflow.storage import aside

if TYPE_CHECKING:
    import tables


@dataclass(frozen=True)
class Counted:
    """How much was predicted: array events, telescope events, and the valid estimates of each task.

    Attributes
    ----------
    n_events, n_images : int
        Array events, and telescopes with the models' camera that triggered in them.
    n_valid : dict of int
        Telescope events with an estimate, array events where the model takes several telescopes, by task.
    n_outside : dict of int
        Those of them that are unlike the events that the model was trained on, by task.
    """

    n_events: int
    n_images: int
    n_valid: dict[str, int]
    n_outside: dict[str, int]


def predict_file(
    source: Path,
    out: Path,
    bundles: Sequence[Bundle],
    config: Predict,
    configuration: dict[str, Any],
    identity: str,
    on_events: Callable[[int], None],
    *,
    overwrite: bool = False,
) -> Counted:
    """Write the DL2 file of a DL1 file; it is complete or absent.

    Parameters
    ----------
    source, out : pathlib.Path
        The files.
    bundles : sequence of Bundle
        Models of one camera, each of other tasks.
    config : Predict
        Names, weights, what is carried along.
    configuration : dict
        ctapipe's, for files without parameters.
    identity : str
        Of inputs, models and settings.
    on_events : callable
        Hears how many array events are done.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    Counted

    Raises
    ------
    ConfigError
        If no telescope has the models' camera.
    InputError
        If the file is damaged.
    """
    from astropy.time import Time

    start = Time.now().utc.iso
    first = bundles[0]
    with aside(out, overwrite=overwrite) as target, open_dl1(source) as dl1, ExitStack() as stack:
        reader = Dl1Reader(source, dl1, first.camera_hash, str(first.path), configuration)
        carry(source, target, config.keep)
        dl2 = stack.enter_context(_append_to(target))
        written = Dl2Tables(
            dl2,
            {task: bundle.config.mode == "stereo" for bundle in bundles for task in bundle.tasks},
            config.prefix,
            reader.tel_ids,
            reader.subarray.tel_ids_to_indices(reader.tel_ids),
            reader.subarray.n_tels,
            {name: reader.triggers.dtype[name] for name in (schema.OBS_ID, schema.EVENT_ID)},
            reader.n_events,
        )
        statistics = {bundle.path: Statistics() for bundle in bundles}
        counted = Counted(0, 0, {}, {})
        for chunk, estimates in _estimated(reader, bundles, config, statistics):
            for task, (telescopes, array) in estimates.items():
                written.write(task, chunk, telescopes, array)
            counted = _count(counted, chunk, estimates)
            on_events(len(chunk.events))
        for bundle in bundles:
            written.write_statistics(bundle.tasks, statistics[bundle.path])
        share = unseen_share(bundle.info for bundle in bundles)
        describe(dl2, config.keep, start, Time.now().utc.iso, identity, share)
    return counted


@contextmanager
def _append_to(path: Path) -> "Iterator[tables.File]":
    import tables

    with tables.open_file(str(path), "a") as file:
        yield file


#: By task: estimates of the telescopes, unless a model takes them together, and of the array events.
_Estimates = dict[str, tuple[Estimate | None, Combined]]


def _estimated(
    reader: Dl1Reader, bundles: Sequence[Bundle], config: Predict, statistics: dict[Path, Statistics]
) -> Iterator[tuple[Chunk, _Estimates]]:
    """Give each portion with its estimates; the next is read while the models work, on a thread.

    Only one thread ever touches HDF5, which is not made for more.
    """

    def work(chunk: Chunk) -> _Estimates:
        found: _Estimates = {}
        for bundle in bundles:
            if bundle.config.mode == "stereo":
                answers, given = estimate_events(bundle, chunk, statistics[bundle.path])
                for task, events in answers.items():
                    found[task] = None, as_they_are(task, events, given)
                continue
            for task, telescopes in estimate(bundle, chunk, statistics[bundle.path]).items():
                found[task] = telescopes, combine(task, telescopes, chunk, config.weights)
        return found

    with ThreadPoolExecutor(1) as thread:
        waiting: tuple[Chunk, Future[_Estimates]] | None = None
        for chunk in reader.chunks():
            ahead = chunk, thread.submit(work, chunk)
            if waiting is not None:
                yield waiting[0], waiting[1].result()
            waiting = ahead
        if waiting is not None:
            yield waiting[0], waiting[1].result()


def _count(so_far: Counted, chunk: Chunk, estimates: _Estimates) -> Counted:
    def added(to: dict[str, int], flags: dict[str, np.ndarray]) -> dict[str, int]:
        return {task: to.get(task, 0) + int(values.sum()) for task, values in flags.items()}

    return Counted(
        so_far.n_events + len(chunk.events),
        so_far.n_images + len(chunk),
        added(so_far.n_valid, {task: (one or both).is_valid for task, (one, both) in estimates.items()}),
        added(so_far.n_outside, {task: (one or both).outside_range for task, (one, both) in estimates.items()}),
    )
