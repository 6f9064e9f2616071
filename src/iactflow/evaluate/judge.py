"""What evaluate does with the estimates of each task: check them, compare them with truth, score them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.direction import camera_to_sky, true_camera_position, true_sky_offset
from iactflow.data.result import Bootstrap
from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.evaluate.direction import Seen, score_direction
from iactflow.evaluate.energy import score_energy
from iactflow.evaluate.events import Events
from iactflow.evaluate.measure import Axis, Scores
from iactflow.evaluate.type import score_type
from iactflow.fitting.metrics_direction import separation
from iactflow.models.tasks import is_signal, tasks_named


class Judged(NamedTuple):
    """A task of a predictor on events.

    Attributes
    ----------
    scores : Scores
        Metrics, replicas and curves.
    error : ndarray of float, shape (n,)
        Size of each image's error, NaN for images that the task says nothing of (background has no energy to get
        right).
    """

    scores: Scores
    error: np.ndarray


def judge(task: str, estimates: Mapping[str, np.ndarray], events: Events, settings: Bootstrap, cut: float) -> Judged:
    """Score one task.

    Parameters
    ----------
    task : str
        Its name.
    estimates : mapping of ndarray, shape (n,)
        Quantities that the predictor gives.
    events : Events
        The events; energy and direction count for gammas only.
    settings : Bootstrap
        Number and seed of the resamplings.
    cut : float
        Gammaness from which on an image counts as gamma.

    Raises
    ------
    InputError
        If energy or direction is to be scored and no event is of a gamma.
    """
    signal = is_signal(events.store, events.rows)
    energy = events.column(schema.TRUE_ENERGY)
    intensity = events.column(schema.INTENSITY) if events.store.has_parameters else None
    if task == "type":
        gammaness = estimates["gammaness"]
        against = [Axis.energy(energy), *Axis.charge(intensity)]
        return Judged(score_type(signal, gammaness, events.showers, settings, cut, against), np.abs(gammaness - signal))
    if not signal.any():
        raise InputError(
            f"{task} is scored on gammas, and the showers {events.origin.made} hold none. Add gammas, or leave the "
            "task out."
        )
    showers = np.unique(events.showers[signal], return_inverse=True)[1].reshape(-1)
    error = np.full(len(signal), np.nan)
    if task == "energy":
        reco = estimates["energy"][signal]
        error[signal] = np.abs(np.log(reco / energy[signal]))
        charge = None if intensity is None else intensity[signal]
        return Judged(score_energy(energy[signal], reco, showers, settings, charge), error)
    true, reco = directions(task, estimates, events.store, events.rows)
    error[signal] = separation(true, reco)[signal]
    seen = Seen(
        showers=showers,
        energy=energy[signal],
        intensity=None if intensity is None else intensity[signal],
        pointing_alt=events.column(schema.POINTING_ALT)[signal],
        pointing_az=events.column(schema.POINTING_AZ)[signal],
    )
    return Judged(score_direction(task, true[signal], reco[signal], seen, settings), error)


def directions(
    task: str, estimates: Mapping[str, np.ndarray], store: Store, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give true and reconstructed directions as `score_direction` takes them."""
    sky = true_sky_offset(store, rows)
    if task == "skydirection":
        return sky, np.stack([estimates["fov_lon"], estimates["fov_lat"]], axis=1)
    position = np.stack([estimates["cam_x"], estimates["cam_y"]], axis=1)
    focal_length = store.focal_lengths(rows)
    true = np.concatenate([sky, true_camera_position(store, rows)], axis=1)
    return true, np.concatenate([camera_to_sky(position, focal_length), position], axis=1)


def with_estimates(table: pa.Table, tasks: list[str], estimates: Mapping[str, np.ndarray], events: Events) -> pa.Table:
    """Add the estimates, and the true directions that they stand against, to a table of events."""
    truth: dict[str, tuple[np.ndarray, str, str]] = {}
    if "skydirection" in tasks:
        for axis, name in enumerate(("fov_lon", "fov_lat")):
            values = true_sky_offset(events.store, events.rows)[:, axis]
            truth[f"true_{name}"] = (values, "deg", f"{name} of the source in ctapipe's TelescopeFrame")
    if "cameradirection" in tasks:
        for axis, name in enumerate(("cam_x", "cam_y")):
            values = true_camera_position(events.store, events.rows)[:, axis]
            truth[f"true_{name}"] = (values, "m", f"{name[-1]} of the source in ctapipe's CameraFrame")
    reconstructed = {
        _column(name): (estimates[name], unit, f"Reconstructed {name}")
        for task in tasks_named(tasks)
        for name, unit in task.quantities.items()
    }
    for name, (values, unit, description) in (truth | reconstructed).items():
        field = pa.field(name, pa.float64(), metadata={"unit": unit, "description": description})
        table = table.append_column(field, pa.array(np.asarray(values, dtype=np.float64)))
    return table


def _column(quantity: str) -> str:
    return quantity if quantity == "gammaness" else f"reco_{quantity}"
