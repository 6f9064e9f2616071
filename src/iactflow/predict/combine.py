"""Estimates of array events from those of their telescopes, as ctapipe combines them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from iactflow.data import schema
from iactflow.predict.chunk import Chunk
from iactflow.predict.estimate import COLUMNS, Estimate

if TYPE_CHECKING:
    from astropy.table import Table

#: Columns of DL1 that weights are made of, with their units.
_WEIGHED = {
    schema.INTENSITY: "",
    "hillas_length": "deg",
    "hillas_width": "deg",
    "leakage_intensity_width_2": "",
}
#: Weight in p.e. of an image of which cleaning left nothing: it counts where no other image does.
_FAINT = 1e-6
_UNITS = {"energy": "TeV", "alt": "deg", "az": "deg", "prediction": ""}
#: Columns with the spread of a mean over telescopes.
_SPREAD = {"type": (), "energy": ("energy_uncert",)}
_DIRECTION_SPREAD = ("ang_distance_uncert",)


@dataclass(frozen=True)
class Combined:
    """What is said of each array event of a portion.

    Attributes
    ----------
    values : dict of ndarray of float, shape (n_events,)
        By column: those of `COLUMNS`, and the spread over the telescopes where ctapipe gives one; NaN without a valid
        estimate.
    is_valid, outside_range : ndarray of bool, shape (n_events,)
        Events with an estimate, and those to which a telescope contributed that lies outside the model's range.
    telescopes : ndarray of bool, shape (n_events, n_telescopes)
        Telescopes that contributed.
    """

    values: dict[str, np.ndarray]
    is_valid: np.ndarray
    outside_range: np.ndarray
    telescopes: np.ndarray


def combine(task: str, estimate: Estimate, chunk: Chunk, weights: str) -> Combined:
    """Average the telescopes of each array event.

    Parameters
    ----------
    task : str
        What was estimated.
    estimate : Estimate
        By telescope.
    chunk : Chunk
        The telescope events.
    weights : str
        Weights as ``StereoMeanCombiner.weights`` names them.

    Returns
    -------
    Combined

    Notes
    -----
    By ctapipe's ``StereoMeanCombiner``: the weighted mean of gammaness and energy, and the direction of the weighted
    mean of unit vectors.
    """
    n_events = len(chunk.events)
    contributes = np.zeros((n_events, len(chunk.events.tel_ids)), bool)
    contributes[chunk.event, chunk.telescope] = estimate.is_valid
    outside = np.zeros(n_events, bool)
    outside[chunk.event[estimate.outside_range]] = True
    names = (*COLUMNS[task], *_SPREAD.get(task, _DIRECTION_SPREAD))
    values = {name: np.full(n_events, np.nan) for name in names}
    is_valid = contributes.any(axis=1)
    if is_valid.any():
        found = _by_ctapipe(task, estimate, chunk, weights)
        seen = np.unique(chunk.event)
        for name in names:
            values[name][seen] = np.asarray(found[f"mean_{name}"])
    return Combined(values, is_valid, outside, contributes)


def as_they_are(task: str, estimate: Estimate, telescopes: np.ndarray) -> Combined:
    """Take estimates of array events by a model of several telescopes; they have no spread over telescopes."""
    spread = {name: np.full(len(estimate.is_valid), np.nan) for name in _SPREAD.get(task, _DIRECTION_SPREAD)}
    used = telescopes & estimate.is_valid[:, np.newaxis]
    return Combined(estimate.values | spread, estimate.is_valid, estimate.outside_range, used)


def _by_ctapipe(task: str, estimate: Estimate, chunk: Chunk, weights: str) -> "Table":
    """Give ctapipe's table of the array events that have a row, in their order."""
    from astropy.table import Column, Table
    from ctapipe.reco.reconstructor import ReconstructionProperty
    from ctapipe.reco.stereo_combination import StereoMeanCombiner

    kinds = {"type": ReconstructionProperty.PARTICLE_TYPE, "energy": ReconstructionProperty.ENERGY}
    table = Table({name: chunk.column(name) for name in schema.KEY})
    table["mean_tel_is_valid"] = estimate.is_valid
    for name, numbers in estimate.values.items():
        table[f"mean_tel_{name}"] = Column(numbers, unit=_UNITS[name] or None)
    for name, unit in _WEIGHED.items():
        numbers = chunk.column(name)
        if name == schema.INTENSITY:
            numbers = np.where(np.isfinite(numbers), numbers, _FAINT)
        table[name] = Column(numbers, unit=unit or None)
    combiner = StereoMeanCombiner(
        prefix="mean", property=kinds.get(task, ReconstructionProperty.GEOMETRY), weights=weights
    )
    with np.errstate(invalid="ignore", divide="ignore"):  # spread of one direction is the root of a rounding error
        return combiner.predict_table(table)
