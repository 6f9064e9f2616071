"""What images are generated for: energy, direction, impact point and development of showers."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from iactflow.data import schema
from iactflow.data.direction import sky_offset, sky_to_camera
from iactflow.errors import ConfigError, InputError

if TYPE_CHECKING:
    from iactflow.data.store import Store

#: Directions that lie nearer than this in altitude and azimuth are one pointing, deg.
_SAME_POINTING = 1e-3
#: Columns of a store by the name of a condition.
COLUMNS = {
    "energy": schema.TRUE_ENERGY,
    "alt": "true_alt",
    "az": "true_az",
    "core_x": "true_core_x",
    "core_y": "true_core_y",
    "x_max": "true_x_max",
    "h_first_int": "true_h_first_int",
    "starting_grammage": "true_starting_grammage",
    "pointing_alt": schema.POINTING_ALT,
    "pointing_az": schema.POINTING_AZ,
    "primary": schema.PRIMARY,
    "tel_id": schema.TEL_ID,
}


@dataclass(frozen=True)
class Conditions:
    """Truth of showers as one telescope sees them; arrays of shape (n,).

    Attributes
    ----------
    energy : ndarray, TeV
    alt, az : ndarray, deg
        Direction that the shower comes from.
    core_x, core_y : ndarray, m
        Impact point in the array's frame: x to the north, y to the west.
    x_max : ndarray, g/cm2
        Depth of the shower's maximum.
    h_first_int : ndarray, m
        Height of the first interaction.
    starting_grammage : ndarray, g/cm2
    pointing_alt, pointing_az : ndarray, deg
        Direction that the telescope points at.
    primary : ndarray of int
        CORSIKA's particle code.
    tel_id : ndarray of int
    """

    energy: np.ndarray
    alt: np.ndarray
    az: np.ndarray
    core_x: np.ndarray
    core_y: np.ndarray
    x_max: np.ndarray
    h_first_int: np.ndarray
    starting_grammage: np.ndarray
    pointing_alt: np.ndarray
    pointing_az: np.ndarray
    primary: np.ndarray
    tel_id: np.ndarray

    @classmethod
    def of_store(cls, store: "Store", rows: np.ndarray) -> Self:
        """Take the conditions of some images of a store.

        Raises
        ------
        InputError
            If some have no simulated truth.
        """
        found = cls(**{name: store.column(column)[rows] for name, column in COLUMNS.items()})
        needed = np.stack([getattr(found, f.name).astype(float) for f in fields(cls)])
        if not np.isfinite(needed).all() or (found.primary == schema.NO_PRIMARY).any():
            raise InputError(f"{store.paths[0]}: generation needs the whole simulated truth, which some images lack.")
        return found

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(**{f.name: file[f.name] for f in fields(cls)})

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file; floats are kept in single precision."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        small = {
            name: a.astype(np.float32) if a.dtype.kind == "f" else a.astype(np.int32) for name, a in arrays.items()
        }
        np.savez_compressed(path, allow_pickle=False, **small)

    def __len__(self) -> int:
        """Return the number of showers."""
        return len(self.energy)

    def __getitem__(self, which: "slice | np.ndarray") -> "Conditions":
        """Take some of them."""
        return Conditions(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def require_one_pointing(self, where: str) -> None:
        """Raise `InputError` unless the telescopes point at one place; `where` says whose conditions these are."""
        aside = (self.pointing_az - self.pointing_az[:1] + 180) % 360 - 180
        spans = [float(np.ptp(angle)) for angle in (self.pointing_alt, aside)]
        if max(spans) > _SAME_POINTING:
            low, high = float(self.pointing_alt.min()), float(self.pointing_alt.max())
            raise InputError(
                f"{where} must be of one pointing: a generator's camera stands still. Received: altitudes from {low:g} "
                f"to {high:g} deg, azimuths over {spans[1]:g} deg. Ingest each pointing into a store of its own and "
                "train a generator on each."
            )

    def columns(self) -> dict[str, np.ndarray]:
        """Give the columns of a store."""
        return {column: getattr(self, name) for name, column in COLUMNS.items()}


def source_places(conditions: Conditions, focal_length: float) -> np.ndarray:
    """Give where each shower's direction lies in the camera in m, shape (n, 2)."""
    offset = sky_offset(conditions.alt, conditions.az, conditions.pointing_alt, conditions.pointing_az)
    return sky_to_camera(offset, np.full(len(conditions), focal_length))


def impact_vectors(conditions: Conditions, positions: np.ndarray) -> np.ndarray:
    """Give the vectors from the telescopes to the showers' axes across the pointing, along the camera's axes.

    Parameters
    ----------
    conditions : Conditions
        n showers.
    positions : ndarray, shape (n, 3)
        Telescopes in m.

    Returns
    -------
    ndarray, shape (n, 2)
        In m. Light from a height h above the telescope comes from ``direction + vector / h``: images lie on this side
        of the direction.
    """
    alt, az = np.radians(conditions.pointing_alt), np.radians(conditions.pointing_az)
    north, west = conditions.core_x - positions[:, 0], conditions.core_y - positions[:, 1]
    # unit vectors towards larger altitude (the camera's x) and larger azimuth (its y); azimuth runs from north to east
    towards_alt = -np.sin(alt) * np.cos(az) * north + np.sin(alt) * np.sin(az) * west
    towards_az = -np.sin(az) * north - np.cos(az) * west
    return np.stack([towards_alt, towards_az], axis=1)


def with_impact(conditions: Conditions, positions: np.ndarray, impact: np.ndarray) -> Conditions:
    """Move showers along their own azimuth to another distance (m, shape (n,)) from the telescope, on the ground."""
    dx, dy = conditions.core_x - positions[:, 0], conditions.core_y - positions[:, 1]
    factor = impact / np.maximum(np.hypot(dx, dy), 1e-3)
    moved = {"core_x": positions[:, 0] + factor * dx, "core_y": positions[:, 1] + factor * dy}
    return Conditions(**{f.name: moved.get(f.name, getattr(conditions, f.name)) for f in fields(conditions)})


def parse_range(name: str, value: "float | tuple[float, float]") -> tuple[float, float]:
    """Check a value or a range of a condition."""
    low, high = value if isinstance(value, tuple) else (value, value)
    if not 0 < low <= high:
        raise ConfigError(f"{name} must be larger than 0, and a range must rise. Received: {value}.")
    return float(low), float(high)
