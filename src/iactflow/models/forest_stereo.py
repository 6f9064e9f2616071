"""The standard to beat for array events: forests on each image that know where the axes cross, and their mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.data.array import ABSENT, PLACE, POINTING, gather_events, images_of, leaders
from iactflow.data.direction import sky_to_camera
from iactflow.models.forest import FEATURE_NAMES, describe, features_of, grow, require_examples
from iactflow.models.forest_tasks import DispForest, Learner
from iactflow.models.predictor import Cost
from iactflow.models.tasks import tasks_named

if TYPE_CHECKING:
    from iactflow.data.store import Store

#: What is added to the parameters of an image, see `iactflow.models.crossing.stereo_features`.
_CROSSING = (
    "crossing in the sky from the centroid, along the axis",
    "crossing in the sky from the centroid, across the axis",
    "crossing on the ground from the telescope, along the axis",
    "crossing on the ground from the telescope, across the axis",
    "distance of the latter",
    "log distance on the ground per distance in the sky",
    "how well the axes cross",
)


@dataclass
class StereoForest:
    """Random forests that estimate properties of array events; a `iactflow.models.predictor.Predictor`.

    Notes
    -----
    Every image is estimated by forests that see its own parameters and what the crossing of all axes tells
    (`iactflow.models.crossing.stereo_features`), as lstchain and sst1mpipe do for stereo. An event's energy (its
    logarithm) and gammaness are means over its images with the square root of the intensity as weight. For the
    direction each image has two candidates, one on either side; of all choices that start from one image and take the
    nearest candidate of every other, the one that lies closest together counts.
    """

    name: str
    tasks: list[str]
    info: dict[str, Any]
    _learners: list[Learner]
    _cost: Cost

    @classmethod
    def fit(cls, store: "Store", groups: np.ndarray, seed: int, tasks: Sequence[str] = ("energy",)) -> "StereoForest":
        """Grow the trees.

        Parameters
        ----------
        store : Store
            Simulated images with DL1 parameters.
        groups : ndarray of int, shape (n, k)
            Events to learn from, see `iactflow.data.array.group_events`; energy and direction are learnt from gammas
            alone.
        seed : int
            The same events and seed give the same forests.
        tasks : sequence of str
            What to estimate.

        Raises
        ------
        ConfigError
            If the store has no DL1 parameters, there is no event, or the type is to be learnt and there is only one.
        InputError
            If the images have no truth.
        """
        require_examples(store, groups)
        features = _features(store, groups)
        learners, per_image = grow(features, store, images_of(groups), seed, tasks)
        share = len(features) / len(groups)
        cost = replace(per_image, train_images=len(groups), ms_per_event=share * per_image.ms_per_event)
        info = describe(learners, (*FEATURE_NAMES, *_CROSSING), seed, len(groups))
        return cls("Random forest (stereo)", list(tasks), info, learners, cost)

    def predict(self, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Estimate the tasks' quantities of events, see `Predictor.predict`."""
        wanted = [name for task in tasks_named(self.tasks) for name in task.quantities]
        if not len(rows):
            return {name: np.empty(0) for name in wanted}
        seen, features = rows != ABSENT, _features(store, rows)
        images = rows[seen]
        weights = _spread(np.sqrt(np.nan_to_num(store.column(schema.INTENSITY)[images])), seen)
        weights[weights.sum(axis=1) == 0] = 1.0
        weights *= seen
        weights /= weights.sum(axis=1, keepdims=True)
        found: dict[str, np.ndarray] = {}
        for learner in self._learners:
            if isinstance(learner, DispForest):
                found |= _direction(store, rows, weights, learner.candidates(features, store, images))
            else:
                [(name, values)] = learner.predict(features, store, images).items()
                values = np.log(values) if name == "energy" else values
                mean = (_spread(values, seen) * weights).sum(axis=1)
                found[name] = np.exp(mean) if name == "energy" else mean
        return {name: values for name, values in found.items() if name in wanted}

    def cost(self) -> Cost:
        """Tell what a prediction costs, per event of as many images as those that the forests were fitted to have."""
        return self._cost


def _features(store: "Store", groups: np.ndarray) -> np.ndarray:
    """Give what a forest looks at in each image, in the order of ``groups[groups != ABSENT]``."""
    from iactflow.models.crossing import PLACE_UNIT, stereo_features

    seen = groups != ABSENT
    rows = groups[seen]
    array = gather_events(store, groups, (PLACE, POINTING))
    psi = np.radians(store.column("hillas_psi")[rows])
    length, width = (store.column(f"hillas_{name}")[rows] for name in ("length", "width"))
    size = (length**2 - width**2) / np.maximum(length**2 + width**2, np.finfo(float).tiny)
    # hillas_psi counts from the longitude, the camera's y; geometry is along the camera's x and y.
    axis = size[:, None] * np.stack([-np.cos(2 * psi), np.sin(2 * psi)], axis=1)
    centroid = np.stack([store.column(f"hillas_fov_{name}")[rows] for name in ("lat", "lon")], axis=1)
    columns = [centroid, axis, store.column(schema.INTENSITY)[rows]]
    here = np.all([np.isfinite(column.reshape(len(rows), -1)).all(axis=1) for column in columns], axis=0)
    usable = np.zeros(seen.shape, "float32")
    usable[seen] = here
    spread = [_spread(np.nan_to_num(column), seen).astype("float32") for column in columns]
    crossed = stereo_features(spread[0] + array[POINTING], array[PLACE] / PLACE_UNIT, spread[1], spread[2], usable)
    table = np.array(crossed, np.float64)[seen]
    along = np.nan_to_num(np.stack([np.sin(psi), np.cos(psi)], axis=1))
    for first in (0, 2):  # trees cannot turn vectors
        x, y = table[:, first].copy(), table[:, first + 1].copy()
        table[:, first] = x * along[:, 0] + y * along[:, 1]
        table[:, first + 1] = x * along[:, 1] - y * along[:, 0]
    return np.concatenate([features_of(store, rows), table], axis=1)


def _direction(store: "Store", groups: np.ndarray, weights: np.ndarray, ends: np.ndarray) -> dict[str, np.ndarray]:
    """Choose between the candidates (n_images, 2, 2) of each image, and average."""
    seen, first = groups != ABSENT, leaders(groups)
    pointing = gather_events(store, groups, (POINTING,))[POINTING][..., ::-1]  # longitude, latitude
    ends = _spread(ends, seen) + pointing[:, :, None]
    best = np.full(len(groups), np.inf)
    offset = np.zeros((len(groups), 2))
    for telescope in range(groups.shape[1]):
        for side in range(2):
            start = ends[:, telescope, side]
            distance = np.linalg.norm(ends - start[:, None, None], axis=-1)
            chosen = np.take_along_axis(ends, distance.argmin(axis=2)[:, :, None, None], axis=2)[:, :, 0]
            apart = (weights * distance.min(axis=2)).sum(axis=1)
            apart[~seen[:, telescope]] = np.inf
            better = apart < best
            best[better] = apart[better]
            offset[better] = (weights[..., None] * chosen).sum(axis=1)[better]
    position = sky_to_camera(offset, store.focal_lengths(first))
    return {"fov_lon": offset[:, 0], "fov_lat": offset[:, 1], "cam_x": position[:, 0], "cam_y": position[:, 1]}


def _spread(values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    out = np.zeros((*seen.shape, *values.shape[1:]))
    out[seen] = values
    return out
