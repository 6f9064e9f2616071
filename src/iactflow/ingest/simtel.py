"""Reading of sim_telarray files: calibration and image parameters by ctapipe."""

import struct
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from iactflow.data import schema
from iactflow.data.camera import Camera
from iactflow.errors import InputError
from iactflow.ingest.blocks import Block, Blocks, Task, complete_rows, mend_pixels
from iactflow.ingest.parameters import ParameterMaker, column, flat
from iactflow.ingest.processing import camera_calibrator, traitlets_config
from iactflow.ingest.simulation import simulation_values

if TYPE_CHECKING:
    from ctapipe.containers import ArrayEventContainer
    from ctapipe.instrument import SubarrayDescription
    from ctapipe.io import SimTelEventSource

#: Array events of a portion; part of what makes parts equal whatever the number of workers.
BLOCK_EVENTS = 16
#: What eventio raises on a file that ends within an object.
_CUT_OFF = (EOFError, OSError, ValueError, IndexError, KeyError, struct.error)


def read_subarray(path: Path, configuration: dict[str, Any]) -> "SubarrayDescription":
    """Read the telescopes of a file.

    Raises
    ------
    InputError
        If the file ends before they are described, or is no sim_telarray file.
    """
    with _open(path, configuration, None) as source:
        return source.subarray


def read_blocks(task: Task, index: int, count: int) -> Blocks:
    """Read every `count`-th portion of a file, beginning with number `index`.

    Parameters
    ----------
    task : Task
        The file and what to do with it.
    index, count : int
        Which portions; 0 and 1 give all.

    Yields
    ------
    Block
        Rows of `BLOCK_EVENTS` array events.

    Returns
    -------
    dict
        ``lost``: what is missing at the end of a truncated file, in words, or None; ``simulation``: ctapipe's
        simulation configuration by run.

    Raises
    ------
    InputError
        If the file cannot be read up to its first event.
    """
    with _open(task.path, task.configuration, task.tel_ids) as source:
        camera = Camera.from_subarray(source.subarray, task.camera)
        camera.require_same(task.camera_hash, here=str(task.path), there="the store")
        source.file_ = events = _Portions(source.file_, index, count)
        calibrate = camera_calibrator(source.subarray, task.configuration)
        make_parameters = ParameterMaker(source.subarray, task.configuration, task.parameters)
        table = schema.store_schema(camera.n_pixels, parameters=task.parameters)
        rows: list[dict[str, Any]] = []
        noticed: Counter[str] = Counter()
        block = None
        for event in source:
            if block is not None and events.block != block:
                yield _block(rows, noticed, task, table, events.fraction)
                rows, noticed = [], Counter()
            block = events.block
            calibrate(event)
            rows += _event_rows(event, make_parameters, noticed)
        if block is not None:
            yield _block(rows, noticed, task, table, 1.0)
        simulation = {str(int(run)): simulation_values(values) for run, values in source.simulation_config.items()}
        return {"lost": events.lost(), "simulation": simulation}


class _Portions:
    """A sim_telarray file that gives only the events of some portions, and remembers how it ended.

    ctapipe calibrates each event it gets from the file, so events are left out before they reach it.
    """

    def __init__(self, file: Any, index: int, count: int) -> None:
        self._simtel, self._index, self._count = file, index, count
        self.block = index
        self.n_events = 0
        self._cut_off = False
        self._shower = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._simtel, name)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (event := self._next()) is not None:
            self.block = self.n_events // BLOCK_EVENTS
            self.n_events += 1
            shower = event.get("mc_shower")
            self._shower = self._shower if shower is None else int(shower["shower"])
            if self.block % self._count == self._index:
                yield event

    def _next(self) -> dict[str, Any] | None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                return next(self._simtel)
            except StopIteration:
                gzip = self._simtel._file.read_process
                self._cut_off = bool(caught) or (gzip is not None and gzip.wait() != 0)
            except _CUT_OFF:
                self._cut_off = True
        return None

    @property
    def fraction(self) -> float | None:
        """Share of the announced showers that are read."""
        announced = self._announced()
        return min(self._shower / announced, 1.0) if announced else None

    def lost(self) -> str | None:
        """Say what a file that is cut off lacks."""
        if not self._cut_off:
            return None
        where = f"the file is cut off at byte {self._simtel._file.tell():,} of its uncompressed content"
        if not self.n_events:
            return f"{where}; no complete array event is before it"
        return (
            f"{where}; {self.n_events} complete array events before it were kept, the last of shower {self._shower} of "
            f"{self._announced():,} announced"
        )

    def _announced(self) -> int:
        # Merged productions repeat the header of one run, so the numbers must not be added.
        return int(self._simtel.mc_run_headers[-1]["n_showers"]) if self._simtel.mc_run_headers else 0


@contextmanager
def _open(path: Path, configuration: dict[str, Any], tel_ids: tuple[int, ...] | None) -> Iterator["SimTelEventSource"]:
    from ctapipe.io import SimTelEventSource

    config = traitlets_config(configuration)
    chosen = {} if tel_ids is None else {"allowed_tels": set(tel_ids)}
    try:
        source = SimTelEventSource(path, config=config, **chosen)
    except (StopIteration, *_CUT_OFF) as error:
        raise InputError(
            f"{path} ends or is damaged before its first event, so nothing can be read from it. Copy the file again."
        ) from error
    with source:
        yield source


def _event_rows(
    event: "ArrayEventContainer", make_parameters: ParameterMaker, noticed: Counter[str]
) -> list[dict[str, Any]]:
    rows = []
    for tel_id, dl1 in event.dl1.tel.items():
        if not mend_pixels(dl1.image[None], dl1.peak_time[None], None, noticed)[0]:
            continue
        pointing = event.monitoring.tel[tel_id].pointing
        rows.append(
            {
                schema.OBS_ID: event.index.obs_id,
                schema.EVENT_ID: event.index.event_id,
                schema.TEL_ID: tel_id,
                schema.IMAGE: dl1.image,
                schema.PEAK_TIME: dl1.peak_time,
                **make_parameters.row(tel_id, dl1.image, dl1.peak_time),
                schema.POINTING_ALT: pointing.altitude,
                schema.POINTING_AZ: pointing.azimuth,
                **flat("true", event.simulation.shower),
                **flat("true_impact", event.simulation.tel[tel_id].impact),
            }
        )
    return rows


def _block(
    rows: list[dict[str, Any]], noticed: Counter[str], task: Task, table: pa.Schema, fraction: float | None
) -> Block:
    if not rows:
        return Block(None, noticed, fraction)
    columns = {
        field.name: column([row[field.name] for row in rows], schema.unit_of(field))
        for field in table
        if field.name in rows[0]
    }
    return Block(complete_rows(table, columns, task), noticed, fraction)
