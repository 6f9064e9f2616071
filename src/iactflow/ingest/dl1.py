"""Reading of ctapipe DL1 files: tables in slices, joined by key."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import tables

from iactflow.data import schema
from iactflow.errors import InputError
from iactflow.ingest.blocks import CALIBRATION, Block, Blocks, Task, complete_rows, mend_pixels
from iactflow.ingest.hdf5 import EventTable
from iactflow.ingest.parameters import ParameterMaker
from iactflow.ingest.pointing import Pointing
from iactflow.ingest.simulation import simulation_values

if TYPE_CHECKING:
    from ctapipe.instrument import SubarrayDescription

#: Rows of a portion; part of what makes stores equal whatever the number of workers.
BLOCK_ROWS = 512
#: The oldest data model that can be read.
OLDEST_DATA_MODEL = (6, 0, 0)
#: ctapipe's number of the event type "array trigger by a shower".
SHOWER_EVENT = 32

#: Cache of decompressed chunks per table; PyTables' 16 MiB for each of hundreds of tables would fill the memory.
_CHUNK_CACHE_BYTES = 1 << 20

IMAGES = "/dl1/event/telescope/images"
PARAMETERS = "/dl1/event/telescope/parameters"
TRIGGER = "/dl1/event/subarray/trigger"
_SHOWERS = "/simulation/event/subarray/shower"
_IMPACT = "/simulation/event/telescope/impact"
_SIMULATION = "/configuration/simulation/run"
#: Columns of the image tables.
IMAGE_FIELDS = [pa.field(name, pa.null()) for name in (*schema.KEY, *schema.PIXELS)]
#: Where ctapipe's writer notes the version of the data model.
_VERSION = "CTA PRODUCT DATA MODEL VERSION"


def read_subarray(path: Path, configuration: dict[str, Any]) -> "SubarrayDescription":
    """Read the telescopes of a DL1 file.

    Raises
    ------
    InputError
        If the file is truncated, is no ctapipe file, has an older data model than v6 or no images.
    """
    with open_dl1(path) as file:
        return _subarray(file, configuration)


def read_blocks(task: Task, index: int, count: int) -> Blocks:
    """Read every `count`-th portion of a DL1 file, beginning with number `index`.

    Parameters and yields are those of `iactflow.ingest.simtel.read_blocks`; a portion has `BLOCK_ROWS` images. The
    file's own parameters are taken where it has them, else ctapipe computes them.

    Returns
    -------
    dict
        ``lost`` (None), ``simulation``, and ``producer``: activity, software and data model that the file was written
        with.
    """
    with open_dl1(task.path) as file:
        reader = _Reader(file, task)
        plan = _plan(file, task)
        for number in range(index, len(plan), count):
            yield reader.block(plan[number], (number + 1) / len(plan))
        attributes = file.root._v_attrs
        producer = {
            "activity": str(attributes["CTA ACTIVITY NAME"]),
            "software": str(attributes["CTA ACTIVITY SOFTWARE NAME"]),
            "version": str(attributes["CTA ACTIVITY SOFTWARE VERSION"]),
            "data_model": str(attributes[_VERSION]),
            "parameters": "as in the file" if reader.has_parameters else "by ingest",
        }
        return {"lost": None, "simulation": _simulation(file), "producer": producer}


@contextmanager
def open_dl1(path: Path) -> Iterator[tables.File]:
    """Open a DL1 file for reading; raises `InputError` as `read_subarray` does, and if damage shows later."""
    try:
        with tables.open_file(str(path), CHUNK_CACHE_SIZE=_CHUNK_CACHE_BYTES) as file:
            _check(file, path)
            yield file
    except (tables.HDF5ExtError, OSError) as error:
        reason = next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), "unknown reason")
        raise InputError(
            f"{path} is truncated or damaged and cannot be read ({reason}). Copy or make the file again."
        ) from error


def _check(file: tables.File, path: Path) -> None:
    version = str(getattr(file.root._v_attrs, _VERSION, ""))
    numbers = tuple(int(number) for number in re.findall(r"\d+", version))
    if not numbers:
        raise InputError(f"{path} is an HDF5 file, but none that ctapipe wrote. Give DL1 files of ctapipe.")
    if numbers < OLDEST_DATA_MODEL:
        raise InputError(
            f"{path} has ctapipe's data model {version}; v6.0.0 is the oldest that can be read. Make it again from "
            "the simtel file, or give the simtel file."
        )
    if IMAGES not in file:
        raise InputError(
            f"{path} holds no DL1 images, which ingest needs. Write them with: ctapipe-process --write-images."
        )


def _subarray(file: tables.File, configuration: dict[str, Any]) -> "SubarrayDescription":
    from ctapipe.instrument import FocalLengthKind, SubarrayDescription

    choice = FocalLengthKind[configuration["SimTelEventSource"]["focal_length_choice"].upper()]
    return SubarrayDescription.from_hdf(file, focal_length_choice=choice)


def table_path(group: str, tel_id: int) -> str:
    """Give the path of a telescope's table in a group."""
    return f"{group}/tel_{tel_id:03d}"


def take(columns: dict[str, np.ndarray], chosen: np.ndarray) -> dict[str, np.ndarray]:
    """Keep the chosen rows of columns; `chosen` is bool of shape (n,)."""
    return columns if chosen.all() else {name: values[chosen] for name, values in columns.items()}


