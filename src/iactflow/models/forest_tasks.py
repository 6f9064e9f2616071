"""What a random forest learns for each task: energy, gamma or not, and the direction by the disp method."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from iactflow.data import schema
from iactflow.data.direction import sky_to_camera, true_sky_offset
from iactflow.errors import ConfigError, InputError
from iactflow.models.tasks import is_signal

if TYPE_CHECKING:
    from iactflow.data.store import Store

#: Settings of scikit-learn's forests, for regression and classification alike.
SETTINGS = {"n_estimators": 150, "max_depth": 30, "min_samples_leaf": 5}


class Learner(Protocol):
    """Forests that estimate the quantities of one task or of several.

    Attributes
    ----------
    label : str
        What they were fitted to, in words.
    forests : list
        scikit-learn's forests.
    """

    label: str
    forests: list[Any]

    def predict(self, features: np.ndarray, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Estimate the quantities of some rows from their features, shape (n, n_features)."""
        ...


@dataclass
class EnergyForest:
    """A regression of log10(E/TeV)."""

    label: str
    forests: list[Any]

    @classmethod
    def fit(cls, features: np.ndarray, store: "Store", rows: np.ndarray, seed: int) -> "EnergyForest":
        """Fit to the gammas among `rows`, or to all rows if none is a gamma."""
        chosen = _signal_or_all(store, rows)
        labels = np.log10(store.column(schema.TRUE_ENERGY)[rows[chosen]])
        if not np.isfinite(labels).all():
            raise InputError(f"{store.paths[0]} holds true energies that are not positive numbers. Ingest it again.")
        return cls("log10(E/TeV)", [_regression(features[chosen], labels, seed)])

    def predict(self, features: np.ndarray, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Give ``energy`` in TeV."""
        return {"energy": 10 ** self.forests[0].predict(features)}


@dataclass
class TypeForest:
    """A classification into gammas and all others."""

    label: str
    forests: list[Any]

    @classmethod
    def fit(cls, features: np.ndarray, store: "Store", rows: np.ndarray, seed: int) -> "TypeForest":
        """Fit to all rows.

        Raises
        ------
        ConfigError
            If they are all gammas, or none is.
        """
        signal = is_signal(store, rows)
        if signal.all() or not signal.any():
            raise ConfigError(
                "The random forest cannot learn the type: the stores' train part holds only "
                f"{'gammas' if signal.all() else 'background'} after the cuts. It takes gammas and background; see "
                "simulate.events and data.select.primaries, or set evaluate.baseline=none."
            )
        return cls("gamma or background", [_classification(features, signal, seed)])

    def predict(self, features: np.ndarray, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Give ``gammaness``, the share of trees' votes for a gamma, 0 to 1."""
        return {"gammaness": self.forests[0].predict_proba(features)[:, 1]}


@dataclass
class DispForest:
    """The disp method: the source lies on the image's major axis, at a distance and on a side that forests estimate.

    Notes
    -----
    A regression gives the distance (disp) of the source from the centroid along the axis, a classification the side
    (head or tail) on which it lies, as ctapipe's ``DispReconstructor`` and lstchain have it; after Lessard et al. 2001,
    Astropart. Phys. 15, 1.
    """

    label: str
    forests: list[Any]

    @classmethod
    def fit(cls, features: np.ndarray, store: "Store", rows: np.ndarray, seed: int) -> "DispForest":
        """Fit to the gammas among `rows` that have a centroid."""
        chosen = _signal_or_all(store, rows)
        centroid, axis = _ellipse(store, rows)
        chosen &= np.isfinite(centroid).all(axis=1) & np.isfinite(axis).all(axis=1)
        if not chosen.any():
            raise ConfigError("The random forest cannot learn directions: no image of the train part has a centroid.")
        away = (true_sky_offset(store, rows) - centroid)[chosen]
        disp = (away * axis[chosen]).sum(axis=1)
        distance = _regression(features[chosen], np.abs(disp), seed)
        side = _classification(features[chosen], disp > 0, seed)
        return cls("distance of the source from the centroid along the axis in deg, and its side", [distance, side])

    def predict(self, features: np.ndarray, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Give ``fov_lon``, ``fov_lat`` (deg), ``cam_x``, ``cam_y`` (m); the centre where there is no centroid."""
        side = self.forests[1]
        ahead = side.predict_proba(features)[:, list(side.classes_).index(True)] if True in side.classes_ else 0.0
        chosen = np.broadcast_to(np.asarray(ahead) >= 0.5, len(rows)).astype(int)
        offset = self.candidates(features, store, rows)[np.arange(len(rows)), chosen]
        position = sky_to_camera(offset, store.focal_lengths(rows))
        return {
            "fov_lon": offset[:, 0],
            "fov_lat": offset[:, 1],
            "cam_x": position[:, 0],
            "cam_y": position[:, 1],
        }

    def candidates(self, features: np.ndarray, store: "Store", rows: np.ndarray) -> np.ndarray:
        """Give longitude and latitude (deg) on either side of each image, against and along its axis: (n, 2, 2)."""
        centroid, axis = _ellipse(store, rows)
        away = self.forests[0].predict(features)[:, None] * axis
        return np.nan_to_num(np.stack([centroid - away, centroid + away], axis=1))


#: What learns each task; both directions are one and the same forest.
LEARNERS: dict[str, Any] = {
    "type": TypeForest,
    "energy": EnergyForest,
    "cameradirection": DispForest,
    "skydirection": DispForest,
}


def _ellipse(store: "Store", rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the centroid (deg) and the unit vector of the major axis of each image, both of shape (n, 2)."""
    centroid = np.stack([store.column(name)[rows] for name in ("hillas_fov_lon", "hillas_fov_lat")], axis=1)
    psi = np.radians(store.column("hillas_psi")[rows])
    return centroid, np.stack([np.cos(psi), np.sin(psi)], axis=1)


def _signal_or_all(store: "Store", rows: np.ndarray) -> np.ndarray:
    signal = is_signal(store, rows)
    return signal if signal.any() else np.ones(len(rows), bool)


def _regression(features: np.ndarray, labels: np.ndarray, seed: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return _grown(RandomForestRegressor(**SETTINGS, random_state=seed, n_jobs=-1), features, labels)


def _classification(features: np.ndarray, labels: np.ndarray, seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return _grown(RandomForestClassifier(**SETTINGS, random_state=seed, n_jobs=-1), features, labels)


def _grown(forest: Any, features: np.ndarray, labels: np.ndarray) -> Any:
    forest.fit(features, labels)
    # Threads would add the trees' estimates in the order in which they finish, and the last digit with it.
    return forest.set_params(n_jobs=1)
