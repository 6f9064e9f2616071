"""Reading of stores: memory-mapped camera images with their parameters and truth."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.bits import unpack_rows
from iactflow.data.camera import Camera
from iactflow.errors import ConfigError, InputError

MANIFEST = "store.json"


@dataclass(frozen=True)
class Part:
    """One immutable file of a store, mapped into memory.

    Attributes
    ----------
    path : pathlib.Path
        The Arrow IPC file.
    batch : pyarrow.RecordBatch
        Its rows; buffers point into the file.
    """

    path: Path
    batch: pa.RecordBatch

    def pixels(self, column: str) -> np.ndarray:
        """Give a column of pixels, other than the mask, as a view into the file, of shape (n, n_pixels)."""
        values = self.batch.column(column).values
        return values.to_numpy(zero_copy_only=True).reshape(self.batch.num_rows, -1)


class Store:
    """One or more store folders of the same camera, read as one table.

    Rows keep the order of the folders and of the parts in each manifest, so a row number names the same image
    whenever the same stores are opened.

    Parameters
    ----------
    paths : sequence of path-like
        Store folders as ``iactflow ingest`` writes them.

    Raises
    ------
    InputError
        If a folder is no store, is of another format version, or lacks a part or holds a damaged one.
    ConfigError
        If the stores are of different cameras, or one has DL1 parameters and another has none.
    """

    def __init__(self, paths: Sequence[Path | str] | Path | str) -> None:
        folders = [paths] if isinstance(paths, (str, Path)) else list(paths)
        if not folders:
            raise ConfigError("No store was given. Name at least one folder that `iactflow ingest` wrote.")
        self.paths = [Path(folder) for folder in folders]
        self.manifests = [read_manifest(folder) for folder in self.paths]
        self._cameras = [Camera.read(folder) for folder in self.paths]
        self.camera = self._cameras[0]
        for folder, camera in zip(self.paths, self._cameras, strict=True):
            camera.require_same(self.camera.hash, here=str(folder), there=str(self.paths[0]))
        self.has_parameters = bool(self.manifests[0]["parameters"])
        for folder, manifest in zip(self.paths, self.manifests, strict=True):
            if bool(manifest["parameters"]) != self.has_parameters:
                raise ConfigError(f"{folder} and {self.paths[0]}: one holds DL1 parameters, the other images only.")
        self.has_true_images = all(manifest["true_images"] for manifest in self.manifests)
        self.schema = self._schema(true_images=self.has_true_images)
        self.parts = [
            _open_part(folder / entry["file"], entry, self._schema(true_images=manifest["true_images"]))
            for folder, manifest in zip(self.paths, self.manifests, strict=True)
            for source in manifest["sources"]
            for entry in source["parts"]
        ]
        self._starts = np.cumsum([0, *(part.batch.num_rows for part in self.parts)])

    def _schema(self, *, true_images: bool) -> pa.Schema:
        return schema.store_schema(self.camera.n_pixels, parameters=self.has_parameters, true_images=true_images)

    def __len__(self) -> int:
        """Return the number of images."""
        return int(self._starts[-1])

    @cached_property
    def hash(self) -> str:
        """Identity of the content: changes when any row does."""
        import hashlib

        names = [part.path.name for part in self.parts]
        return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]

    def column(self, name: str) -> np.ndarray:
        """Read one column of numbers or names for all rows.

        Parameters
        ----------
        name : str
            A scalar column; for pixels use `pixels`.

        Returns
        -------
        ndarray, shape (n,)
            Missing floats are NaN.
        """
        if name not in self.schema.names:
            hint = "" if self.has_parameters else " The store was made with --images-only; ingest without it."
            raise InputError(f"{self.paths[0]} has no column '{name}'.{hint}")
        chunks = [part.batch.column(name) for part in self.parts]
        if name == schema.SPLIT:
            chunks = [chunk.cast(pa.string()) for chunk in chunks]
        return pa.chunked_array(chunks, type=chunks[0].type if chunks else self.schema.field(name).type).to_numpy()

    def focal_lengths(self, rows: np.ndarray) -> np.ndarray:
        """Give the equivalent focal length (m) of the telescope of some rows, shape (m,), as their own store has it.

        Stores of several arrays number their telescopes alike.
        """
        return self._focal_lengths[rows]

    def positions(self, rows: np.ndarray) -> np.ndarray:
        """Give where the telescopes of some rows stand in the ground frame of their own store's array, m, (m, 3)."""
        folder, telescope = self.folders(rows), self.column(schema.TEL_ID)[rows]
        out = np.empty((len(rows), 3))
        for number in np.unique(folder):
            here = folder == number
            camera = self._cameras[number] if len(self.paths) > 1 else self.camera
            out[here] = camera.positions(telescope[here])
        return out

    def folders(self, rows: np.ndarray) -> np.ndarray:
        """Give which of `paths` some rows are of, shape (m,)."""
        return np.searchsorted(np.cumsum(self._counts)[:-1], rows, side="right")

    @property
    def _counts(self) -> list[int]:
        """Images of each folder."""
        return [
            sum(entry["n_images"] for source in manifest["sources"] for entry in source["parts"])
            for manifest in self.manifests
        ]

    @cached_property
    def _focal_lengths(self) -> np.ndarray:
        own = np.split(self.column(schema.TEL_ID), np.cumsum(self._counts)[:-1])
        return np.concatenate([camera.focal_lengths(ids) for camera, ids in zip(self._cameras, own, strict=True)])

    def rows(self, split: str) -> np.ndarray:
        """List the row numbers of one part of the data (``train``, ``validation`` or ``test``)."""
        if split not in schema.SPLITS:
            raise ConfigError(f"split must be one of {', '.join(schema.SPLITS)}. Received: {split}")
        return np.flatnonzero(self.column(schema.SPLIT) == split)

    def pixels(self, column: str, rows: np.ndarray) -> np.ndarray:
        """Gather the pixels of some rows.

        Parameters
        ----------
        column : str
            `schema.IMAGE` (p.e.) or `schema.PEAK_TIME` (ns).
        rows : ndarray of int, shape (m,)
            Row numbers in any order.

        Returns
        -------
        ndarray of float32, shape (m, n_pixels)
        """
        return self._gather(self._views[column], rows, np.float32)

    def true_images(self, rows: np.ndarray) -> np.ndarray:
        """Gather the photoelectrons of the shower alone, without night sky and electronics.

        Parameters
        ----------
        rows : ndarray of int, shape (m,)
            Row numbers in any order.

        Returns
        -------
        ndarray of int32, shape (m, n_pixels)

        Raises
        ------
        InputError
            If a store does not hold them.
        """
        if not self.has_true_images:
            pairs = zip(self.paths, self.manifests, strict=True)
            without = ", ".join(str(path) for path, manifest in pairs if not manifest["true_images"])
            raise InputError(
                f"{without} holds no photoelectrons of the showers alone. Simulate with: iactflow simulate "
                "--format store --set true_images=true"
            )
        return self._gather([part.pixels(schema.TRUE_IMAGE) for part in self.parts], rows, np.int32)

    def _gather(self, views: Sequence[np.ndarray], rows: np.ndarray, dtype: Any) -> np.ndarray:
        rows = np.asarray(rows)
        out = np.empty((len(rows), self.camera.n_pixels), dtype)
        part_of_row = np.searchsorted(self._starts, rows, side="right") - 1
        for index in np.unique(part_of_row):
            here = np.flatnonzero(part_of_row == index)
            out[here] = views[index][rows[here] - self._starts[index]]
        return out

    def masks(self, rows: np.ndarray) -> np.ndarray:
        """Gather the cleaning masks of some rows, bool of shape (m, n_pixels)."""
        rows = np.asarray(rows)
        out = np.empty((len(rows), self.camera.n_pixels), bool)
        part_of_row = np.searchsorted(self._starts, rows, side="right") - 1
        for index in np.unique(part_of_row):
            here = np.flatnonzero(part_of_row == index)
            packed, offset = self._packed_masks[index]
            out[here] = unpack_rows(packed, rows[here] - self._starts[index], self.camera.n_pixels, offset)
        return out

    @cached_property
    def _views(self) -> dict[str, list[np.ndarray]]:
        return {name: [part.pixels(name) for part in self.parts] for name in (schema.IMAGE, schema.PEAK_TIME)}

    @cached_property
    def _packed_masks(self) -> list[tuple[np.ndarray, int]]:
        """Bits of each part's masks, with how many come before the first row."""
        values = [part.batch.column(schema.IMAGE_MASK).values for part in self.parts]
        return [(np.frombuffer(bits.buffers()[1], np.uint8), bits.offset) for bits in values]

    def require_truth(self, purpose: str) -> None:
        """Raise `InputError` if any row lacks simulated truth."""
        if len(self) and (self.column(schema.PRIMARY) == schema.NO_PRIMARY).any():
            names = ", ".join(map(str, self.paths))
            raise InputError(
                f"{names} holds observed events, which have no true energy, type or direction; {purpose} needs "
                "simulated ones."
            )


