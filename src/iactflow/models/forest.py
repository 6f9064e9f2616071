"""The field's standard to beat: a random forest on DL1 parameters."""

import pickle
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.errors import ConfigError
from iactflow.models.forest_tasks import LEARNERS, SETTINGS, Learner
from iactflow.models.predictor import Cost
from iactflow.models.tasks import tasks_named

if TYPE_CHECKING:
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
#: The same, as results record them.
FEATURE_NAMES = tuple(f"log10 {name}" if name == schema.INTENSITY else name for name in FEATURES)
#: Events of the measurement of speed: enough that the overhead of a call does not count.
_TIMED = 4096


@dataclass
class RandomForest:
    """Random forests that estimate properties of single images from their DL1 parameters.

    Use `fit` to make one. It is a `iactflow.models.predictor.Predictor`.
    """

    name: str
    tasks: list[str]
    info: dict[str, Any]
    _learners: list[Learner]
    _cost: Cost

    @classmethod
    def fit(cls, store: "Store", rows: np.ndarray, seed: int, tasks: Sequence[str] = ("energy",)) -> "RandomForest":
        """Grow the trees.

        Parameters
        ----------
        store : Store
            Simulated images with DL1 parameters.
        rows : ndarray of int, shape (n,)
            Images to learn from; energy and direction are learnt from gammas alone.
        seed : int
            The same rows and seed give the same forest.
        tasks : sequence of str
            What to estimate.

        Raises
        ------
        ConfigError
            If the store has no DL1 parameters, `rows` is empty, or the type is to be learnt and there is only one.
        InputError
            If the images have no truth.
        """
        require_examples(store, rows)
        features = features_of(store, rows)
        learners, cost = grow(features, store, rows, seed, tasks)
        info = describe(learners, FEATURE_NAMES, seed, len(rows))
        return cls("Random forest", list(tasks), info, learners, cost)

    def predict(self, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Estimate the tasks' quantities, see `Predictor.predict`."""
        wanted = [name for task in tasks_named(self.tasks) for name in task.quantities]
        if not len(rows):
            return {name: np.empty(0) for name in wanted}
        features = features_of(store, rows)
        made = [learner.predict(features, store, rows) for learner in self._learners]
        return {name: values for part in made for name, values in part.items() if name in wanted}

    def cost(self) -> Cost:
        """Tell what a prediction costs, measured on the images that the forest was fitted to."""
        return self._cost


def require_examples(store: "Store", rows: np.ndarray) -> None:
    """Raise `ConfigError` if a forest has nothing to learn from, `InputError` if there is no truth to learn."""
    if not len(rows):
        raise ConfigError(
            "The random forest has no image to learn from: none of the stores' train part passes the cuts. Give "
            "the stores that the network was trained on, too, or set evaluate.baseline=none."
        )
    store.require_truth("fitting the random forest")


def grow(
    features: np.ndarray, store: "Store", rows: np.ndarray, seed: int, tasks: Sequence[str]
) -> tuple[list[Learner], Cost]:
    """Fit the forests of some tasks to images and their features, and measure what they cost."""
    start = time.perf_counter()
    kinds = dict.fromkeys(LEARNERS[task] for task in tasks)
    learners = [kind.fit(features, store, rows, seed) for kind in kinds]
    return learners, _measure(learners, features, time.perf_counter() - start)


def describe(learners: Sequence[Learner], features: Sequence[str], seed: int, n_train: int) -> dict[str, Any]:
    """Say what a result records of forests."""
    import sklearn

    return {
        "kind": "random forest",
        "features": list(features),
        "label": "; ".join(learner.label for learner in learners),
        "config": {**SETTINGS, "seed": seed},
        "n_train": n_train,
        "versions": {"scikit-learn": sklearn.__version__},
    }


def features_of(store: "Store", rows: np.ndarray) -> np.ndarray:
    """Give what a forest looks at in each image, shape (n, n_features); NaN where a parameter is undefined."""
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


def _measure(learners: Sequence[Learner], features: np.ndarray, train_seconds: float) -> Cost:
    from iactflow.models.device import describe_cpu

    forests = [forest for learner in learners for forest in learner.forests]
    batch = np.resize(features, (_TIMED, features.shape[1]))
    for forest in forests:
        forest.predict(batch)
    start = time.perf_counter()
    for forest in forests:
        forest.predict(batch)
    seconds = time.perf_counter() - start
    return Cost(
        parameters=sum(tree.tree_.node_count for forest in forests for tree in forest.estimators_),
        flops_per_event=None,
        train_seconds=train_seconds,
        train_images=len(features),
        ms_per_event=1e3 * seconds / _TIMED,
        n_events_timed=_TIMED,
        device=describe_cpu(1),
        batch_size=_TIMED,
        bytes_on_disk=sum(len(pickle.dumps(forest)) for forest in forests),
    )
