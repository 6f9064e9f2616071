"""Tables of ctapipe HDF5 files: slices and searched rows as arrays in the units of a store."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.ingest.lookup import EventLookup

if TYPE_CHECKING:
    import tables


class EventTable:
    """A table with one row per event, or per event of one telescope.

    Parameters
    ----------
    table : tables.Table
        With the columns ``obs_id`` and ``event_id``, as ctapipe writes it.
    fields : iterable of pyarrow.Field
        Columns to read and their units; those that the table lacks are left out.
    """

    def __init__(self, table: "tables.Table", fields: Iterable[pa.Field]) -> None:
        from ctapipe.io.hdf5tableio import get_column_attrs, get_column_transforms
        from ctapipe.io.tableio import EnumColumnTransform

        self._table = table
        self._units = {field.name: schema.unit_of(field) for field in fields if field.name in table.colnames}
        transforms = get_column_transforms(get_column_attrs(table))
        self._transforms = {
            name: transform
            for name, transform in transforms.items()
            if name in self._units and not isinstance(transform, EnumColumnTransform)
        }

    def read(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """Read a slice of rows, the fields' columns alone."""
        return self._convert(self._table.read(start, stop))

    def find(self, keys: Mapping[str, np.ndarray], near: tuple[int, int] | None = None) -> dict[str, np.ndarray] | None:
        """Read the rows of some events.

        Parameters
        ----------
        keys : mapping of str to ndarray of int, shape (n,)
            ``obs_id`` and ``event_id`` of the events.
        near : tuple of int or None
            First row and end of a slice in which they are if the table is parallel to another one, which spares
            the search in the whole table.

        Returns
        -------
        dict of str to ndarray, or None
            Columns with n rows; None if an event is not in the table.
        """
        obs_id, event_id = keys[schema.OBS_ID], keys[schema.EVENT_ID]
        if near is not None:
            raw = self._table.read(*near)
            rows = EventLookup(raw[schema.OBS_ID], raw[schema.EVENT_ID]).find(obs_id, event_id)
            if np.array_equal(rows, np.arange(len(raw))):  # the usual case, without a copy of all pixels
                return self._convert(raw)
            if (rows >= 0).all():
                return self._convert(raw[rows])
        rows = self.lookup.find(obs_id, event_id)
        if (rows < 0).any():
            return None
        unique, place = np.unique(rows, return_inverse=True)
        return self._convert(self._table.read_coordinates(unique)[place])

    @cached_property
    def lookup(self) -> EventLookup:
        """Search over the whole table."""
        return EventLookup(self._table.col(schema.OBS_ID), self._table.col(schema.EVENT_ID))

    def _convert(self, raw: np.ndarray) -> dict[str, np.ndarray]:
        columns: dict[str, Any] = {}
        for name, unit in self._units.items():
            transform = self._transforms.get(name)
            values = np.ascontiguousarray(raw[name])
            if transform is not None:
                values = transform.inverse(values)
            columns[name] = values.to_value(unit) if hasattr(values, "to_value") and unit else values
        return columns