def read_manifest(folder: Path, *, unfinished: bool = False) -> dict[str, Any]:
    """Read ``store.json``.

    Parameters
    ----------
    folder : pathlib.Path
        The store.
    unfinished : bool
        Whether a store that an interrupted ingest left will do; only ingest can go on with one.

    Raises
    ------
    InputError
        If there is none, it is not JSON, its format version is not `schema.STORE_FORMAT`, or sources are missing.
    """
    path = Path(folder) / MANIFEST
    if not Path(folder).exists():
        raise InputError(f"{folder} does not exist. Make a store with: iactflow ingest --input FILE --out {folder}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} is no store: it has no {MANIFEST}. Make one with: iactflow ingest --input FILE --out STORE"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}. Make the store again with --overwrite.") from error
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if version != schema.STORE_FORMAT:
        raise InputError(
            f"{path} has store format {version}; this version reads format {schema.STORE_FORMAT}. Ingest the data "
            "again."
        )
    if manifest["pending"] and not unfinished:
        raise InputError(
            f"{folder} is not complete: ingest was interrupted before {', '.join(manifest['pending'])}. Run the same "
            "ingest command again; it goes on where it was stopped."
        )
    return {"true_images": False, **manifest}  # stores from before there were any do not say so


def _open_part(path: Path, entry: dict[str, Any], expected: pa.Schema) -> Part:
    try:
        with pa.memory_map(str(path)) as source:
            if source.size() != entry["bytes"]:
                raise InputError(f"{path} has {source.size()} bytes instead of {entry['bytes']}. Ingest it again.")
            batch = pa.ipc.open_file(source).get_batch(0)
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing, though {MANIFEST} lists it. Ingest the data again.") from error
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{path} is damaged: {error}. Ingest the data again.") from error
    if batch.num_rows != entry["n_images"] or not batch.schema.equals(expected):
        raise InputError(f"{path} does not hold the rows and columns that {MANIFEST} says. Ingest the data again.")
    return Part(path, batch)
