"""What models say of the images of both sides."""

from collections.abc import Sequence

import numpy as np

from iactflow.data.array import leaders
from iactflow.data.select import apply_selection
from iactflow.data.store import Store
from iactflow.drift.columns import OF_SCORES
from iactflow.errors import ConfigError
from iactflow.models.bundle import Bundle
from iactflow.models.source import bundle_folder


def load_models(models: Sequence[str]) -> list[Bundle]:
    """Open the models of different tasks.

    Parameters
    ----------
    models : sequence of str
        Bundles that train wrote, or ``models:/NAME@ALIAS``.

    Raises
    ------
    ConfigError
        If two of them do the same task.
    InputError
        If one cannot be read.
    """
    bundles = [Bundle.load(bundle_folder(model)) for model in models]
    tasks = [task for bundle in bundles for task in bundle.tasks]
    twice = sorted({task for task in tasks if tasks.count(task) > 1})
    if twice:
        raise ConfigError(f"Models must do different tasks. More than one --model does: {', '.join(twice)}.")
    return bundles


def score(store: Store, rows: np.ndarray, bundles: Sequence[Bundle], unseen: np.ndarray) -> dict[str, np.ndarray]:
    """Give the models' estimates.

    Parameters
    ----------
    store : Store
        Where the images are.
    rows : ndarray of int, shape (n,)
        Row numbers.
    bundles : sequence of Bundle
        The models.
    unseen : ndarray of bool, shape (n,)
        Images that may be scored: a model is surer of those that it learnt from, which would look like a drift.

    Returns
    -------
    dict of ndarray
        float of shape (n,) by name of `iactflow.drift.columns.OF_SCORES`; NaN for images that were not scored, fail the
        cuts of the model's training, or are not the first of their array event for a model of several telescopes.
    """
    values: dict[str, np.ndarray] = {}
    for bundle in bundles:
        passed, _ = apply_selection(store, bundle.selection, rows[unseen])
        examples = bundle.examples(store, passed)
        if not len(examples):
            continue
        own = examples if examples.ndim == 1 else leaders(examples)
        place = np.searchsorted(rows, own)
        for name, estimated in _scores(bundle.predict(store, examples)).items():
            values[name] = np.full(len(rows), np.nan)
            values[name][place] = estimated
    return {column.name: values[column.name] for column in OF_SCORES if column.name in values}


def _scores(estimates: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    found = {}
    if "gammaness" in estimates:
        found["gammaness"] = estimates["gammaness"]
    if "energy" in estimates:
        found["log_energy"] = np.log10(np.where(estimates["energy"] > 0, estimates["energy"], np.nan))
    if "fov_lon" in estimates:
        found["offset"] = np.hypot(estimates["fov_lon"], estimates["fov_lat"])
    if "cam_x" in estimates:
        found["camera_distance"] = np.hypot(estimates["cam_x"], estimates["cam_y"])
    return found
