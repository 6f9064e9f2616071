"""Batches of raw pixels from a store, in an order that only the seed and the epoch decide."""

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from iactflow.data import schema
from iactflow.data.array import gather_events

if TYPE_CHECKING:
    from iactflow.data.store import Store

#: Images that are gathered together: rows of a shuffled batch lie in many parts of a store, and visiting each part
#: once for several batches costs less than visiting it for each.
_BLOCK = 1024
#: Blocks that wait for the consumer.
_AHEAD = 2


@dataclass(frozen=True)
class Batch:
    """Some images with their labels.

    Attributes
    ----------
    number : int
        Place in the epoch, from 0.
    rows : ndarray of int, shape (n,) or (n, k)
        Row numbers in the store; of array events those of their images, see `iactflow.data.array`.
    pixels : dict of ndarray, shape (n, n_pixels) or (n, k, n_pixels)
        Pixel columns by name: charge (p.e.) and time (ns) as float32, the cleaning mask as bool.
    labels : dict of ndarray of float32, shape (n, d)
        Labels by task.
    weights : dict of ndarray of float32, shape (n,)
        What each image counts, by task.
    """

    number: int
    rows: np.ndarray
    pixels: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.rows)


class Feeder:
    """Batches of chosen rows of a store.

    Parameters
    ----------
    store : Store
        Where the images are.
    rows : ndarray of int, shape (n,) or (n, k)
        Rows to use; what is said of images counts for array events where there are k to an event.
    columns : sequence of str
        Pixel columns that are read: nothing else is.
    labels : mapping of ndarray, shape (n, d)
        Labels of `rows` by task; empty for prediction.
    weights : mapping of ndarray, shape (n,)
        What each of `rows` counts, by task; one for tasks that are not named.
    batch_size : int
        Images per batch; the last batch of an epoch may be smaller, none is dropped.
    seed : int or None
        Decides the order of every epoch; None keeps the order of `rows`.
    fraction : float
        Share of the rows that an epoch draws, at least one row.

    Notes
    -----
    Epoch e is a pure function of (seed, e): training that resumes, or that is repeated, sees the same batches.
    """

    def __init__(
        self,
        store: "Store",
        rows: np.ndarray,
        columns: Sequence[str],
        labels: Mapping[str, np.ndarray] | None = None,
        weights: Mapping[str, np.ndarray] | None = None,
        *,
        batch_size: int,
        seed: int | None = None,
        fraction: float = 1.0,
    ) -> None:
        self.store, self.rows, self.columns = store, np.asarray(rows), list(columns)
        self.labels = dict(labels or {})
        self.weights = {task: np.ones(len(self.rows), np.float32) for task in self.labels} | dict(weights or {})
        self.batch_size, self.seed = batch_size, seed
        self.n_images = min(len(self.rows), max(1, round(fraction * len(self.rows))))

    @property
    def n_batches(self) -> int:
        """Batches of one epoch."""
        return -(-self.n_images // self.batch_size)

    def order(self, epoch: int) -> np.ndarray:
        """Give the positions in `rows` that an epoch visits, in their order."""
        if self.seed is None:
            return np.arange(self.n_images)
        return np.random.default_rng([self.seed, epoch]).permutation(len(self.rows))[: self.n_images]

    def epoch(self, epoch: int = 0, first: int = 0) -> Iterator[Batch]:
        """Give the batches of an epoch, read ahead on a thread.

        Parameters
        ----------
        epoch : int
            Number of the epoch, from 0.
        first : int
            Number of the batch to begin with.
        """
        order = self.order(epoch)
        per_block = max(1, _BLOCK // self.batch_size)
        starts = range(first, self.n_batches, per_block)
        for block in _ahead(self._block(order, start, per_block) for start in starts):
            yield from block

    def _block(self, order: np.ndarray, start: int, n_batches: int) -> list[Batch]:
        positions = order[start * self.batch_size : (start + n_batches) * self.batch_size]
        rows = self.rows[positions]
        pixels = gather(self.store, rows, self.columns)
        labels = {task: values[positions] for task, values in self.labels.items()}
        weights = {task: values[positions] for task, values in self.weights.items()}
        batches = []
        for number, low in enumerate(range(0, len(rows), self.batch_size), start):
            part = slice(low, low + self.batch_size)
            batches.append(
                Batch(
                    number,
                    rows[part],
                    {name: values[part] for name, values in pixels.items()},
                    {task: values[part] for task, values in labels.items()},
                    {task: values[part] for task, values in weights.items()},
                )
            )
        return batches


def gather(store: "Store", rows: np.ndarray, columns: Sequence[str]) -> dict[str, np.ndarray]:
    """Read pixel columns of some rows, each of shape (n, n_pixels).

    Charges and times are float32, masks bool, photoelectrons of the showers int32. Rows of shape (n, k) are array
    events, see `iactflow.data.array.gather_events`.
    """
    if rows.ndim > 1:
        return gather_events(store, rows, columns)
    readers = {schema.IMAGE_MASK: store.masks, schema.TRUE_IMAGE: store.true_images}
    return {name: readers[name](rows) if name in readers else store.pixels(name, rows) for name in columns}


def _ahead[T](items: Iterator[T]) -> Iterator[T]:
    """Make items on a thread while the consumer works; an error there is raised here."""
    waiting: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(_AHEAD)
    enough = threading.Event()

    def put(entry: tuple[T | None, BaseException | None]) -> None:
        while not enough.is_set():
            try:
                return waiting.put(entry, timeout=0.1)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put((item, None))
                if enough.is_set():
                    return
            put((None, None))
        except BaseException as error:
            put((None, error))

    thread = threading.Thread(target=work, name="iactflow-feeder", daemon=True)
    thread.start()
    try:
        while True:
            item, error = waiting.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        enough.set()
        thread.join()
