"""DL2 files of simulated showers as one table of events per primary, with what was thrown to have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import astropy.units as u
import numpy as np

from iactflow.data import schema
from iactflow.data.unseen import noted_share
from iactflow.errors import ConfigError, InputError
from iactflow.ingest.blocks import USES_PER_SHOWER
from iactflow.irf.config import Irf

if TYPE_CHECKING:
    from astropy.table import QTable, Table
    from ctapipe.io import TableLoader
    from pyirf.simulations import SimulatedEventsInfo

#: Array events that are read together.
_CHUNK = 100_000
#: What is thrown alike in all runs of a primary; the numbers of showers are added up.
_THROWN = (
    "spectral_index",
    "energy_range_min",
    "energy_range_max",
    "max_scatter_range",
    "min_viewcone_radius",
    "max_viewcone_radius",
)
#: Groups of subarray estimates with what an algorithm's column is called, and the name of ours.
_ESTIMATES = {
    "particle_type": {"prediction": "gh_score"},
    "energy": {"energy": "reco_energy"},
    "geometry": {"alt": "reco_alt", "az": "reco_az"},
}
#: Taken where a file has several algorithms of a group and the configuration names none.
_PREFERRED = "SkyReconstructor"


@dataclass(frozen=True)
class Showers:
    """The events of one primary.

    Attributes
    ----------
    primary : str
        Its name.
    events : astropy.table.QTable
        Array events with estimates of type, energy and direction: pyirf's columns, ``shower_id`` in its run, and
        ``shower`` (its number, from 0).
    thrown : SimulatedEventsInfo
        All showers that were thrown, uses counted, in both parts together.
    zenith : float
        Of the pointing, in deg.
    unseen : dict of float or None
        By the path of each file: the share of the showers that no model behind it learnt from, if it says it.
    arrays : set of str
        Names of the arrays of telescopes.
    """

    primary: str
    events: "QTable"
    thrown: "SimulatedEventsInfo"
    zenith: float
    unseen: dict[Path, float | None]
    arrays: set[str]

    @property
    def paths(self) -> list[Path]:
        """The files."""
        return list(self.unseen)

    @property
    def is_diffuse(self) -> bool:
        """Whether directions were thrown in a cone."""
        return bool(self.thrown.viewcone_max > 0 * u.deg)


def read_showers(paths: Sequence[Path], config: Irf) -> dict[str, Showers]:
    """Read DL2 files of any primaries.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The files, each of one primary.
    config : Irf
        Names of the algorithms, least number of telescopes.

    Returns
    -------
    dict of Showers
        By the name of the primary.

    Raises
    ------
    InputError
        If a file has no simulation or no estimates of one kind, or the files of a primary were thrown differently.
    ConfigError
        If a file has several algorithms and none is chosen.
    """
    from astropy.table import vstack

    read: dict[str, list[_File]] = {}
    for path in paths:
        file = _read(Path(path), config)
        read.setdefault(file.primary, []).append(file)
    found = {}
    for primary, files in read.items():
        runs = vstack([file.runs for file in files], metadata_conflicts="silent")
        events = vstack([file.events for file in files], metadata_conflicts="silent")
        run, shower = (np.asarray(events[name]) for name in ("obs_id", "shower_id"))
        events["shower"] = np.unique(np.stack([run, shower]), axis=1, return_inverse=True)[1].reshape(-1)
        unseen = {file.path: file.unseen for file in files}
        zenith = 90 - float(np.mean(runs["min_alt"].quantity.to_value("deg")))
        found[primary] = Showers(
            primary, events, _thrown(runs, list(unseen)), zenith, unseen, {file.array for file in files}
        )
    return found


class _File(NamedTuple):
    """What is in a file: its primary, its events with estimates, its runs; what it says of models and array."""

    path: Path
    primary: str
    events: "QTable"
    runs: "Table"
    unseen: float | None
    array: str


def _read(path: Path, config: Irf) -> _File:
    from astropy.table import QTable, vstack
    from ctapipe.io import TableLoader
    from tables import HDF5ExtError, NodeError

    if not path.exists():
        raise InputError(f"{path} does not exist. Check the path given to --dl2.")
    try:
        loader = TableLoader(path, focal_length_choice="EQUIVALENT")
    except (OSError, ValueError, KeyError, HDF5ExtError, NodeError) as error:
        raise InputError(f"{path} is no DL2 file of ctapipe: {error}. Make one with: iactflow predict") from error
    with loader:
        runs, unseen, array = _runs(loader, path), noted_share(loader.h5file), str(loader.subarray.name)
        algorithms = {group: _algorithm(loader, group, getattr(config, group), path) for group in _ESTIMATES}
        pieces, primaries = [], set()
        for piece in loader.read_subarray_events_chunked(_CHUNK, dl2=True, simulated=True, observation_info=False):
            primaries |= set(np.unique(piece.data[schema.PRIMARY]).tolist())
            pieces.append(_events(piece.data, algorithms, runs, config))
    if len(primaries) != 1 or (code := primaries.pop()) not in schema.PRIMARY_NAMES:
        raise InputError(f"{path} must hold the showers of one known primary. Received: {sorted(primaries)} as codes.")
    events = vstack(pieces, metadata_conflicts="silent") if pieces else QTable()
    return _File(path, schema.PRIMARY_NAMES[code], events, runs, unseen, array)


def _runs(loader: "TableLoader", path: Path) -> "Table":
    from tables import NodeError

    try:
        runs = loader.read_simulation_configuration()
    except NodeError as error:
        raise InputError(
            f"{path} has no /configuration/simulation/run: it is observed, and only simulated showers have known "
            "energies and a known number. Give DL2 files of simulated gammas and protons."
        ) from error
    runs.sort("obs_id")
    return runs


def _algorithm(loader: "TableLoader", group: str, chosen: str | None, path: Path) -> str:
    """Find the algorithm of a group of subarray tables."""
    where = f"/dl2/event/subarray/{group}"
    names = sorted(loader.h5file.get_node(where)._v_children) if where in loader.h5file else []
    if chosen is not None and chosen in names:
        return chosen
    if chosen is None and len(names) == 1:
        return str(names[0])
    preferred = [name for name in names if name.endswith(_PREFERRED)]
    if chosen is None and len(preferred) == 1:
        return str(preferred[0])
    told = ", ".join(names) or "none"
    if chosen is None and not names:
        raise InputError(
            f"{path} holds no estimates of {group}: an instrument response takes type, energy and direction. Give "
            "predict models of all three."
        )
    raise ConfigError(f"irf.{group} must name one of the algorithms in {path}: {told}. Received: {chosen}.")


def _events(table: "Table", algorithms: dict[str, str], runs: "Table", config: Irf) -> "QTable":
    """Take the events with all estimates, in pyirf's columns."""
    from astropy.coordinates import angular_separation
    from astropy.table import QTable

    counts = [np.asarray(table[f"{name}_telescopes"]).sum(axis=1) for name in algorithms.values()]
    keep = np.min(counts, axis=0) >= config.multiplicity_min
    for name in algorithms.values():
        keep &= np.asarray(table[f"{name}_is_valid"])
    table = table[keep]
    events = QTable({"obs_id": np.asarray(table["obs_id"], np.int64)})
    events["shower_id"] = np.asarray(table["event_id"], np.int64) // USES_PER_SHOWER
    events["true_energy"] = table["true_energy"].quantity.to(u.TeV)
    for name in ("true_alt", "true_az"):
        events[name] = table[name].quantity.to(u.deg)
    for group, columns in _ESTIMATES.items():
        for column, name in columns.items():
            values = table[f"{algorithms[group]}_{column}"]
            unit = {"reco_energy": u.TeV, "reco_alt": u.deg, "reco_az": u.deg}.get(name)
            events[name] = np.asarray(values) if unit is None else values.quantity.to(unit)
    events["multiplicity"] = np.min(counts, axis=0)[keep]
    row = np.searchsorted(np.asarray(runs["obs_id"]), events["obs_id"])
    for name, column in (("pointing_alt", "min_alt"), ("pointing_az", "min_az")):
        events[name] = runs[column].quantity.to(u.deg)[row]

    def apart(first: str, second: str) -> Any:
        places = (events[f"{which}_{axis}"] for which in (first, second) for axis in ("az", "alt"))
        return angular_separation(*places).to(u.deg)

    events["theta"] = apart("true", "reco")
    events["true_source_fov_offset"] = apart("true", "pointing")
    events["reco_source_fov_offset"] = apart("reco", "pointing")
    return events


def _thrown(runs: "Table", paths: Sequence[Path]) -> "SimulatedEventsInfo":
    """Add up what was thrown, which must be alike in all runs."""
    from pyirf.simulations import SimulatedEventsInfo

    for name in _THROWN:
        values = np.unique(np.asarray(runs[name], float))
        if len(values) > 1:
            told = " ".join(map(str, paths))
            raise InputError(f"{told}: {name} must be the same in all runs of a primary. Received: {values.tolist()}.")
    first = runs[0]
    quantity = {name: runs[name].quantity[0] for name in _THROWN[1:]}
    return SimulatedEventsInfo(
        n_showers=float(np.sum(np.asarray(runs["n_showers"], float) * np.asarray(runs["shower_reuse"], float))),
        energy_min=quantity["energy_range_min"],
        energy_max=quantity["energy_range_max"],
        max_impact=quantity["max_scatter_range"],
        spectral_index=float(first["spectral_index"]),
        viewcone_min=quantity["min_viewcone_radius"],
        viewcone_max=quantity["max_viewcone_radius"],
    )
