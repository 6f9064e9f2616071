"""Writing of stores: immutable parts, then the manifest that lists them, so that a crash never leaves a wrong one."""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.camera import CAMERA_FILE, TELESCOPES_FILE, Camera
from iactflow.data.store import MANIFEST, read_manifest
from iactflow.errors import ConfigError, InputError
from iactflow.storage import explain_full_disk, write_bytes, write_text

#: Most rows of a part: 21 MB of the 1,296-pixel DigiCam.
PART_ROWS = 2048


class StoreWriter:
    """A store folder that sources are added to, one process at a time.

    A new folder becomes a store with its first ``store.json``; an existing one grows in place. The manifest is
    replaced after each source, so a killed run loses the source in work and nothing else.

    Parameters
    ----------
    folder : pathlib.Path
        The store, which may exist. Hold its lock (`locked`) while writing.
    camera : Camera
        Camera and telescopes of all rows.
    settings : mapping
        What must be the same for all sources of a store: ``parameters``, ``fractions``, ``cuts``, ``ctapipe``.

    Raises
    ------
    ConfigError
        If the store exists and was made for another camera, other telescopes or other settings.
    """

    def __init__(self, folder: Path, camera: Camera, settings: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self._settings = list(settings)
        fresh = {
            "format": schema.STORE_FORMAT,
            "camera": {"name": camera.name, "hash": camera.hash, "n_pixels": camera.n_pixels},
            **settings,
            "sources": [],
        }
        if not (self.folder / MANIFEST).exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            camera.write(self.folder)
            self.manifest = fresh
            return
        self.manifest = read_manifest(self.folder, unfinished=True)
        camera.require_same(self.manifest["camera"]["hash"], here="The input", there=f"the store {self.folder}")
        _require_same_telescopes(self.folder, camera)
        self._require_settings(settings, "this command")

    def write_manifest(self, pending: list[str]) -> None:
        """Replace ``store.json``; `pending` names the sources still to come, without which readers refuse it."""
        sources = sorted(self.manifest["sources"], key=lambda source: (source["name"], source["sha256"]))
        self.manifest["sources"] = sources
        self.manifest["counts"] = _total([source["counts"] for source in sources])
        self.manifest["pending"] = sorted(pending)
        write_text(self.folder / MANIFEST, _to_json(self.manifest, indent=1) + "\n")

    def add_source(self, source: dict[str, Any], pending: list[str]) -> None:
        """List a source whose parts are written.

        Parameters
        ----------
        source : dict
            ``name``, ``sha256``, what else is known of the source, and the summary of its `PartWriter`.
        pending : list of str
            Sources still to come.

        Raises
        ------
        InputError
            If simulated showers of the same primary and run are there from a source of other content.
        """
        runs = {(primary, obs_id) for primary in source["counts"] for obs_id in source["obs_ids"]}
        for other in self.manifest["sources"]:
            taken = runs & {(primary, obs_id) for primary in other["counts"] for obs_id in other["obs_ids"]}
            taken = {run for run in taken if run[0] != schema.primary_name(schema.NO_PRIMARY)}
            if taken:
                primary, obs_id = min(taken)
                raise InputError(
                    f"{source['name']} and {other['name']} both hold run {obs_id} of {primary} showers, with other "
                    "content. Showers are told apart by run and number, so leave one out or simulate it as another run."
                )
        self.manifest["sources"].append(source)
        self.write_manifest(pending)

    def _require_settings(self, settings: Mapping[str, Any], origin: str) -> None:
        for key in self._settings:
            if self.manifest[key] != json.loads(_to_json(settings[key])):
                raise ConfigError(
                    f"{self.folder} holds data with {key} {_to_json(self.manifest[key])}. Received from {origin}: "
                    f"{_to_json(settings[key])}. Use the same, choose another --out, or add --overwrite."
                )

    def adopt(self, folder: Path, pending: list[str]) -> int:
        """Copy the sources of another store that this one lacks.

        Parameters
        ----------
        folder : pathlib.Path
            The other store.
        pending : list of str
            Sources still to come.

        Returns
        -------
        int
            Number of sources that were added.

        Raises
        ------
        ConfigError
            If it was made with other settings.
        """
        other = read_manifest(folder)
        self._require_settings({key: other[key] for key in self._settings}, str(folder))
        sources = [source for source in other["sources"] if source["sha256"] not in self.known]
        for source in sources:
            for part in source["parts"]:
                write_bytes(self.folder / part["file"], (Path(folder) / part["file"]).read_bytes())
            self.add_source(source, pending)
        return len(sources)

    def finish(self) -> None:
        """Write the last manifest and remove parts that it does not list, which killed runs left."""
        self.write_manifest([])
        listed = {part["file"] for source in self.manifest["sources"] for part in source["parts"]}
        for path in self.folder.glob("part-*.arrow"):
            if path.name not in listed:
                path.unlink()
        for path in self.folder.glob(".*.aside"):
            path.unlink()

    @property
    def known(self) -> dict[str, str]:
        """Names of the sources by sha256."""
        return {source["sha256"]: source["name"] for source in self.manifest["sources"]}


class PartWriter:
    """The parts of one source: rows come in any portions and go out in parts of `PART_ROWS`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: list[dict[str, Any]] = []
        self._waiting: list[pa.RecordBatch] = []
        self._events: dict[tuple[int, int], list[np.ndarray]] = {}
        self._images: dict[tuple[int, int], int] = {}
        self._obs_ids: set[int] = set()

    def add(self, batch: pa.RecordBatch) -> None:
        """Take rows; their order is the order in the store."""
        self._count(batch)
        self._waiting.append(batch)
        while sum(waiting.num_rows for waiting in self._waiting) >= PART_ROWS:
            self._write(PART_ROWS)

    def close(self) -> None:
        """Write what is not written yet; to be called when the source is read to its end."""
        self._write(PART_ROWS)

    def summary(self) -> dict[str, Any]:
        """Describe what was written: runs, images, events and showers by primary and split, parts."""
        counts: dict[str, dict[str, dict[str, int]]] = {}
        for (primary, split), keys in sorted(self._events.items()):
            events = np.unique(np.concatenate(keys))
            counts.setdefault(schema.primary_name(primary), {})[schema.SPLITS[split]] = {
                "images": self._images[primary, split],
                "events": len(events),
                "showers": len(np.unique(events[["obs_id", "shower_id"]])),
            }
        return {
            "obs_ids": sorted(self._obs_ids),
            "n_images": sum(self._images.values()),
            "n_events": sum(split["events"] for primary in counts.values() for split in primary.values()),
            "counts": counts,
            "parts": self.parts,
        }

    def _count(self, batch: pa.RecordBatch) -> None:
        names = (schema.OBS_ID, schema.EVENT_ID, schema.SHOWER_ID)
        keys = np.rec.fromarrays([batch.column(name).to_numpy() for name in names], names=list(names))
        primary = batch.column(schema.PRIMARY).to_numpy()
        split = batch.column(schema.SPLIT).indices.to_numpy()
        for kind in set(zip(primary.tolist(), split.tolist(), strict=True)):
            chosen = (primary == kind[0]) & (split == kind[1])
            self._events.setdefault(kind, []).append(np.unique(keys[chosen]))
            self._images[kind] = self._images.get(kind, 0) + int(chosen.sum())
        self._obs_ids.update(np.unique(keys["obs_id"]).tolist())

    def _write(self, n_rows: int) -> None:
        if not self._waiting:
            return
        table = pa.Table.from_batches(self._waiting)
        [batch] = table.slice(0, n_rows).combine_chunks().to_batches()
        self._waiting = table.slice(n_rows).to_batches()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        content = sink.getvalue()
        name = f"part-{hashlib.sha256(content).hexdigest()[:32]}.arrow"
        write_bytes(self.folder / name, content)
        self.parts.append({"file": name, "bytes": content.size, "n_images": batch.num_rows})


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from writing to a store folder, which is made if it is not there.

    Raises
    ------
    ConfigError
        If another process is writing to it.
    """
    with explain_full_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ConfigError(
            f"Another process is writing to {folder}. Wait until it ends, or choose another --out."
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)


def is_store_in_work(folder: Path) -> bool:
    """Tell whether a folder is a store, or holds nothing but what a killed ingest left."""
    own = re.compile(r"part-[0-9a-f]+\.arrow|\..+\.aside|" + "|".join(map(re.escape, (CAMERA_FILE, TELESCOPES_FILE))))
    return folder.is_dir() and (
        (folder / MANIFEST).exists() or all(own.fullmatch(path.name) for path in folder.iterdir())
    )


def _require_same_telescopes(folder: Path, camera: Camera) -> None:
    columns = ("tel_id", "pos_x", "pos_y", "pos_z")
    before, now = (
        np.stack([np.asarray(table[name], float) for name in columns])
        for table in (Camera.read(folder).telescopes, camera.telescopes)
    )
    if before.shape != now.shape or np.abs(before - now).max() > 0.01:
        raise ConfigError(
            f"{folder} holds {camera.name} telescopes at other positions than the input's. Make a second store with "
            "another --out and give both to the next command with --data."
        )


def _total(counts: list[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, dict[str, dict[str, int]]] = {}
    for source in counts:
        for primary, splits in source.items():
            for split, numbers in splits.items():
                here = total.setdefault(primary, {}).setdefault(split, {})
                for name, number in numbers.items():
                    here[name] = here.get(name, 0) + number
    return total


def _to_json(content: Any, indent: int | None = None) -> str:
    return json.dumps(content, indent=indent, sort_keys=True, allow_nan=False, ensure_ascii=False)
