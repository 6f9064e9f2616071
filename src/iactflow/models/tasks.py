"""What networks estimate: labels, units and the way back from a network's output."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.errors import ConfigError

if TYPE_CHECKING:
    from iactflow.data.store import Store


def _log_energy(store: "Store", rows: np.ndarray) -> np.ndarray:
    return np.log10(store.column(schema.TRUE_ENERGY)[rows]).astype(np.float32)[:, None]


def _from_log10(name: str) -> Any:
    from iactflow.models.layers import FromLog10

    return FromLog10(name=name)


@dataclass(frozen=True)
class Task:
    """One quantity that a network estimates.

    Attributes
    ----------
    name : str
        CTLearn's name of the task, which is also the name of the network's output.
    unit : str
        Unit of the physical quantity.
    label : str
        What the network is fitted to, in words.
    labels : callable
        Gives the labels of some rows of a store, float32 of shape (n, d).
    physical : callable
        Makes the layer that turns the network's output into the physical quantity; takes the layer's name.
    """

    name: str
    unit: str
    label: str
    labels: Callable[["Store", np.ndarray], np.ndarray]
    physical: Callable[[str], Any]


TASKS = {"energy": Task("energy", "TeV", "log10(true energy / TeV)", _log_energy, _from_log10)}


def tasks_named(names: list[str]) -> list[Task]:
    """Look tasks up by name.

    Raises
    ------
    ConfigError
        If a name is unknown, or there is none.
    """
    unknown = [name for name in names if name not in TASKS]
    if unknown or not names:
        raise ConfigError(
            f"task must be one or several of: {', '.join(TASKS)}. Received: {', '.join(names) or 'none'}."
        )
    return [TASKS[name] for name in names]