def _simulation(file: tables.File) -> dict[str, Any] | None:
    from ctapipe.io import read_table

    if _SIMULATION not in file:
        return None
    runs = read_table(file, _SIMULATION)
    values = [{name: _value(runs, name, row) for name in runs.colnames} for row in range(len(runs))]
    return {str(int(run.pop(schema.OBS_ID))): simulation_values(run) for run in values}


def _value(table: Any, name: str, row: int) -> Any:
    column = table[name]
    return column.quantity[row] if getattr(column, "unit", None) is not None else column[row]


def _plan(file: tables.File, task: Task) -> list[list[tuple[int, int, int]]]:
    """Divide the images of the wanted telescopes into portions: lists of (tel_id, first row, end)."""
    portions: list[list[tuple[int, int, int]]] = [[]]
    room = BLOCK_ROWS
    for tel_id in sorted(task.tel_ids):
        if table_path(IMAGES, tel_id) not in file:
            continue
        n_rows, start = file.get_node(table_path(IMAGES, tel_id)).nrows, 0
        while start < n_rows:
            stop = min(n_rows, start + room)
            portions[-1].append((tel_id, int(start), int(stop)))
            room -= stop - start
            start = stop
            if not room:
                portions.append([])
                room = BLOCK_ROWS
    return [portion for portion in portions if portion]


class _Reader:
    """Tables of an open DL1 file and what is searched in them."""

    def __init__(self, file: tables.File, task: Task) -> None:
        self._file, self._task = file, task
        first = next((path for tel_id in task.tel_ids if (path := table_path(IMAGES, tel_id)) in file), None)
        masked = first is not None and schema.IMAGE_MASK in file.get_node(first).colnames
        self.has_parameters = masked and (PARAMETERS in file or not task.parameters)
        self._make_parameters = None
        if not self.has_parameters:
            subarray = _subarray(file, task.configuration)
            self._make_parameters = ParameterMaker(subarray, task.configuration, task.parameters)
        self._pointing = Pointing(file)
        self._tables: dict[str, EventTable] = {}

    def block(self, portion: list[tuple[int, int, int]], fraction: float) -> Block:
        """Read a portion."""
        noticed: Counter[str] = Counter()
        pieces = [self._piece(*piece, noticed) for piece in portion]
        pieces = [piece for piece in pieces if len(piece[schema.EVENT_ID])]
        if not pieces:
            return Block(None, noticed, fraction)
        names = set.intersection(*(set(piece) for piece in pieces))
        columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in names}
        table = schema.store_schema(columns[schema.IMAGE].shape[1], parameters=self._task.parameters)
        return Block(complete_rows(table, columns, self._task), noticed, fraction)

    def _piece(self, tel_id: int, start: int, stop: int, noticed: Counter[str]) -> dict[str, np.ndarray]:
        columns = self._table(table_path(IMAGES, tel_id), IMAGE_FIELDS).read(start, stop)
        columns = take(columns, self._is_shower(columns, noticed))
        mask = columns.get(schema.IMAGE_MASK)
        columns = take(columns, mend_pixels(columns[schema.IMAGE], columns[schema.PEAK_TIME], mask, noticed))
        if not len(columns[schema.EVENT_ID]):
            return columns
        near = (start, stop)
        if self._make_parameters is not None:
            columns |= self._make_parameters(tel_id, columns[schema.IMAGE], columns[schema.PEAK_TIME])
        elif self._task.parameters:
            columns |= self._join(table_path(PARAMETERS, tel_id), schema.parameter_fields(), columns, near)
        columns |= self._pointing(tel_id, columns)
        if _SHOWERS in self._file:
            columns |= self._join(_SHOWERS, schema.truth_fields(), columns, None)
            if (impact := table_path(_IMPACT, tel_id)) in self._file:
                columns |= self._join(impact, schema.truth_fields(), columns, near)
        return columns

    def _join(
        self, path: str, fields: Sequence[pa.Field], keys: dict[str, np.ndarray], near: tuple[int, int] | None
    ) -> dict[str, np.ndarray]:
        columns = self._table(path, fields).find(keys, near)
        if columns is None:
            raise InputError(
                f"{self._task.path}: {path} lacks events that have an image. The file is incomplete; make it again."
            )
        return columns

    def _is_shower(self, keys: dict[str, np.ndarray], noticed: Counter[str]) -> np.ndarray:
        if TRIGGER not in self._file:
            return np.ones(len(keys[schema.EVENT_ID]), bool)
        found = self._table(TRIGGER, [pa.field("event_type", pa.int64())]).find(keys)
        if found is None:
            raise InputError(f"{self._task.path}: {TRIGGER} lacks events that have an image. Make the file again.")
        is_shower = found["event_type"] == SHOWER_EVENT
        noticed[CALIBRATION] += int((~is_shower).sum())
        return is_shower

    def _table(self, path: str, fields: Sequence[pa.Field]) -> EventTable:
        if path not in self._tables:
            try:
                self._tables[path] = EventTable(self._file.get_node(path), fields)
            except tables.NoSuchNodeError as error:
                raise InputError(f"{self._task.path} lacks {path}. The file is incomplete; make it again.") from error
        return self._tables[path]
