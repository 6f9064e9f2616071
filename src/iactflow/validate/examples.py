"""Images side by side: simulated ones, and generated ones that were asked for under the most similar conditions."""

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.validate.samples import IMPACT, Sample

#: Quantiles of the simulated charge at which pairs are shown.
_AT = (0.1, 0.4, 0.7, 0.95)
_SHOWN = (schema.OBS_ID, schema.EVENT_ID, schema.TEL_ID, schema.TRUE_ENERGY, IMPACT, schema.INTENSITY)


def pairs(sample: Sample, reference: Sample) -> pa.Table:
    """Choose simulated images from faint to bright, and beside each a generated one of similar energy and impact.

    Returns
    -------
    pyarrow.Table
        ``pair`` (number), ``kind`` (simulated or generated), key, truth, charge, ``image`` in p.e. and ``image_mask``.
    """
    passed = np.flatnonzero(reference.passed)
    charge = reference.column(schema.INTENSITY)[passed]
    order = passed[np.argsort(charge, kind="stable")]
    chosen = [order[int(share * (len(order) - 1))] for share in _AT]
    here, there = _conditions(sample), _conditions(reference)
    spread = there.std(axis=0)
    columns: list[pa.Table] = []
    for number, index in enumerate(chosen):
        near = int((((here - there[index]) / spread) ** 2).sum(axis=1).argmin())
        columns += [_row(reference, index, number, "simulated"), _row(sample, near, number, "generated")]
    return pa.concat_tables(columns)


def _conditions(sample: Sample) -> np.ndarray:
    return np.stack([np.log10(sample.column(schema.TRUE_ENERGY)), sample.column(IMPACT)], axis=1)


def _row(sample: Sample, index: int, number: int, kind: str) -> pa.Table:
    row = sample.rows[index : index + 1]
    values = {name: sample.store.column(name)[row] for name in _SHOWN}
    table = pa.table({"pair": [number], "kind": [kind], **{name: pa.array(value) for name, value in values.items()}})
    pixels = sample.store.pixels(schema.IMAGE, row).ravel(), sample.store.masks(row).ravel()
    for name, value in zip((schema.IMAGE, schema.IMAGE_MASK), pixels, strict=True):
        table = table.append_column(name, pa.FixedSizeListArray.from_arrays(value, len(value)))
    return table
