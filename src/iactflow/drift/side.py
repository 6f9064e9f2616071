"""One side of the comparison: its images, their showers and what describes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.data.inputs import Kind, resolve
from iactflow.data.origin import ORIGINS, origins
from iactflow.data.select import apply_selection, require_rows
from iactflow.data.store import Store
from iactflow.drift.config import Drift
from iactflow.drift.pixels import PixelSums, summarise
from iactflow.drift.scores import score
from iactflow.errors import InputError
from iactflow.fitting.bootstrap import shower_index
from iactflow.ingest.run import run as ingest
from iactflow.models.bundle import Bundle
from iactflow.validate import quantities
from iactflow.validate.samples import take_showers

if TYPE_CHECKING:
    from astropy.table import Table

REFERENCE, CURRENT = "reference", "current"


@dataclass(frozen=True)
class Side:
    """Images of one side.

    Attributes
    ----------
    name : str
        ``reference`` or ``current``.
    showers : ndarray of int, shape (n,)
        Number of the shower of each image, from 0.
    values : dict of ndarray
        Quantities of each image by name of `iactflow.drift.columns.ALL`; NaN where there is none.
    telescopes : dict of PixelSums
        Of the pixels, by telescope.
    facts : dict
        What is recorded of it: stores, numbers, primaries, zenith angles.
    pixels : astropy.table.Table
        The camera's geometry.
    """

    name: str
    showers: np.ndarray
    values: dict[str, np.ndarray]
    telescopes: dict[int, PixelSums]
    facts: dict[str, Any]
    pixels: "Table"

    @property
    def n_showers(self) -> int:
        """Number of showers."""
        return int(self.showers.max()) + 1


@contextmanager
def opened(inputs: Sequence[Path | str]) -> Iterator[Store]:
    """Open stores as they are; other inputs, such as DL1 files, are ingested into a temporary store first.

    Raises
    ------
    InputError
        If stores and files are mixed: a store brings its own cleaning and calibration, which files would not have.
    """
    sources = resolve([str(one) for one in inputs])
    stores = [source.path for source in sources if source.kind is Kind.STORE]
    files = [str(source.path) for source in sources if source.kind is not Kind.STORE]
    if stores and files:
        raise InputError(
            "Each of --reference and --current must be stores or files, not both. Received: "
            f"{' '.join(map(str, stores))} (store) beside {' '.join(files)}. Ingest the files into a store with "
            "the same settings first, and give the stores."
        )
    if stores:
        yield Store(stores)
        return
    with TemporaryDirectory(prefix="iactflow-drift-") as folder:
        yield Store(ingest(files, Path(folder) / "store").path)


def describe(name: str, store: Store, bundles: Sequence[Bundle], config: Drift) -> Side:
    """Choose the images of a side and describe them.

    Parameters
    ----------
    name : str
        ``reference`` or ``current``.
    store : Store
        Where they are.
    bundles : sequence of Bundle
        Models whose scores are compared. They may have learnt from the train part of the reference, which they
        therefore do not score.
    config : Drift
        Cuts, number of images and showers, seed.

    Raises
    ------
    InputError
        If no image passes the cuts, there are too few showers, or the store has no DL1 parameters.
    """
    rows, cuts = apply_selection(store, config.select, np.arange(len(store)))
    require_rows(rows, cuts, where=f"{name}: {' '.join(map(str, store.paths))}")
    rows = np.sort(take_showers(store, rows, config.images, np.random.default_rng(config.seed)))
    showers = shower_index(*(store.column(key)[rows] for key in (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID)))
    n_showers = int(showers.max()) + 1
    if n_showers < config.showers_min:
        raise InputError(
            f"{name}: {' '.join(map(str, store.paths))} holds {n_showers} showers that pass the cuts; at least "
            f"{config.showers_min} are needed (drift.showers_min). Give more files, or loosen drift.select."
        )
    seen = summarise(store, rows)
    values = dict(zip((one.name for one in quantities.ALL), quantities.read(store, rows).T, strict=True))
    unseen = np.ones(len(rows), bool) if name == CURRENT else store.column(schema.SPLIT)[rows] != "train"
    values |= seen.values | score(store, rows, bundles, unseen)
    return Side(name, showers, values, seen.telescopes, _facts(store, rows, n_showers, config), store.camera.pixels)


def _facts(store: Store, rows: np.ndarray, n_showers: int, config: Drift) -> dict[str, Any]:
    primaries, counts = np.unique(store.column(schema.PRIMARY)[rows], return_counts=True)
    zenith = 90 - store.column(schema.POINTING_ALT)[rows]
    return {
        "stores": [str(path) for path in store.paths],
        "store_hash": store.hash,
        "camera": {"name": store.camera.name, "hash": store.camera.hash},
        "select": config.select.model_dump(mode="json"),
        "n_images_in_stores": len(store),
        "n_images": len(rows),
        "n_showers": n_showers,
        "primaries": {schema.primary_name(code): int(n) for code, n in zip(primaries, counts, strict=True)},
        "made": [ORIGINS[code].made for code in np.unique(origins(store)[rows])],
        "zenith_deg": [float(np.nanmin(zenith)), float(np.nanmax(zenith))] if np.isfinite(zenith).any() else None,
    }
