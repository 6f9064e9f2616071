"""DL1 files in portions of whole array events, so that telescopes can be combined on the way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.camera import Camera
from iactflow.errors import ConfigError, InputError
from iactflow.ingest.blocks import mend_pixels
from iactflow.ingest.dl1 import IMAGE_FIELDS, IMAGES, PARAMETERS, SHOWER_EVENT, TRIGGER, read_subarray, table_path
from iactflow.ingest.hdf5 import EventTable
from iactflow.ingest.parameters import ParameterMaker
from iactflow.ingest.pointing import Pointing
from iactflow.predict.chunk import ArrayEvents, Chunk

if TYPE_CHECKING:
    import tables

#: Array events whose triggers are read together, and images that are held together at most (70 MB of a DigiCam).
_EVENTS, _MAX_IMAGES = 16384, 4096


class Dl1Reader:
    """The images of one camera in an open DL1 file, of the telescopes that have a table of images.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : tables.File
        The same, open for reading.
    camera_hash : str
        Geometry of the camera that is wanted.
    made_for : str
        What wants it, for messages.
    configuration : dict
        ctapipe's configuration: focal length, and cleaning where the file has no parameters.

    Raises
    ------
    ConfigError
        If no telescope of the file has this camera.
    InputError
        If the file has no table of triggers.
    """

    def __init__(
        self, path: Path, file: "tables.File", camera_hash: str, made_for: str, configuration: dict[str, Any]
    ) -> None:
        self.path, self._file = path, file
        self.subarray = read_subarray(path, configuration)
        self.camera = _camera(self.subarray, camera_hash, path, made_for)
        if TRIGGER not in file:
            raise InputError(f"{path} lacks {TRIGGER}, which says what each event is. Make the file again.")
        known = np.sort(np.asarray(self.camera.telescopes["tel_id"], np.int64))
        self.tel_ids = np.array([tel_id for tel_id in known if table_path(IMAGES, tel_id) in file], np.int64)
        if not len(self.tel_ids):
            raise InputError(f"{path} holds no images of the camera {self.camera.name}, which predict needs.")
        self.triggers = file.get_node(TRIGGER)
        masked = schema.IMAGE_MASK in file.get_node(table_path(IMAGES, self.tel_ids[0])).colnames
        self._make_parameters: ParameterMaker | None = None
        if not masked or PARAMETERS not in file:
            self._make_parameters = ParameterMaker(self.subarray, configuration, True)
        self._pointing = Pointing(file)
        self._tables: dict[str, EventTable] = {}

    @property
    def n_events(self) -> int:
        """Array events in the file."""
        return int(self.triggers.nrows)

    def chunks(self) -> Iterator[Chunk]:
        """Give all array events of the file, in its order, with their images."""
        cursor = np.zeros(len(self.tel_ids), np.int64)
        for start in range(0, self.n_events, _EVENTS):
            for events in _divide(self._events(start)):
                count = events.triggered.sum(axis=0)
                yield self._chunk(events, cursor, cursor + count)
                cursor = cursor + count

    def _events(self, start: int) -> ArrayEvents:
        raw = self.triggers.read(start, min(start + _EVENTS, self.n_events))
        columns = self.subarray.tel_ids_to_indices(self.tel_ids)
        kinds = raw["event_type"] if "event_type" in raw.dtype.names else np.full(len(raw), SHOWER_EVENT)
        return ArrayEvents(
            raw[schema.OBS_ID],
            raw[schema.EVENT_ID],
            kinds == SHOWER_EVENT,
            raw["tels_with_trigger"][:, columns].astype(bool),
            self.tel_ids,
        )

    def _chunk(self, events: ArrayEvents, starts: np.ndarray, stops: np.ndarray) -> Chunk:
        n_rows = int(events.triggered.sum())
        event, telescope = np.nonzero(events.triggered)
        columns: dict[str, np.ndarray] = {
            schema.OBS_ID: events.obs_id[event],
            schema.EVENT_ID: events.event_id[event],
            schema.TEL_ID: events.tel_ids[telescope],
            schema.SHOWER_ID: events.event_id[event],
            schema.SPLIT: np.zeros(n_rows, np.int8),
            schema.PRIMARY: np.full(n_rows, schema.NO_PRIMARY),
        }
        for field in schema.store_schema(self.camera.n_pixels):
            if pa.types.is_fixed_size_list(field.type):
                kind = bool if pa.types.is_boolean(field.type.value_type) else np.float32
                columns[field.name] = np.zeros((n_rows, self.camera.n_pixels), kind)
        for field in (*schema.parameter_fields(), *schema.pointing_fields()):
            columns[field.name] = np.full(n_rows, np.nan)
        has_image = np.zeros(n_rows, bool)
        for place, tel_id in enumerate(self.tel_ids):
            rows = np.flatnonzero((telescope == place) & events.is_shower[event])
            if len(rows):
                keys = {name: columns[name][rows] for name in (schema.OBS_ID, schema.EVENT_ID)}
                found, there = self._images(int(tel_id), keys, (int(starts[place]), int(stops[place])))
                has_image[rows[there]] = True
                for name, values in found.items():
                    if name not in schema.KEY:
                        columns[name][rows[there]] = values
        return Chunk(self.path, self.camera, events, columns, has_image)

    def _images(
        self, tel_id: int, keys: dict[str, np.ndarray], near: tuple[int, int]
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Read what there is of some events of a telescope: columns, and which events (indices) they are of."""
        columns, there = self._find(table_path(IMAGES, tel_id), IMAGE_FIELDS, keys, near)
        if not len(there):
            return {}, there
        images, times, mask = columns[schema.IMAGE], columns[schema.PEAK_TIME], columns.get(schema.IMAGE_MASK)
        usable = mend_pixels(images, times, mask, Counter())
        if not usable.all():
            columns, there = {name: values[usable] for name, values in columns.items()}, there[usable]
        if not len(there):
            return {}, there
        here = {name: values[there] for name, values in keys.items()}
        if self._make_parameters is not None:
            columns |= self._make_parameters(tel_id, columns[schema.IMAGE], columns[schema.PEAK_TIME])
        else:
            found, known = self._find(table_path(PARAMETERS, tel_id), schema.parameter_fields(), here, near)
            for name, values in found.items():
                columns[name] = np.full(len(there), np.nan)
                # ctapipe writes -1 where an image has no parameters; a cut would pass it
                columns[name][known] = np.where(values < 0, np.nan, values) if "morphology" in name else values
        columns |= self._pointing(tel_id, here)
        return columns, there

    def _find(
        self, path: str, fields: Sequence[pa.Field], keys: dict[str, np.ndarray], near: tuple[int, int]
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Read the rows of events from a table, with the indices of those that it has."""
        n_events = len(keys[schema.EVENT_ID])
        if path not in self._file:
            return {}, np.arange(0)
        if path not in self._tables:
            self._tables[path] = EventTable(self._file.get_node(path), fields)
        table = self._tables[path]
        columns = table.find(keys, near)
        if columns is not None:
            return columns, np.arange(n_events)
        there = np.flatnonzero(table.lookup.find(keys[schema.OBS_ID], keys[schema.EVENT_ID]) >= 0)
        found = table.find({name: values[there] for name, values in keys.items()}) if len(there) else None
        return found or {}, there


def _camera(subarray: Any, camera_hash: str, path: Path, made_for: str) -> Camera:
    """Find the camera with a geometry among those of a subarray."""
    names = sorted({str(telescope.camera.name) for telescope in subarray.tel.values()})
    cameras = [Camera.from_subarray(subarray, name) for name in names]
    for camera in cameras:
        if camera.hash == camera_hash:
            return camera
    if len(cameras) == 1:
        cameras[0].require_same(camera_hash, here=str(path), there=made_for)
    found = ", ".join(f"{camera.name} ({camera.hash})" for camera in cameras)
    raise ConfigError(
        f"{path} has the cameras {found}, but {made_for} was made for geometry {camera_hash}. Pixel positions or their "
        "order differ; use data of the same camera."
    )


def _divide(events: ArrayEvents) -> Iterator[ArrayEvents]:
    """Divide events so that no part has more than `_MAX_IMAGES` images, but for a single event with more."""
    n_images, start = 0, 0
    for place, count in enumerate(events.triggered.sum(axis=1)):
        if n_images and n_images + count > _MAX_IMAGES:
            yield events.part(start, place)
            n_images, start = 0, place
        n_images += int(count)
    yield events.part(start, len(events))
