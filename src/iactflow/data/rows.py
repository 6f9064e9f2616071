"""Rows of a store, made from arrays."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from iactflow.data.schema import SPLITS


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
        codes = pa.array(np.asarray(values, np.int8))
        return pa.DictionaryArray.from_arrays(codes, pa.array(SPLITS))
    if pa.types.is_fixed_size_list(field.type):
        flat = np.ascontiguousarray(values, dtype=field.type.value_type.to_pandas_dtype()).reshape(-1)
        return pa.FixedSizeListArray.from_arrays(pa.array(flat, field.type.value_type), type=field.type)
    return pa.array(np.asarray(values, dtype=field.type.to_pandas_dtype()), field.type)
