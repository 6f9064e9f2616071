"""The field's standard to beat: a random forest on DL1 parameters."""

import pickle
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.errors import ConfigError, InputError
from iactflow.models.predictor import Cost

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestRegressor

    from iactflow.data.store import Store

#: What the forest looks at, in this order; `schema.INTENSITY` enters as its decimal logarithm.
FEATURES = (
    schema.INTENSITY,
    "hillas_r",
    "hillas_fov_lon",
    "hillas_fov_lat",
    "hillas_length",
    "hillas_width",
    "hillas_psi",
    "hillas_skewness",
    "hillas_kurtosis",
    "timing_slope",
    "timing_deviation",
    "leakage_intensity_width_1",
    "leakage_intensity_width_2",
    "leakage_pixels_width_1",
    "leakage_pixels_width_2",
    "concentration_cog",
    "concentration_core",
    "concentration_pixel",
    "morphology_n_pixels",
    "morphology_n_islands",
)
#: Settings of `sklearn.ensemble.RandomForestRegressor`.
SETTINGS = {"n_estimators": 150, "max_depth": 30, "min_samples_leaf": 5}
#: Events of the measurement of speed: enough that the overhead of a call does not count.
_TIMED = 4096


@dataclass
class RandomForest:
    """A random forest that estimates the energy of single images from their DL1 parameters.

    Use `fit` to make one. It is a `iactflow.models.predictor.Predictor`.
    """

    name: str
    tasks: list[str]
    info: dict[str, Any]
    _forest: "RandomForestRegressor"
    _cost: Cost

    @classmethod
    def fit(cls, store: "Store", rows: np.ndarray, seed: int) -> "RandomForest":
        """Grow the trees.

        Parameters
        ----------
        store : Store
            Simulated images with DL1 parameters.
        rows : ndarray of int, shape (n,)
            Images to learn from.
        seed : int
            The same rows and seed give the same forest.

        Raises
        ------
        ConfigError
            If the store has no DL1 parameters, or `rows` is empty.
        InputError
            If the images have no truth.
        """
        import sklearn
        from sklearn.ensemble import RandomForestRegressor

        if not len(rows):
            raise ConfigError(
                "The random forest has no image to learn from: none of the stores' train part passes the cuts. Give "
                "the stores that the network was trained on, too, or set evaluate.baseline=none."
            )
        store.require_truth("fitting the random forest")
        features, labels = _features(store, rows), np.log10(store.column(schema.TRUE_ENERGY)[rows])
        if not np.isfinite(labels).all():
            raise InputError(f"{store.paths[0]} holds true energies that are not positive numbers. Ingest it again.")
        forest = RandomForestRegressor(**SETTINGS, random_state=seed, n_jobs=-1)
        start = time.perf_counter()
        forest.fit(features, labels)
        seconds = time.perf_counter() - start
        # Threads would add the trees' estimates in the order in which they finish, and the last digit with it.
        forest.set_params(n_jobs=1)
        info = {
            "kind": "random forest",
            "features": [f"log10 {name}" if name == schema.INTENSITY else name for name in FEATURES],
            "label": "log10(E/TeV)",
            "config": {**SETTINGS, "seed": seed},
            "n_train": len(rows),
            "versions": {"scikit-learn": sklearn.__version__},
        }
        return cls("Random forest", ["energy"], info, forest, _measure(forest, features, seconds))

    def predict(self, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Estimate energies, see `Predictor.predict`."""
        if not len(rows):
            return {"energy": np.empty(0)}
        return {"energy": 10 ** self._forest.predict(_features(store, rows))}

    def cost(self) -> Cost:
        """Tell what a prediction costs, measured on the images that the forest was fitted to."""
        return self._cost


def _features(store: "Store", rows: np.ndarray) -> np.ndarray:
    if not store.has_parameters:
        raise ConfigError(
            f"{store.paths[0]} holds no DL1 parameters, which the random forest needs. Ingest without --images-only, "
            "or set evaluate.baseline=none."
        )
    columns = [store.column(name)[rows] for name in FEATURES]
    with np.errstate(divide="ignore", invalid="ignore"):
        columns[0] = np.log10(columns[0])
    table = np.stack(columns, axis=1)
    # Trees treat NaN as a value of its own; infinities (the logarithm of no charge at all) they refuse.
    table[~np.isfinite(table)] = np.nan
    return table


def _measure(forest: "RandomForestRegressor", features: np.ndarray, train_seconds: float) -> Cost:
    from iactflow.models.device import describe_cpu

    batch = np.resize(features, (_TIMED, features.shape[1]))
    forest.predict(batch)
    start = time.perf_counter()
    forest.predict(batch)
    seconds = time.perf_counter() - start
    return Cost(
        parameters=sum(tree.tree_.node_count for tree in forest.estimators_),
        flops_per_event=None,
        train_seconds=train_seconds,
        train_images=len(features),
        ms_per_event=1e3 * seconds / _TIMED,
        n_events_timed=_TIMED,
        device=describe_cpu(1),
        batch_size=_TIMED,
        bytes_on_disk=len(pickle.dumps(forest)),
    )
