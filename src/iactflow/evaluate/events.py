"""The events that are scored: which they are, what identifies them, what is known of them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.array import images_of, leaders
from iactflow.data.origin import ORIGINS, Origin, origin_of, origins
from iactflow.data.select import Cut, Selection, apply_selection, require_rows
from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.fitting.bootstrap import shower_index
from iactflow.s3.names import uri_or_path

#: Columns that name one image of a simulation, in the order that sorts it.
_KEY = (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID, schema.EVENT_ID, schema.TEL_ID)
#: Columns that name an array event.
_EVENT = (schema.PRIMARY, schema.OBS_ID, schema.EVENT_ID)


@dataclass(frozen=True)
class Events:
    """Simulated images to score, in an order that depends on the images alone.

    Attributes
    ----------
    store : Store
        Where they are.
    rows : ndarray of int, shape (n,)
        Their row numbers.
    split : str
        Part of the data that they were taken from.
    selection : Selection
        Cuts that they passed.
    cuts : list of Cut
        What each cut removed.
    origin : Origin
        How their showers were made.
    groups : ndarray of int, shape (n, k), or None
        Rows of all images of each event where array events are scored; `rows` are those that stand for them
        (`iactflow.data.array`).
    """

    store: Store
    rows: np.ndarray
    split: str
    selection: Selection
    cuts: list[Cut]
    origin: Origin
    groups: np.ndarray | None = None

    @property
    def asked(self) -> np.ndarray:
        """What a predictor is asked for: rows of images, or of the images of each event."""
        return self.rows if self.groups is None else self.groups

    def examples(self, find: Callable[[Store, np.ndarray], np.ndarray]) -> "Events":
        """Give what a model makes one estimate of, in the same order: the images as they are, or array events.

        Parameters
        ----------
        find : callable
            The model's, see `iactflow.models.registry.examples_of`.

        Raises
        ------
        InputError
            If there is no event of enough images.
        """
        groups = find(self.store, self.rows)
        if groups.ndim == 1:
            return self
        if not len(groups):
            raise InputError(
                f"No event of the showers {self.origin.made} has as many images that pass the cuts as the model takes "
                "at least (model.stereo.telescopes_min). Give data of more telescopes, or use a model of mode: mono."
            )
        return replace(self, rows=leaders(groups), groups=groups)

    @classmethod
    def choose(cls, store: Store, split: str, selection: Selection) -> "list[Events]":
        """Take the images of one part (``train``, ``validation``, ``test`` or ``all``) that pass the cuts.

        Returns
        -------
        list of Events
            A sample for each origin of showers, because scores on showers of different programs say different things.
            The first is of the origin that most images of the train part have; without a train part, that most images
            have.

        Raises
        ------
        InputError
            If the store has no truth, or no image of a sample is left (telling which cut removed how many).
        """
        store.require_truth("evaluate")
        made = origins(store)
        rows = np.arange(len(store)) if split == "all" else store.rows(split)
        where = f"{' '.join(map(str, store.paths))}, part '{split}'"
        require_rows(rows, [], where=where)
        learnt = np.bincount(made[store.rows("train")], minlength=len(ORIGINS))
        present = np.bincount(made[rows], minlength=len(ORIGINS))
        codes = sorted(np.flatnonzero(present), key=lambda code: (-learnt[code], -present[code]))
        samples = []
        for code in codes:
            origin = ORIGINS[code]
            passed, cuts = apply_selection(store, selection, rows[made[rows] == code])
            require_rows(passed, cuts, where=f"{where}, showers {origin.made}")
            order = np.lexsort([store.column(name)[passed] for name in reversed(_KEY)])
            samples.append(cls(store, passed[order], split, selection, cuts, origin))
        return samples

    def column(self, name: str) -> np.ndarray:
        """Read a column of the chosen images, shape (n,)."""
        return self.store.column(name)[self.rows]

    @cached_property
    def showers(self) -> np.ndarray:
        """Number of the shower of each image, shape (n,)."""
        return shower_index(self.column(schema.PRIMARY), self.column(schema.OBS_ID), self.column(schema.SHOWER_ID))

    @cached_property
    def hash(self) -> str:
        """Identity of the images and their true energies."""
        digest = hashlib.sha256()
        for name in _KEY:
            digest.update(self.column(name).astype("<i8").tobytes())
        digest.update(self.column(schema.TRUE_ENERGY).astype("<f8").tobytes())
        return digest.hexdigest()[:16]

    def require_apart(self, rows: np.ndarray) -> None:
        """Raise `InputError` if any of the chosen showers is also among `rows`, which models learn from."""
        keys = [self.store.column(name) for name in _KEY[:3]]
        showers = shower_index(*keys)
        shared = np.intersect1d(showers[rows], showers[self.rows])
        if len(shared):
            raise InputError(
                f"{len(shared)} of the showers to score are also in the part that models learn from, so the score "
                "would flatter them. Set evaluate.split=test, and give no file as both data.train and data.test."
            )

    def table(self) -> pa.Table:
        """Give key, truth and intensity of the images, with units and descriptions."""
        names = [*_KEY, schema.TRUE_ENERGY, *([schema.INTENSITY] if self.store.has_parameters else [])]
        fields = [self.store.schema.field(name) for name in names]
        return pa.table([pa.array(self.column(name), from_pandas=True) for name in names], names=names).cast(
            pa.schema(fields)
        )

    def describe(self) -> dict[str, Any]:
        """Say in numbers which events these are, for the result's data block."""
        primaries, counts = np.unique(self.column(schema.PRIMARY), return_counts=True)
        block = {
            "sample": {"key": self.origin.key, "made": self.origin.made},
            "sources": self._sources(),
            "stores": [
                {
                    "path": uri_or_path(path),
                    "n_images": sum(part.batch.num_rows for part in self.store.parts if part.path.parent == path),
                }
                for path in self.store.paths
            ],
            "store_hash": self.store.hash,
            "camera": {"name": self.store.camera.name, "hash": self.store.camera.hash},
            "split": self.split,
            "selection": self.selection.model_dump(mode="json"),
            "cuts": [cut._asdict() for cut in self.cuts],
            "per": "image" if self.groups is None else "event",
            "n_images": len(images_of(self.asked)),
            "n_events": self._n_events(),
            "n_showers": int(self.showers.max()) + 1,
            "primaries": {schema.primary_name(code): int(n) for code, n in zip(primaries, counts, strict=True)},
            "energy_tev": _range(self.column(schema.TRUE_ENERGY)),
            "zenith_deg": _range(90 - self.column("telescope_pointing_altitude")),
        }
        if self.store.has_parameters:
            block["intensity_pe"] = _range(self.column(schema.INTENSITY))
        return block

    def _n_events(self) -> int:
        """Count the array events that the images are of."""
        if self.groups is not None:
            return len(self.groups)
        return np.unique(np.stack([self.column(name) for name in _EVENT]), axis=1).shape[1]

    def _sources(self) -> list[str]:
        """Name the sources of this origin."""
        listed = (source for manifest in self.store.manifests for source in manifest["sources"])
        return sorted({source["name"] for source in listed if origin_of(source) == self.origin})


def _range(values: np.ndarray) -> list[float]:
    return [float(np.nanmin(values)), float(np.nanmax(values))]
