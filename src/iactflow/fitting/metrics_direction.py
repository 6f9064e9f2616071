"""How good reconstructed directions are: angular separations on the sphere and what follows from them."""

from functools import cache

import numpy as np

from iactflow.fitting.spec import Spec

#: What titles call the tasks.
_CALLED = {"cameradirection": "camera", "skydirection": "sky"}


@cache
def coverage() -> float:
    """Give the share of a normal distribution within one standard deviation of its mean, 68.27 %."""
    from scipy.stats import norm

    return float(norm.cdf(1) - norm.cdf(-1))


def separation(true: np.ndarray, reco: np.ndarray) -> np.ndarray:
    """Give the angle between true and reconstructed directions.

    Parameters
    ----------
    true, reco : ndarray of float, shape (n, 2 or more)
        Longitude and latitude in deg in the first two columns, in any spherical frame.

    Returns
    -------
    ndarray, shape (n,)
        In deg.

    Notes
    -----
    The haversine formula, which keeps its precision at small angles.
    """
    lon, lat = np.radians(true[:, 0]), np.radians(true[:, 1])
    other_lon, other_lat = np.radians(reco[:, 0]), np.radians(reco[:, 1])
    square = np.sin((other_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(other_lat) * np.sin((other_lon - lon) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(np.clip(square, 0, 1))))


def resolution(true: np.ndarray, reco: np.ndarray) -> float:
    """Give the angle that holds 68.27 % of the separations, in deg, as pyirf's ``angular_resolution`` does."""
    return float(np.quantile(separation(true, reco), coverage())) if len(true) else float("nan")


def _metres(true: np.ndarray, reco: np.ndarray) -> float:
    return float(np.mean(np.hypot(*(reco - true)[:, 2:4].T)))


_ANGLE = "angular separation on the sphere of true and reconstructed direction"
#: The metrics of both tasks.
_SPECS = {
    "resolution": Spec(
        "Angular resolution",
        "deg",
        "lower",
        False,
        f"angle that holds 68.27 % of the images: quantile of the {_ANGLE}",
        resolution,
    ),
    "median": Spec(
        "Median separation",
        "deg",
        "lower",
        False,
        f"median of the {_ANGLE}",
        lambda true, reco: float(np.median(separation(true, reco))),
    ),
    "mdae": Spec(
        "MDAE",
        "deg",
        "lower",
        False,
        f"mean absolute error of the direction: mean of the {_ANGLE}",
        lambda true, reco: float(np.mean(separation(true, reco))),
    ),
    "rmsde": Spec(
        "RMSDE",
        "deg",
        "lower",
        False,
        f"root of the mean of the square of the {_ANGLE}",
        lambda true, reco: float(np.sqrt(np.mean(separation(true, reco) ** 2))),
    ),
    "mae": Spec(
        "MAE of the coordinates",
        "deg",
        "lower",
        False,
        "mean of |reconstructed − true| over both coordinates, longitude and latitude beside the pointing",
        lambda true, reco: float(np.mean(np.abs((reco - true)[:, :2]))),
    ),
    "bias_lon": Spec(
        "Bias in longitude",
        "deg",
        "zero",
        False,
        "mean of reconstructed − true longitude beside the pointing (fov_lon of ctapipe's TelescopeFrame)",
        lambda true, reco: float(np.mean((reco - true)[:, 0])),
    ),
    "bias_lat": Spec(
        "Bias in latitude",
        "deg",
        "zero",
        False,
        "mean of reconstructed − true latitude beside the pointing (fov_lat of ctapipe's TelescopeFrame)",
        lambda true, reco: float(np.mean((reco - true)[:, 1])),
    ),
}
#: Of ``cameradirection`` alone.
_DISTANCE = Spec(
    "Mean distance",
    "m",
    "lower",
    False,
    "mean distance of the reconstructed from the true position of the source in ctapipe's CameraFrame",
    _metres,
)


def metrics_of(task: str) -> dict[str, Spec]:
    """List the metrics of ``skydirection`` or ``cameradirection``.

    Their functions take directions as `separation` does; those of ``cameradirection`` have two more columns, x and y
    in the camera in m.
    """
    specs = _SPECS | ({"mean_distance": _DISTANCE} if task == "cameradirection" else {})
    # a page may show both tasks beside each other
    named = {name: spec._replace(title=f"{spec.title}, {_CALLED[task]}") for name, spec in specs.items()}
    return {f"{task}_{name}": spec for name, spec in named.items()}
