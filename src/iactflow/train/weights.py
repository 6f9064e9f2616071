"""What each image counts in the loss of each task."""

from collections.abc import Sequence

import numpy as np

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.tasks import SIGNAL, is_signal, tasks_named
from iactflow.train.config import Train


def image_weights(store: Store, rows: np.ndarray, tasks: Sequence[str], config: Train) -> dict[str, np.ndarray]:
    """Weigh images.

    Parameters
    ----------
    store : Store
        Where they are.
    rows : ndarray of int, shape (n,)
        Row numbers.
    tasks : sequence of str
        Names of tasks.
    config : Train
        ``regress_background``, ``class_balance`` and ``energy_index``.

    Returns
    -------
    dict of ndarray of float32, shape (n,)
        By task, with mean one over `rows`: so a task's loss is the mean over the images that count, however many do.
        All zero where none counts.
    """
    signal = is_signal(store, rows)
    spectrum = _spectral(store, rows, config.energy_index)
    weights = {}
    for task in tasks_named(tasks):
        weight = spectrum.copy()
        if task.signal_only and not config.regress_background:
            weight[~signal] = 0
        if task.name == "type" and config.class_balance:
            for side in (signal, ~signal):
                weight[side] /= max(weight[side].sum(), np.finfo(float).tiny)
        weights[task.name] = (weight / max(weight.mean(), np.finfo(float).tiny)).astype(np.float32)
    return weights


def require_signal(store: Store, rows: np.ndarray, tasks: Sequence[str], config: Train) -> None:
    """Raise `ConfigError` if a task has nothing to learn from in these rows."""
    signal = is_signal(store, rows)
    names = sorted({schema.primary_name(code) for code in np.unique(store.column(schema.PRIMARY)[rows])})
    for task in tasks_named(tasks):
        if task.name == "type" and (signal.all() or not signal.any()):
            raise ConfigError(
                f"task: type needs {SIGNAL}s and other particles to train on. Received: {', '.join(names)} only. Add "
                "--data with the others, or look at data.select.primaries."
            )
        if task.signal_only and not signal.any() and not config.regress_background:
            raise ConfigError(
                f"task: {task.name} is fitted to {SIGNAL}s alone, and there is none. Received: {', '.join(names)}. "
                "Set train.regress_background: true to fit it to all particles."
            )


def _spectral(store: Store, rows: np.ndarray, index: float | None) -> np.ndarray:
    """Give the factors that turn the simulated spectrum into a power law of another index."""
    if index is None:
        return np.ones(len(rows))
    simulated = simulated_indices(store)
    runs = store.column(schema.OBS_ID)[rows]
    missing = sorted(set(runs.tolist()) - set(simulated))
    if missing:
        raise ConfigError(
            f"train.energy_index must be null here: the stores do not say with which spectrum run {missing[0]} was "
            "simulated."
        )
    power = index - np.array([simulated[run] for run in runs.tolist()])
    energy = store.column(schema.TRUE_ENERGY)[rows]
    # Relative to the median, so that no power of the energy overflows.
    return np.asarray((energy / np.median(energy)) ** power)


def simulated_indices(store: Store) -> dict[int, float]:
    """Read the spectral index that each run was simulated with from the stores."""
    return {
        int(run): float(settings["spectral_index"])
        for manifest in store.manifests
        for source in manifest["sources"]
        for run, settings in (source.get("simulation") or {}).items()
        if settings.get("spectral_index") is not None
    }
