"""Parts of stores as stores of their own: some of the sources, or a sample of the showers."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from iactflow.data import schema
from iactflow.data.camera import Camera
from iactflow.data.split import in_share
from iactflow.data.store import Store, read_manifest
from iactflow.data.writer import PartWriter, StoreWriter

#: Hexadecimal digits of a source's sha256 by which models remember what they have learnt from.
_DIGITS = 16
#: Keys of a manifest that are no settings of the store.
_ACCOUNT = {"format", "camera", "sources", "counts", "pending"}


def source_key(source: Mapping[str, Any]) -> str:
    """Give the short identity of a source's content."""
    return str(source["sha256"])[:_DIGITS]


def n_showers(source: Mapping[str, Any]) -> int:
    """Count the showers of a source that its manifest lists."""
    return sum(numbers["showers"] for splits in source["counts"].values() for numbers in splits.values())


def some_sources(store: Path, out: Path, wanted: Callable[[Mapping[str, Any]], bool]) -> int:
    """Write the store of some sources of a store.

    Parameters
    ----------
    store, out : pathlib.Path
        The store, and the folder to write; nothing is written if no source is wanted.
    wanted : callable
        Takes an entry of the manifest's sources.

    Returns
    -------
    int
        Number of sources.
    """
    manifest = read_manifest(store)
    sources = [source for source in manifest["sources"] if wanted(source)]
    if sources:
        writer = _writer(store, manifest, out)
        for source in sources:
            for part in source["parts"]:
                shutil.copyfile(store / part["file"], out / part["file"])
            writer.add_source(source, [])
        writer.finish()
    return len(sources)


def sample_of(store: Path, out: Path, n_images: int) -> int:
    """Write a sample of a store: some of its showers, of all parts, chosen by a hash of the shower.

    Parameters
    ----------
    store, out : pathlib.Path
        The store, and the folder to write; nothing is written if the store has no image to train on.
    n_images : int
        About how many images; a larger sample holds every smaller one.

    Returns
    -------
    int
        Number of images.
    """
    whole, manifest = Store(store), read_manifest(store)
    if not len(whole.rows("train")):
        return 0
    primary, run, shower = (whole.column(name) for name in (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID))
    chosen = in_share(primary, run, shower, min(1.0, n_images / len(whole)))
    if not chosen.any():
        return 0
    writer = _writer(store, manifest, out)
    parts, first = iter(whole.parts), 0
    for source in manifest["sources"]:
        kept = PartWriter(out)
        for _ in source["parts"]:
            batch = next(parts).batch
            mask = chosen[first : first + batch.num_rows]
            first += batch.num_rows
            if mask.any():
                kept.add(batch.filter(pa.array(mask)))
        kept.close()
        if kept.parts:
            writer.add_source({**source, **kept.summary()}, [])
    writer.finish()
    return int(chosen.sum())


def _writer(store: Path, manifest: Mapping[str, Any], out: Path) -> StoreWriter:
    settings = {key: value for key, value in manifest.items() if key not in _ACCOUNT}
    return StoreWriter(out, Camera.read(store), settings)
