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
        Size of each image's error; images of NaN are not chosen.

    Returns
    -------
    dict of ndarray of int
        Indices into the events, for ``best``, ``typical`` and ``worst``; no image twice, so that fewer than six
        events give fewer examples.
    """
    order = np.argsort(error, kind="stable")[: int(np.isfinite(error).sum())]
    best, rest = order[:_EACH], order[_EACH:]
    worst, rest = rest[::-1][:_EACH], rest[: max(len(rest) - _EACH, 0)]
    middle = max(len(rest) // 2 - _EACH // 2, 0)
    return {"best": best, "typical": rest[middle : middle + _EACH], "worst": worst}


def example_table(events: Events, scored: pa.Table, error: np.ndarray) -> pa.Table:
    """Collect the examples with their pixels.

    Parameters
    ----------
    events : Events
        The events.
    scored : pyarrow.Table
        Key, truth and estimates of each of them.
    error : ndarray of float, shape (n,)
        Size of each image's error.

    Returns
    -------
    pyarrow.Table
        ``kind`` (best, typical, worst), the columns of `scored`, ``image`` in p.e. and ``image_mask``.
    """
    chosen = choose_examples(error)
    kinds = pa.array([kind for kind, indices in chosen.items() for _ in indices])
    indices = np.concatenate(list(chosen.values()))
    rows, n_pixels = events.rows[indices], events.store.camera.n_pixels
    table = scored.take(pa.array(indices)).add_column(0, "kind", kinds)
    images = events.store.pixels(schema.IMAGE, rows).ravel(), events.store.masks(rows).ravel()
    for name, values in zip((schema.IMAGE, schema.IMAGE_MASK), images, strict=True):
        table = table.append_column(name, pa.FixedSizeListArray.from_arrays(values, n_pixels))
    return table
