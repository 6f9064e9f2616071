"""What networks are told about an image: numbers for all pixels alike, and the places that maps are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from iactflow.errors import InputError
from iactflow.generation.conditions import Conditions, impact_vectors, source_places
from iactflow.generation.grid import Grid
from iactflow.generation.moments import Frame, ellipse

Condition = Literal["energy", "impact", "direction", "x_max", "first_interaction"]

#: Numbers in `Told.places`: direction, axis, centre, long axis, both extents, log10 of the size.
N_PLACES = 11


@dataclass(frozen=True)
class Told:
    """What the networks see of n images besides noise.

    Attributes
    ----------
    numbers : ndarray, shape (n, d)
        Conditions, then moments (`iactflow.generation.moments.NAMES`).
    places : ndarray of float32, shape (n, `N_PLACES`)
        Where things are in the turned camera, m.
    which : ndarray of int32, shape (n,)
        Turn of the camera, see `iactflow.generation.grid.Grid`.
    """

    numbers: np.ndarray
    places: np.ndarray
    which: np.ndarray

    def __getitem__(self, rows: "slice | np.ndarray") -> "Told":
        """Take some of them."""
        return Told(self.numbers[rows], self.places[rows], self.which[rows])


class Scaler:
    """Mean and standard deviation of columns, fitted once.

    Parameters
    ----------
    mean, spread : ndarray, shape (d,)
        Columns that do not vary have spread 1.
    """

    def __init__(self, mean: np.ndarray, spread: np.ndarray) -> None:
        self.mean, self.spread = np.asarray(mean, float), np.asarray(spread, float)

    @classmethod
    def fit(cls, values: np.ndarray) -> "Scaler":
        """Fit to values of shape (n, d)."""
        spread = values.std(axis=0)
        return cls(values.mean(axis=0), np.where(spread > 1e-6 * (1 + np.abs(values.mean(axis=0))), spread, 1.0))

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Standardise."""
        return ((values - self.mean) / self.spread).astype(np.float32)

    def back(self, values: np.ndarray) -> np.ndarray:
        """Undo it."""
        return np.asarray(values, float) * self.spread + self.mean

    def as_dict(self) -> dict[str, list[float]]:
        """Give both as lists, for JSON."""
        return {"mean": self.mean.tolist(), "spread": self.spread.tolist()}


def frames(conditions: Conditions, camera: Any) -> tuple[Frame, np.ndarray]:
    """Give the showers' frames in the camera and their impact distances across the pointing (m).

    Parameters
    ----------
    conditions : Conditions
        The showers.
    camera : iactflow.data.camera.Camera
        Camera and telescopes.
    """
    positions = telescope_positions(conditions, camera)
    impact = impact_vectors(conditions, positions)
    return Frame.of(source_places(conditions, focal_length_of(conditions, camera)), impact), np.hypot(*impact.T)


def focal_length_of(conditions: Conditions, camera: Any) -> float:
    """Give the focal length (m) that the showers' telescopes share.

    Raises
    ------
    InputError
        If they have several.
    """
    tel_ids = np.unique(conditions.tel_id)
    found = camera.focal_lengths(tel_ids)
    if np.ptp(found) > 0:
        told = ", ".join(f"{tel_id}: {length:g} m" for tel_id, length in zip(tel_ids, found, strict=True))
        raise InputError(
            f"A generator draws for telescopes of one focal length. Received telescopes with {told}. Ingest each kind "
            "of telescope into a store of its own and train a generator on each."
        )
    return float(found[0])


def telescope_positions(conditions: Conditions, camera: Any) -> np.ndarray:
    """Give the position (m) of each shower's telescope, shape (n, 3)."""
    table = camera.telescopes
    row_of = {int(tel_id): row for row, tel_id in enumerate(table["tel_id"])}
    xyz = np.stack([table[name].quantity.to_value("m") for name in ("pos_x", "pos_y", "pos_z")], axis=1)
    return np.asarray(xyz[[row_of[int(tel_id)] for tel_id in conditions.tel_id]])


def physics(
    conditions: Conditions, frame: Frame, impact: np.ndarray, chosen: Sequence[Condition], primaries: Sequence[int]
) -> np.ndarray:
    """Give the conditions as numbers, shape (n, d), in the showers' own frames.

    Parameters
    ----------
    conditions : Conditions
        n showers.
    frame : Frame
        Their axes.
    impact : ndarray, shape (n,)
        Impact distances, m.
    chosen : sequence of str
        Which conditions to tell.
    primaries : sequence of int
        Particle codes; of several, each has a column of its own.
    """
    columns: list[np.ndarray] = []
    if "energy" in chosen:
        columns.append(np.log10(conditions.energy))
    if "impact" in chosen:
        columns += [impact / 100, np.log(impact + 30.0)]
        columns += [*(impact[:, None] * frame.axis / 100).T]
    if "direction" in chosen:
        columns += [*np.einsum("nij,nj->ni", frame.matrix, frame.source).T, np.hypot(*frame.source.T), *frame.axis.T]
        columns.append(np.radians(conditions.pointing_alt))
    if "x_max" in chosen:
        columns.append(conditions.x_max / 100)
    if "first_interaction" in chosen:
        columns.append(conditions.h_first_int / 1e4)
    columns += [(conditions.primary == code).astype(float) for code in (primaries if len(primaries) > 1 else ())]
    return np.column_stack(columns)


def tell(
    conditions: Conditions,
    moments: np.ndarray,
    camera: Any,
    grid: Grid,
    chosen: Sequence[Condition],
    primaries: Sequence[int],
) -> Told:
    """Put together what pixel models are told, with the numbers not yet standardised.

    Parameters
    ----------
    conditions : Conditions
        n showers.
    moments : ndarray, shape (n, 9)
        As `iactflow.generation.moments.measure` gives them.
    camera : iactflow.data.camera.Camera
        Camera and telescopes.
    grid : Grid
        Says how the camera may be turned.
    chosen, primaries
        As in `physics`.
    """
    frame, impact = frames(conditions, camera)
    which = grid.choose(frame.axis)
    turned = frame.turned(grid, which)
    mirrored = np.sign(np.linalg.det(grid.turns))[which]
    seen = moments.copy()
    seen[:, [2, 5]] *= mirrored[:, None]  # across the axis, and mixed
    centre, axes, extent = ellipse(seen, turned)
    places = np.column_stack([turned.source, turned.axis, centre, axes[:, 0], extent, moments[:, 0]])
    numbers = np.column_stack([physics(conditions, turned, impact, chosen, primaries), seen])
    return Told(numbers, places.astype(np.float32), which.astype(np.int32))
