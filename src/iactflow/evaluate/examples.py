"""A few scored images that show what a model does well and badly."""

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.evaluate.events import Events

#: Images per kind of example.
_EACH = 2


def choose_examples(error: np.ndarray) -> dict[str, np.ndarray]:
    """Pick the images with the smallest, the median and the largest error.

    Parameters
    ----------
    error : ndarray of float, shape (n,)
        Size of each image's error.

    Returns
    -------
    dict of ndarray of int
        Indices into the events, for ``best``, ``typical`` and ``worst``; no image twice, so that fewer than six
        events give fewer examples.
    """
    order = np.argsort(error, kind="stable")
    best, rest = order[:_EACH], order[_EACH:]
    worst, rest = rest[::-1][:_EACH], rest[: max(len(rest) - _EACH, 0)]
    middle = max(len(rest) // 2 - _EACH // 2, 0)
    return {"best": best, "typical": rest[middle : middle + _EACH], "worst": worst}


def example_table(events: Events, reco: np.ndarray, error: np.ndarray) -> pa.Table:
    """Collect the examples with their pixels.

    Returns
    -------
    pyarrow.Table
        ``kind`` (best, typical, worst), the key columns, ``true_energy`` and ``reco_energy`` in TeV, ``image`` in
        p.e. and ``image_mask``.
    """
    chosen = choose_examples(error)
    kinds = [kind for kind, indices in chosen.items() for _ in indices]
    indices = np.concatenate(list(chosen.values()))
    rows = events.rows[indices]
    n_pixels = events.store.camera.n_pixels
    columns = {
        "kind": pa.array(kinds),
        **{name: pa.array(events.store.column(name)[rows]) for name in (*schema.KEY, schema.TRUE_ENERGY)},
        "reco_energy": pa.array(reco[indices]),
        schema.IMAGE: pa.FixedSizeListArray.from_arrays(events.store.pixels(schema.IMAGE, rows).ravel(), n_pixels),
        schema.IMAGE_MASK: pa.FixedSizeListArray.from_arrays(events.store.masks(rows).ravel(), n_pixels),
    }
    return pa.table(columns)
