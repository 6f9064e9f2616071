"""Which images a network is fitted to, and which choose its best epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.data.array import leaders
from iactflow.data.origin import origin_of
from iactflow.data.presets import require_instrument
from iactflow.data.select import Cut, Selection, apply_selection, require_rows
from iactflow.data.sources import source_key
from iactflow.data.split import in_share
from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.models.config import Model
from iactflow.models.registry import examples_of
from iactflow.s3.names import uri_or_path


@dataclass(frozen=True)
class Examples:
    """Rows to train on.

    Attributes
    ----------
    store : Store
        All stores as one table.
    train, validation : ndarray of int, shape (n,) or (n, k)
        Row numbers after the cuts, those of an event's images in a row if the network is for array events; `validation`
        may be empty.
    cuts : list of Cut
        What the cuts removed from the train part.
    stores : list of dict
        Path, hash, sources, origins of showers, shares of the parts, and counts of images (or events) and showers of
        each store.
    """

    store: Store
    train: np.ndarray
    validation: np.ndarray
    cuts: list[Cut]
    stores: list[dict[str, Any]]


def choose_examples(
    paths: Sequence[Path], selection: Selection, model: Model, *, instrument: str, fraction: float = 1.0
) -> Examples:
    """Open stores and apply the cuts to their train and validation parts.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Stores of one camera.
    selection : Selection
        The cuts.
    model : Model
        The ``model:`` section, which says whether images or array events are what is estimated.
    instrument : str
        Preset whose camera the stores must have; other names are not checked.
    fraction : float
        Share of the showers of both parts that is used; a larger one holds every smaller one.

    Raises
    ------
    InputError
        If a store cannot be used, holds observed events, or no image is left to train on.
    ConfigError
        If the stores are of another camera than the instrument's.
    """
    store = Store(list(paths))
    store.require_truth("train")
    require_instrument(instrument, store.camera.name, store.paths[0])
    train, cuts = apply_selection(store, selection, _share(store, store.rows("train"), fraction))
    where = f"train part of {', '.join(map(str, store.paths))}"
    require_rows(train, cuts, where=where)
    validation, _ = apply_selection(store, selection, _share(store, store.rows("validation"), fraction))
    train, validation = (examples_of(model, store, rows) for rows in (train, validation))
    if not len(train):
        raise InputError(
            f"{where}: no event has {model.stereo.telescopes_min} images that pass the cuts. Lower "
            "model.stereo.telescopes_min, loosen data.select, or set model.mode=mono."
        )
    return Examples(store, train, validation, cuts, _count(store, train, validation))


def _share(store: Store, rows: np.ndarray, fraction: float) -> np.ndarray:
    if fraction == 1:
        return rows
    primary, run, shower = (store.column(name)[rows] for name in (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID))
    return rows[in_share(primary, run, shower, fraction)]


def _count(store: Store, train: np.ndarray, validation: np.ndarray) -> list[dict[str, Any]]:
    """Count images (or events) and showers of each store."""
    names = (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID)
    showers = np.stack([store.column(name).astype(np.int64) for name in names], axis=1)
    counts, low = [], 0
    for path in store.paths:
        single = Store(path)
        high = low + len(single)
        [manifest] = single.manifests
        sources = manifest["sources"]
        entry: dict[str, Any] = {
            "path": uri_or_path(path),
            "hash": single.hash,
            "sources": sorted(source_key(source) for source in sources),
            "made": sorted({origin_of(source).made for source in sources}),
            "split": manifest["fractions"],
        }
        for part, rows in (("train", train), ("validation", validation)):
            first = leaders(rows)
            mine = first[(first >= low) & (first < high)]
            entry[f"n_{part}"] = len(mine)
            entry[f"n_{part}_showers"] = len(np.unique(showers[mine], axis=0))
        counts.append(entry)
        low = high
    return counts
