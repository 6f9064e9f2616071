"""Cuts that choose images, each counted so that an empty selection explains itself."""

from typing import TYPE_CHECKING, NamedTuple

import astropy.units as u
import numpy as np
from pydantic import Field

from iactflow.config import Charge, Energy, Section
from iactflow.data import schema
from iactflow.errors import InputError

if TYPE_CHECKING:
    from iactflow.data.store import Store


class Selection(Section):
    """Cuts on DL1 parameters and truth; a cut that is null is not applied."""

    intensity_min: Charge | None = None
    intensity_max: Charge | None = None
    leakage_max: float | None = Field(None, ge=0, le=1)
    n_pixels_min: int | None = Field(None, ge=1)
    n_islands_max: int | None = Field(None, ge=1)
    energy_min: Energy | None = None
    energy_max: Energy | None = None
    primaries: list[str] | None = None


class Cut(NamedTuple):
    """One applied cut: its name with its value, and how many of the images before it it removed."""

    name: str
    removed: int
    before: int


#: Column of each one-sided cut and whether larger values pass.
_BOUNDS = {
    "intensity_min": (schema.INTENSITY, True),
    "intensity_max": (schema.INTENSITY, False),
    "leakage_max": ("leakage_intensity_width_2", False),
    "n_pixels_min": ("morphology_n_pixels", True),
    "n_islands_max": ("morphology_n_islands", False),
    "energy_min": (schema.TRUE_ENERGY, True),
    "energy_max": (schema.TRUE_ENERGY, False),
}


def apply_selection(store: "Store", selection: Selection, rows: np.ndarray) -> tuple[np.ndarray, list[Cut]]:
    """Keep the rows that pass every cut.

    Parameters
    ----------
    store : Store
        Where the rows are.
    selection : Selection
        The cuts.
    rows : ndarray of int
        Row numbers to choose from.

    Returns
    -------
    rows : ndarray of int
        Those that pass, in the same order.
    cuts : list of Cut
        What each cut removed. NaN passes no cut.
    """
    cuts = []
    for name, value in selection:
        if value is None:
            continue
        if name == "primaries":
            names = np.array([schema.primary_name(code) for code in store.column(schema.PRIMARY)[rows]])
            passed = np.isin(names, value)
        else:
            column, larger = _BOUNDS[name]
            limit = value.value if isinstance(value, u.Quantity) else value
            values = store.column(column)[rows]
            passed = values >= limit if larger else values <= limit
        cuts.append(Cut(f"{name}: {_in_words(value)}", int((~passed).sum()), len(rows)))
        rows = rows[passed]
    return rows, cuts


def _in_words(value: object) -> str:
    if isinstance(value, u.Quantity):
        return f"{value.value:g} {value.unit}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def require_rows(rows: np.ndarray, cuts: list[Cut], *, where: str) -> None:
    """Raise `InputError` if nothing is left, telling which cut removed how many."""
    if len(rows):
        return
    told = "; ".join(f"{cut.name} removed {cut.removed} of {cut.before}" for cut in cuts)
    raise InputError(f"{where}: no image is left{f' after the cuts: {told}' if told else ''}. Loosen data.select.")


def spread_evenly(rows: np.ndarray, most: int) -> np.ndarray:
    """Take at most so many rows, evenly spread from the first to the last."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)]
