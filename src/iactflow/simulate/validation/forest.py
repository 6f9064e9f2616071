"""Random forests for energy, type and direction, and the measures of their performance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.validation.images import Images, pairs, stereo_features

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

SETTINGS = {"n_estimators": 100, "min_samples_leaf": 5, "n_jobs": -1, "random_state": 1}
"""Of scikit-learn's forests; regressions look at 40 % of the features at a time."""
FOLDS = 5
"""Parts of the showers; each is estimated by forests that were trained on the others."""
EDGES = (1.0, 2.5, 10.0, 40.0)
"""Bins of true energy, TeV: those of the published table that our showers fill."""
PUBLISHED = {
    "sst1m-mono": ((0.268, 0.201), (0.279, 0.155), (0.202, 0.144)),
    "sst1m-stereo": ((0.220, 0.137), (0.137, 0.096), (0.119, 0.077)),
}
"""Energy resolution and angular resolution (deg) in these bins: A&A 699 A255, random forest of sst1mpipe, 20 deg zenith
(as quoted in the project's design; the paper's own selection is not known here)."""
ONE_SIGMA = 68.268949
FEWEST = 30  # events of a bin, below which nothing is stated
_BOOTSTRAPS = 300


@dataclass(frozen=True)
class Estimated:
    """Events with what forests that had not seen their showers say.

    Parameters
    ----------
    energy, true_energy : array, TeV
    separation : array, deg
        Between true and estimated direction.
    gammaness : array
    gamma : array of bool
    shower : array of int
    """

    energy: Float64
    true_energy: Float64
    separation: Float64
    gammaness: Float64
    gamma: NDArray[np.bool_]
    shower: Int64


def estimate(images: Images, places: dict[int, tuple[float, float]] | None) -> Estimated:
    """Estimate energy, type and direction of every event from showers that are not its own.

    Parameters
    ----------
    images : Images
    places : dict or None
        Telescopes' places for stereo, see `stereo_features`; None: each image is an event.

    Notes
    -----
    Direction: a forest gives the distance of the source from the centre of gravity along the major axis, another one
    on which side (disp method: Lessard et al. 2001, Astropart. Phys. 15, 1). In stereo each image is estimated with
    what the crossing of the axes adds; of the four pairs of candidates the closest one counts, and estimates are
    averaged with the square root of the intensity as weight.
    """
    rows = np.arange(len(images))[:, None]
    features = images.features
    if places is not None:
        rows = pairs(images)
        extra = np.full((len(images), 5), np.nan)
        extra[rows] = stereo_features(images, rows, places)
        features = np.hstack([features, extra])
    fold = _folds(images.shower)
    used = np.zeros(len(images), bool)
    used[rows] = True
    along = np.stack([np.cos(images.psi), np.sin(images.psi)], axis=1)
    disp = ((images.source - images.cog) * along).sum(axis=1)
    learnt = np.full((len(images), 4), np.nan)  # log10 energy, gammaness, size of disp, chance of its sign
    targets = (np.log10(images.energy), images.gamma, np.abs(disp), disp > 0)
    for k in range(FOLDS):
        apart = used & (fold == k)
        for column, target in enumerate(targets):
            known = used & (fold != k) & (images.gamma | (column == 1))
            learnt[apart, column] = _forest(column in (1, 3), features[known], target[known])(features[apart])
    weight = np.sqrt(images.intensity[rows])
    mean = (learnt[rows][..., :2] * weight[..., None]).sum(axis=1) / weight.sum(axis=1, keepdims=True)
    point = _directions(images.cog[rows], along[rows], learnt[rows][..., 2], learnt[rows][..., 3], weight)
    separation = np.linalg.norm(point - images.source[rows[:, 0]], axis=1)
    first = rows[:, 0]
    return Estimated(
        10 ** mean[:, 0], images.energy[first], separation, mean[:, 1], images.gamma[first], images.shower[first]
    )


def _folds(shower: Int64) -> Int64:
    """Deal the showers out."""
    unique, which = np.unique(shower, return_inverse=True)
    return np.random.default_rng(1).permutation(len(unique))[which] % FOLDS


def _forest(classify: bool, features: Float64, target: np.ndarray) -> Callable[[Float64], Float64]:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    if classify:
        trees = RandomForestClassifier(**SETTINGS).fit(features, target)
        return lambda x: trees.predict_proba(x)[:, list(trees.classes_).index(True)]
    return RandomForestRegressor(max_features=0.4, **SETTINGS).fit(features, target).predict


def _directions(cog: Float64, along: Float64, disp: Float64, chance: Float64, weight: Float64) -> Float64:
    """Choose between the two ends of each image and average, shape (n_events, 2), deg."""
    ends = cog[:, :, None] + np.array([-1.0, 1.0])[:, None] * (disp[..., None] * along)[:, :, None]
    if ends.shape[1] == 1:
        return np.where(chance > 0.5, ends[:, 0, 1], ends[:, 0, 0])
    distance = np.linalg.norm(ends[:, 0, :, None] - ends[:, 1, None, :], axis=-1).reshape(-1, 4)
    best = distance.argmin(axis=1)
    event = np.arange(len(ends))
    chosen = np.stack([ends[event, 0, best // 2], ends[event, 1, best % 2]], axis=1)
    return (chosen * weight[..., None]).sum(axis=1) / weight.sum(axis=1, keepdims=True)


def energy_resolution(found: Estimated, rows: Int64) -> float:
    """Half of the central 68.27 % interval of E / E_true - 1."""
    low, high = np.percentile(found.energy[rows] / found.true_energy[rows], [50 - ONE_SIGMA / 2, 50 + ONE_SIGMA / 2])
    return float(high - low) / 2


def energy_bias(found: Estimated, rows: Int64) -> float:
    """Median of E / E_true - 1."""
    return float(np.median(found.energy[rows] / found.true_energy[rows])) - 1


def angular_resolution(found: Estimated, rows: Int64) -> float:
    """68.27 % containment of the separation, deg."""
    return float(np.percentile(found.separation[rows], ONE_SIGMA))


def auc(found: Estimated, rows: Int64) -> float:
    """Area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(found.gamma[rows], found.gammaness[rows]))


def with_interval(measure: Callable[[Estimated, Int64], float], found: Estimated, rows: Int64) -> str:
    """Give a measure with its 95 % interval from bootstraps over showers, or a dash for few events."""
    if len(rows) < FEWEST:
        return "-"
    rng = np.random.default_rng(1)
    unique, which = np.unique(found.shower[rows], return_inverse=True)
    order = np.argsort(which, kind="stable")
    groups = np.split(rows[order], np.cumsum(np.bincount(which))[:-1])
    values = [
        measure(found, np.concatenate([groups[i] for i in rng.integers(0, len(unique), len(unique))]))
        for _ in range(_BOOTSTRAPS)
    ]
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{measure(found, rows):.3f} ({low:.3f}-{high:.3f})"
