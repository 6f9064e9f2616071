"""Where telescopes of a DL1 file point: fixed per run in simulations, interpolated in time in observations."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema

if TYPE_CHECKING:
    import tables

_FIXED = "/configuration/telescope/pointing"
_OBSERVED = "/dl0/monitoring/telescope/pointing"
_TRIGGER = "/dl1/event/subarray/trigger"


class Pointing:
    """Pointing of telescopes in a DL1 file.

    Parameters
    ----------
    file : tables.File
        Open for reading.
    """

    def __init__(self, file: "tables.File") -> None:
        from iactflow.ingest.hdf5 import EventTable

        self._file = file
        self._fixed: dict[int, dict[str, np.ndarray]] = {}
        self._interpolate: Callable[..., Any] | None = None
        if _FIXED not in file and _OBSERVED in file and _TRIGGER in file:
            from ctapipe.monitoring.interpolation import PointingInterpolator

            self._interpolate = PointingInterpolator(h5file=file, bounds_error=False, extrapolate=False)
            self._triggers = EventTable(file.get_node(_TRIGGER), [pa.field("time", pa.float64())])

    def __call__(self, tel_id: int, keys: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Give the pointing columns in degrees; empty where the file does not say.

        Parameters
        ----------
        tel_id : int
            The telescope.
        keys : dict of str to ndarray of int, shape (n,)
            ``obs_id`` and ``event_id`` of its images.
        """
        path = f"{_FIXED}/tel_{tel_id:03d}"
        if path in self._file:
            return self._of_run(tel_id, path, keys[schema.OBS_ID])
        if self._interpolate is None or f"{_OBSERVED}/tel_{tel_id:03d}" not in self._file:
            return {}
        times = self._triggers.find(keys)
        if times is None:
            return {}
        altitude, azimuth = self._interpolate(tel_id, times["time"])
        return {schema.POINTING_ALT: altitude.to_value("deg"), schema.POINTING_AZ: azimuth.to_value("deg")}

    def _of_run(self, tel_id: int, path: str, obs_id: np.ndarray) -> dict[str, np.ndarray]:
        from ctapipe.io import read_table

        if tel_id not in self._fixed:
            table = read_table(self._file, path)
            order = np.argsort(np.asarray(table[schema.OBS_ID]), kind="stable")
            self._fixed[tel_id] = {schema.OBS_ID: np.asarray(table[schema.OBS_ID])[order]} | {
                name: table[name].quantity.to_value("deg")[order] for name in (schema.POINTING_ALT, schema.POINTING_AZ)
            }
        known = self._fixed[tel_id]
        row = np.searchsorted(known[schema.OBS_ID], obs_id).clip(max=len(known[schema.OBS_ID]) - 1)
        missing = known[schema.OBS_ID][row] != obs_id
        return {name: np.where(missing, np.nan, known[name][row]) for name in (schema.POINTING_ALT, schema.POINTING_AZ)}


def mean_altitude(file: "tables.File") -> float | None:
    """Give the mean altitude (deg) of the first telescope whose pointing a DL1 file holds; None if it holds none.

    Parameters
    ----------
    file : tables.File
        Open for reading.
    """
    from ctapipe.io import read_table

    for group, column in ((_FIXED, schema.POINTING_ALT), (_OBSERVED, "altitude")):
        if group in file:
            for table in file.iter_nodes(group, "Table"):
                values = read_table(file, table._v_pathname)[column].quantity.to_value("deg")
                if np.isfinite(values).any():
                    return float(np.nanmean(values))
    return None
