"""Images that generators learn from, with their conditions and moments."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data.feeder import Feeder
from iactflow.data.presets import require_instrument
from iactflow.data.schema import TRUE_IMAGE
from iactflow.data.select import Cut, Selection, apply_selection, require_rows
from iactflow.data.store import Store
from iactflow.generation.assembly import Assembly, measure_all
from iactflow.generation.conditions import Conditions
from iactflow.generation.grid import Grid
from iactflow.generation.steps import float32

#: Images that are read at once.
_PORTION = 4096


@dataclass(frozen=True)
class Examples:
    """Images to learn from.

    Attributes
    ----------
    store : Store
        All stores as one table.
    rows : ndarray of int, shape (n,)
        Of the train part, after the cuts.
    cuts : list of Cut
        What the cuts removed.
    conditions : Conditions
        Of these rows.
    moments : ndarray, shape (n, 9)
        See `iactflow.generation.moments`.
    """

    store: Store
    rows: np.ndarray
    cuts: list[Cut]
    conditions: Conditions
    moments: np.ndarray

    @classmethod
    def of(cls, paths: Sequence[Path], selection: Selection, *, instrument: str) -> "Examples":
        """Open stores, apply the cuts to their train part and measure what is left.

        Raises
        ------
        InputError
            If a store holds no photoelectrons of the showers, lacks truth, or no image is left; if the images are of
            several pointings or of telescopes of several focal lengths.
        ConfigError
            If the stores are of another camera than the instrument's.
        """
        store = Store(list(paths))
        store.require_truth("generation")
        require_instrument(instrument, store.camera.name, store.paths[0])
        rows, cuts = apply_selection(store, selection, store.rows("train"))
        require_rows(rows, cuts, where=f"train part of {', '.join(map(str, store.paths))}")
        store.true_images(rows[:1])
        conditions = Conditions.of_store(store, rows)
        conditions.require_one_pointing(f"The images of {', '.join(map(str, store.paths))}")
        pitch = Grid.of(store.camera.geometry, symmetries=False).pitch
        parts = [
            measure_all(
                store.true_images(rows[low : low + _PORTION]), conditions[low : low + _PORTION], store.camera, pitch
            )
            for low in range(0, len(rows), _PORTION)
        ]
        return cls(store, rows, cuts, conditions, np.concatenate(parts))

    def some_images(self, n: int) -> np.ndarray:
        """Read the photoelectrons of n of the images, evenly spread."""
        return self.store.true_images(self.rows[:: max(1, len(self.rows) // n)][:n])

    def pixel_feeder(self, made: Assembly, **options: Any) -> Feeder:
        """Feed photoelectrons with what pixel models are told."""
        told = made.told(self.conditions, self.moments[:, : made.n_values])
        labels = {**float32(numbers=told.numbers, places=told.places), "which": told.which}
        return Feeder(self.store, self.rows, [TRUE_IMAGE], labels, **options)

    def size_feeder(self, made: Assembly, **options: Any) -> Feeder:
        """Feed standardised moments with what size models are told."""
        values = made.of_values(self.moments[:, : made.n_values])
        labels = float32(values=values, numbers=made.conditions_told(self.conditions))
        return Feeder(self.store, self.rows, [], labels, **options)

    def describe(self) -> list[dict[str, Any]]:
        """Name the stores with their hashes and the number of images in all."""
        return [{"path": str(path), "hash": Store(path).hash} for path in self.store.paths]
