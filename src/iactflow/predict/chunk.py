"""A portion of array events with the images that telescopes took of them, read as a store is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from iactflow.data import schema
from iactflow.data.camera import Camera
from iactflow.data.rows import record_batch
from iactflow.data.store import Part, Store


@dataclass(frozen=True)
class ArrayEvents:
    """Array events in the order of their file, and which telescopes saw them.

    Attributes
    ----------
    obs_id, event_id : ndarray of int, shape (n,)
        Their names.
    is_shower : ndarray of bool, shape (n,)
        False for pedestals, flat-field and other calibration events.
    triggered : ndarray of bool, shape (n, n_telescopes)
        Telescopes with the wanted camera that triggered, in the order of `tel_ids`.
    tel_ids : ndarray of int, shape (n_telescopes,)
        Their numbers.
    """

    obs_id: np.ndarray
    event_id: np.ndarray
    is_shower: np.ndarray
    triggered: np.ndarray
    tel_ids: np.ndarray

    def __len__(self) -> int:
        """Return the number of array events."""
        return len(self.obs_id)

    def part(self, start: int, stop: int) -> "ArrayEvents":
        """Take the events of a slice."""
        rows = slice(start, stop)
        return ArrayEvents(
            self.obs_id[rows], self.event_id[rows], self.is_shower[rows], self.triggered[rows], self.tel_ids
        )


class Chunk(Store):
    """The telescope events of some array events, in memory, with the interface of a store.

    A row is a telescope that triggered; rows stand in the order of the array events and, within one, of the telescopes.

    Parameters
    ----------
    source : pathlib.Path
        The file, for messages.
    camera : Camera
        Of the telescopes.
    events : ArrayEvents
        The array events.
    columns : mapping of str to ndarray
        Columns of a store without truth, for every row.
    has_image : ndarray of bool, shape (n_rows,)
        Rows with an image of a shower; the others hold zeros.

    Attributes
    ----------
    event, telescope : ndarray of int, shape (n_rows,)
        Place of each row's array event in `events`, and of its telescope in ``events.tel_ids``.
    """

    def __init__(
        self,
        source: Path,
        camera: Camera,
        events: ArrayEvents,
        columns: Mapping[str, np.ndarray],
        has_image: np.ndarray,
    ) -> None:
        self.paths, self.manifests = [source], []
        self._cameras, self.camera, self.has_parameters, self.has_true_images = [camera], camera, True, False
        self.schema = schema.store_schema(camera.n_pixels)
        self.parts = [Part(source, record_batch(self.schema, columns))]
        self._starts = np.array([0, len(has_image)])
        self.events, self.has_image = events, has_image
        self.event, self.telescope = np.nonzero(events.triggered)
