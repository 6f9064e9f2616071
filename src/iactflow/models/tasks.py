"""What networks estimate: labels, units and the way back from a network's output."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import direction, schema
from iactflow.errors import ConfigError

if TYPE_CHECKING:
    from iactflow.data.camera import Camera
    from iactflow.data.store import Store

#: The particle that is sought; all others are background.
SIGNAL = "gamma"


@dataclass(frozen=True)
class Task:
    """One property of showers that a network estimates.

    Attributes
    ----------
    name : str
        CTLearn's name of the task, which is also the name of the network's output.
    quantities : dict of str
        What a finished model gives for it, with units.
    label : str
        What the network is fitted to, in words.
    width : int
        Numbers in a label.
    loss_unit : str
        Unit that losses are computed in.
    signal_only : bool
        Whether only the signal has a value worth fitting to.
    labels : callable
        Gives the labels of some rows of a store, float32 of shape (n, width).
    loss_scale : callable
        Gives the size of `loss_unit` in units of the label, for a camera.
    physical : callable
        Turns the network's output into a tensor of shape (n,) for each quantity.
    """

    name: str
    quantities: dict[str, str]
    label: str
    width: int
    loss_unit: str
    signal_only: bool
    labels: Callable[["Store", np.ndarray], np.ndarray]
    loss_scale: Callable[["Camera"], float]
    physical: Callable[[Any], dict[str, Any]]


def is_signal(store: "Store", rows: np.ndarray) -> np.ndarray:
    """Tell which rows are of the signal, bool of shape (n,)."""
    codes = [code for code, name in schema.PRIMARY_NAMES.items() if name == SIGNAL]
    return np.isin(store.column(schema.PRIMARY)[rows], codes)


def _log_energy(store: "Store", rows: np.ndarray) -> np.ndarray:
    return np.log10(store.column(schema.TRUE_ENERGY)[rows]).astype(np.float32)[:, None]


def _classes(store: "Store", rows: np.ndarray) -> np.ndarray:
    signal = is_signal(store, rows)
    return np.stack([~signal, signal], axis=1).astype(np.float32)


def _camera_position(store: "Store", rows: np.ndarray) -> np.ndarray:
    return direction.true_camera_position(store, rows).astype(np.float32)


def _sky_offset(store: "Store", rows: np.ndarray) -> np.ndarray:
    return direction.true_sky_offset(store, rows).astype(np.float32)


def _unit(_camera: "Camera") -> float:
    return 1.0


def metres_per_degree(camera: "Camera") -> float:
    """Give the distance (m) in the camera that a degree on the sky takes, the mean over its telescopes."""
    focal_lengths = camera.focal_lengths(np.asarray(camera.telescopes["tel_id"]))
    return float(np.radians(focal_lengths.mean()))


def _from_log10(output: Any) -> dict[str, Any]:
    from iactflow.models.layers import FromLog10

    return {"energy": FromLog10(name="energy")(output)}


def _column(number: int, name: str) -> Callable[[Any], Any]:
    def pick(output: Any) -> Any:
        from iactflow.models.layers import Column

        return Column(number, name=name)(output)

    return pick


def _gammaness(output: Any) -> dict[str, Any]:
    return {"gammaness": _column(1, "gammaness")(output)}


def _pair(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda output: {name: _column(number, name)(output) for number, name in enumerate(names)}


TASKS = {
    task.name: task
    for task in (
        Task(
            "type",
            {"gammaness": ""},
            "1 for gammas, 0 for all others",
            2,
            "nat",
            False,
            _classes,
            _unit,
            _gammaness,
        ),
        Task("energy", {"energy": "TeV"}, "log10(true energy / TeV)", 1, "dex", True, _log_energy, _unit, _from_log10),
        Task(
            "cameradirection",
            {"cam_x": "m", "cam_y": "m"},
            "position of the source in the camera, x and y of ctapipe's CameraFrame in m",
            2,
            "deg",
            True,
            _camera_position,
            metres_per_degree,
            _pair("cam_x", "cam_y"),
        ),
        Task(
            "skydirection",
            {"fov_lon": "deg", "fov_lat": "deg"},
            "direction beside the telescope's pointing, fov_lon and fov_lat of ctapipe's TelescopeFrame in deg",
            2,
            "deg",
            True,
            _sky_offset,
            _unit,
            _pair("fov_lon", "fov_lat"),
        ),
    )
}


def tasks_named(names: Iterable[str]) -> list[Task]:
    """Look tasks up by name.

    Raises
    ------
    ConfigError
        If a name is unknown or given twice, or there is none.
    """
    names = list(names)
    unknown = [name for name in names if name not in TASKS]
    if unknown or not names or len(set(names)) < len(names):
        raise ConfigError(
            f"task must be one or several different ones of: {', '.join(TASKS)}. "
            f"Received: {', '.join(names) or 'none'}."
        )
    return [TASKS[name] for name in names]
