"""Occupancy shower by shower: images that were generated for the very showers of the simulation, beside the simulated.

A few bright showers hold many of the lit pixels, so that two samples of other showers differ by luck. Pairs do not.
"""

import numpy as np

from iactflow.data import schema
from iactflow.data.result import Bootstrap, Metric
from iactflow.data.store import Store
from iactflow.fitting import bootstrap

#: What tells a shower and the telescope that saw it, with the size of a difference that counts as one.
_KEY = {
    "true_alt": 1e-4,
    "true_az": 1e-4,
    "true_core_x": 1e-2,
    "true_core_y": 1e-2,
    schema.TEL_ID: 0.5,
}


def partners(made: Store, simulated: Store) -> np.ndarray | None:
    """Find the simulated test image of each generated one, shape (n,); None unless all have theirs."""
    from scipy.spatial import cKDTree

    rows = simulated.rows("test")
    if not len(rows) or not len(made):
        return None
    distance, nearest = cKDTree(_key(simulated)[rows]).query(_key(made))
    return rows[nearest] if (distance < 1).all() else None


def paired_occupancy(made: Store, simulated: Store, settings: Bootstrap) -> Metric | None:
    """Compare the number of pixels that cleaning keeps, image by image.

    Parameters
    ----------
    made : Store
        Generated images.
    simulated : Store
        Simulated showers.
    settings : Bootstrap
        Number and seed of the resamplings of simulated showers.

    Returns
    -------
    Metric or None
        None unless all images were generated for showers of the test part.
    """
    rows = partners(made, simulated)
    if rows is None:
        return None
    lit, there = made.masks(np.arange(len(made))).sum(axis=1), simulated.masks(rows).sum(axis=1)
    keys = (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID)
    showers = bootstrap.shower_index(*(simulated.column(name)[rows] for name in keys))
    n_showers = int(showers.max()) + 1
    drawn = bootstrap.weights(showers, settings.n, np.random.default_rng(settings.seed))
    replicas = np.array([(one @ lit) / max(one @ there, 1) - 1 for one in drawn])
    low, high = bootstrap.interval(replicas, n_showers) or (None, None)
    return Metric(
        value=float(lit.sum() / there.sum() - 1),
        low=low,
        high=high,
        n=len(rows),
        n_showers=n_showers,
        unit="",
        title="Occupancy bias, shower by shower",
        definition="Pixels that cleaning keeps in images generated for the very showers of the test part, over those "
        "of their simulated images, minus one; all images count.",
        better="zero",
        percent=True,
    )


def _key(store: Store) -> np.ndarray:
    """Give the showers' truth in units of what counts as a difference, shape (n, k)."""
    columns = [np.log10(store.column(schema.TRUE_ENERGY)) / 1e-4]
    columns += [store.column(name).astype(float) / unit for name, unit in _KEY.items()]
    return np.column_stack(columns)
