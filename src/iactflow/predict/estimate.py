"""What a model says of the images of a portion, and of which of them it may be asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from iactflow.data import schema
from iactflow.data.array import images_of, leaders
from iactflow.data.direction import camera_to_sky, offset_to_horizon
from iactflow.data.select import Selection, apply_selection
from iactflow.models.bundle import Bundle
from iactflow.predict.chunk import Chunk

#: Cuts on truth, which real events do not have.
_TRUTH_CUTS = ("energy_min", "energy_max", "primaries")

#: What a table of DL2 calls the quantities of each task.
COLUMNS = {
    "type": ("prediction",),
    "energy": ("energy",),
    "cameradirection": ("alt", "az"),
    "skydirection": ("alt", "az"),
}


@dataclass(frozen=True)
class Estimate:
    """What a model says of each image, or of each array event, of a portion.

    Attributes
    ----------
    values : dict of ndarray of float, shape (n,)
        By column of `COLUMNS`: gammaness from 0 to 1, energy in TeV, altitude and azimuth in deg; NaN where there is no
        valid estimate.
    is_valid : ndarray of bool, shape (n,)
        Rows with an estimate.
    outside_range : ndarray of bool, shape (n,)
        Rows with an estimate that lie outside what the model was trained on.
    """

    values: dict[str, np.ndarray]
    is_valid: np.ndarray
    outside_range: np.ndarray


@dataclass
class Statistics:
    """How many images pass each condition for an estimate, alone and after those before it.

    Attributes
    ----------
    counts, cumulative : dict of int
        By condition, in their order; the first is ``TOTAL``.
    """

    counts: dict[str, int] = field(default_factory=dict)
    cumulative: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, passed: np.ndarray, so_far: np.ndarray) -> None:
        """Count the rows that pass a condition, and those that pass it and all before it."""
        self.counts[name] = self.counts.get(name, 0) + int(passed.sum())
        self.cumulative[name] = self.cumulative.get(name, 0) + int(so_far.sum())


def estimate(bundle: Bundle, chunk: Chunk, statistics: Statistics) -> dict[str, Estimate]:
    """Let a model of single images estimate all it can.

    Parameters
    ----------
    bundle : Bundle
        The model. Cuts of its training on DL1 parameters decide which images it is asked about.
    chunk : Chunk
        The images.
    statistics : Statistics
        Counts what is left out.

    Returns
    -------
    dict of Estimate
        By task, for each row.
    """
    rows = _selected(bundle, chunk, statistics)
    return _answers(bundle, chunk, rows, rows, len(chunk), statistics)


def estimate_events(bundle: Bundle, chunk: Chunk, statistics: Statistics) -> tuple[dict[str, Estimate], np.ndarray]:
    """Let a model of several telescopes estimate all array events it can.

    Parameters are those of `estimate`.

    Returns
    -------
    dict of Estimate
        By task, for each array event.
    telescopes : ndarray of bool, shape (n_events, n_telescopes)
        Telescopes whose images the model was given.
    """
    groups = bundle.examples(chunk, _selected(bundle, chunk, statistics))
    at = chunk.event[leaders(groups)]
    given = np.zeros(chunk.events.triggered.shape, bool)
    images = images_of(groups)
    given[chunk.event[images], chunk.telescope[images]] = True
    return _answers(bundle, chunk, groups, at, len(chunk.events), statistics), given


def _selected(bundle: Bundle, chunk: Chunk, statistics: Statistics) -> np.ndarray:
    """List the rows that meet all conditions, and count."""
    so_far = np.ones(len(chunk), bool)
    for name, passed in _conditions(bundle, chunk):
        so_far = so_far & passed
        statistics.add(name, passed, so_far)
    return np.flatnonzero(so_far)


def _answers(
    bundle: Bundle, chunk: Chunk, examples: np.ndarray, at: np.ndarray, n: int, statistics: Statistics
) -> dict[str, Estimate]:
    """Ask a model about images or array events; its answers stand at places `at` of `n`."""
    raw = bundle.predict(chunk, examples)
    outside = bundle.outside_range(chunk, examples)
    estimates, good = {}, np.ones(len(examples), bool)
    for task in bundle.tasks:
        found = _physical(task, raw, chunk, leaders(examples))
        valid = np.all([_sound(name, values) for name, values in found.items()], axis=0)
        good &= valid
        columns = {}
        for name, values in found.items():
            columns[name] = np.full(n, np.nan)
            columns[name][at[valid]] = values[valid]
        flags = np.zeros((2, n), bool)
        flags[0, at[valid]], flags[1, at[valid & outside]] = True, True
        estimates[task] = Estimate(columns, flags[0], flags[1])
    statistics.add("estimates that are numbers", good, good)
    return estimates


def _conditions(bundle: Bundle, chunk: Chunk) -> Iterator[tuple[str, np.ndarray]]:
    """Name the conditions that an image must meet, with the rows that do."""
    yield "TOTAL", np.ones(len(chunk), bool)
    yield "image of a shower", chunk.has_image
    every = np.arange(len(chunk))
    nothing = Selection()
    for name, value in bundle.selection:
        if value is None or name in _TRUTH_CUTS:
            continue
        left, cuts = apply_selection(chunk, nothing.model_copy(update={name: value}), every)
        passed = np.zeros(len(chunk), bool)
        passed[left] = True
        yield cuts[0].name, passed & chunk.has_image


def _physical(task: str, raw: dict[str, np.ndarray], chunk: Chunk, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Turn what a model gives for a task into what DL2 holds, by column."""
    if task == "type":
        return {"prediction": raw["gammaness"]}
    if task == "energy":
        return {"energy": raw["energy"]}
    if task == "cameradirection":
        position = np.stack([raw["cam_x"], raw["cam_y"]], axis=1)
        offset = camera_to_sky(position, chunk.camera.focal_lengths(chunk.column(schema.TEL_ID)[rows]))
    else:
        offset = np.stack([raw["fov_lon"], raw["fov_lat"]], axis=1)
    pointing = (chunk.column(name)[rows] for name in (schema.POINTING_ALT, schema.POINTING_AZ))
    horizon = offset_to_horizon(offset, *pointing)
    return {"alt": horizon[:, 0], "az": horizon[:, 1] % 360}


def _sound(name: str, values: np.ndarray) -> np.ndarray:
    """Tell which values can be what they claim to be."""
    sound = np.isfinite(values)
    if name == "energy":
        sound &= values > 0
    if name == "prediction":
        sound &= (values >= 0) & (values <= 1)
    return sound
