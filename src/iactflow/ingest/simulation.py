"""The simulation's own configuration as plain values: thrown showers, spectrum, viewcone and what else IRFs need."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def simulation_values(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Turn ctapipe's ``SimulationConfigContainer`` into values that JSON holds.

    Parameters
    ----------
    configuration : mapping
        The container, or names and values.

    Returns
    -------
    dict
        Numbers, or ``{"value": number, "unit": unit}`` where there is a unit; None for what is not known.
    """
    return {name: _plain(value) for name, value in configuration.items()}


def _plain(value: Any) -> Any:
    unit = getattr(value, "unit", None)
    if unit is not None:
        return {"value": _plain(value.value), "unit": unit.to_string()}
    if isinstance(value, (bytes, str)):
        return value.decode() if isinstance(value, bytes) else value
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
