"""Rows of a store, made from arrays."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from iactflow.data.schema import SPLITS

_DTYPES = {
    pa.int8(): np.int8,
    pa.int16(): np.int16,
    pa.int32(): np.int32,
    pa.int64(): np.int64,
    pa.float32(): np.float32,
    pa.float64(): np.float64,
}


def record_batch(schema: pa.Schema, columns: Mapping[str, np.ndarray]) -> pa.RecordBatch:
    """Make rows of a store.

    Parameters
    ----------
    schema : pyarrow.Schema
        As `iactflow.data.schema.store_schema` gives it.
    columns : mapping of str to ndarray
        Values by column name: shape (n,), for pixels (n, n_pixels); the split as index into `SPLITS`. A column that
        is not there is null in every row.

    Returns
    -------
    pyarrow.RecordBatch
    """
    n_rows = len(next(iter(columns.values())))
    return pa.record_batch([_array(field, columns.get(field.name), n_rows) for field in schema], schema=schema)


def _array(field: pa.Field, values: np.ndarray | None, n_rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(n_rows, field.type)
    if pa.types.is_dictionary(field.type):
        return pa.DictionaryArray.from_arrays(_plain(values, field.type.index_type), pa.array(SPLITS))
    if pa.types.is_fixed_size_list(field.type):
        return pa.FixedSizeListArray.from_arrays(_plain(values, field.type.value_type), type=field.type)
    return _plain(values, field.type)


def _plain(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    """Wrap numbers or truth values without copying; `pyarrow.array` would import pandas first, which takes seconds."""
    if pa.types.is_boolean(kind):
        content = np.packbits(np.asarray(values, bool).reshape(-1), bitorder="little")
    else:
        content = np.ascontiguousarray(values, _DTYPES[kind])
    return pa.Array.from_buffers(kind, np.size(values), [None, pa.py_buffer(content)])
