"""DL2 tables in ctapipe's layout: made once, filled portion by portion."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from iactflow.data import schema
from iactflow.predict.chunk import ArrayEvents, Chunk
from iactflow.predict.combine import Combined
from iactflow.predict.estimate import Estimate, Statistics

if TYPE_CHECKING:
    import tables
    from astropy.table import Table

TELESCOPE, SUBARRAY = "/dl2/event/telescope", "/dl2/event/subarray"
STATISTICS = "/dl2/service/tel_event_statistics"

#: Level of ctapipe's compression; its own, 5, takes 2.6 times as long for 28 % less.
_COMPRESSION = 1

#: Column of ours beside ctapipe's: an estimate of an event unlike those that the model was trained on.
OUTSIDE = "outside_range"


class Kind(NamedTuple):
    """Where the estimates of a task are written: group, ctapipe's container, ending of the algorithm's name."""

    group: str
    container: str
    ending: str


#: As CTLearn names its algorithms: with the prefix ``CTLearn`` the names are the same.
KINDS = {
    "type": Kind("particle_type", "ParticleClassificationContainer", "Classifier"),
    "energy": Kind("energy", "ReconstructedEnergyContainer", "Regressor"),
    "cameradirection": Kind("geometry", "ReconstructedGeometryContainer", "CameraReconstructor"),
    "skydirection": Kind("geometry", "ReconstructedGeometryContainer", "SkyReconstructor"),
}


def algorithm(task: str, prefix: str) -> str:
    """Name the algorithm of a task in table paths and columns."""
    return f"{prefix}{KINDS[task].ending}"


class Dl2Tables:
    """The tables of one file.

    Parameters
    ----------
    file : tables.File
        Open for writing; the triggers are in it.
    tasks : mapping of str to bool
        What is estimated, and whether of array events alone, by a model of several telescopes.
    prefix : str
        Beginning of the algorithms' names.
    tel_ids : ndarray of int, shape (n,)
        Telescopes that estimates are of.
    places : ndarray of int, shape (n,)
        Their places in the subarray.
    n_telescopes : int
        Telescopes of the subarray.
    keys : mapping of str to numpy.dtype
        Types of ``obs_id`` and ``event_id`` in the file.
    n_events : int
        Array events to expect.
    """

    def __init__(
        self,
        file: "tables.File",
        tasks: Mapping[str, bool],
        prefix: str,
        tel_ids: np.ndarray,
        places: np.ndarray,
        n_telescopes: int,
        keys: Mapping[str, Any],
        n_events: int,
    ) -> None:
        self._file, self._prefix, self._tel_ids, self._places = file, prefix, tel_ids, places
        self._tables: dict[tuple[str, int | None], tuple[Any, np.ndarray]] = {}
        for task, stereo_alone in tasks.items():
            kind, name = KINDS[task], algorithm(task, prefix)
            rows = {column: np.zeros(1, kind_of) for column, kind_of in keys.items()}
            stereo = {f"{name}_telescopes": np.zeros((1, n_telescopes), bool)}
            path = f"{SUBARRAY}/{kind.group}/{name}"
            self._tables[task, None] = self._create(path, _template(rows, kind, name, "", stereo), n_events)
            if stereo_alone:
                continue
            rows[schema.TEL_ID] = np.zeros(1, np.uint16)
            template = _template(rows, kind, name, "_tel", {})
            path = f"{TELESCOPE}/{kind.group}/{name}"
            first, row = self._create(f"{path}/tel_{tel_ids[0]:03d}", template, n_events)
            self._tables[task, int(tel_ids[0])] = first, row
            for tel_id in tel_ids[1:]:  # copying takes a fifth of the time
                table = first.copy(path, f"tel_{tel_id:03d}", expectedrows=n_events, overwrite=True)
                self._tables[task, int(tel_id)] = table, row

    def _create(self, path: str, template: "Table", n_rows: int) -> tuple[Any, np.ndarray]:
        """Make an empty table of the template's columns; give it with the template's row."""
        from ctapipe.io import write_table

        if path in self._file:
            self._file.remove_node(path)
        write_table(template, self._file, path)
        small, row = self._file.get_node(path), template.as_array()
        parent, name = path.rsplit("/", 1)
        # ctapipe lays a table out for as many rows as it is first given, here one
        layout = {"expectedrows": n_rows, "filters": small.filters.copy(complevel=_COMPRESSION)}
        table = small.copy(parent, f"{name}_", stop=0, copyuserattrs=True, **layout)
        small.remove()
        table.rename(name)
        return table, row

    def write(self, task: str, chunk: Chunk, estimate: Estimate | None, combined: Combined) -> None:
        """Add the rows of a portion, for its telescopes if there are estimates of them, and for its array events."""
        events, name = chunk.events, algorithm(task, self._prefix)
        if estimate is not None:
            self._write_telescopes(task, chunk, estimate)
        used = np.zeros((len(events), self._tables[task, None][1][f"{name}_telescopes"].shape[1]), bool)
        used[:, self._places] = combined.telescopes
        values = combined.values | {"is_valid": combined.is_valid, OUTSIDE: combined.outside_range, "telescopes": used}
        rows = {f"{name}_{column}": numbers for column, numbers in values.items()}
        self._append((task, None), rows | _key(events, np.arange(len(events))))

    def _write_telescopes(self, task: str, chunk: Chunk, estimate: Estimate) -> None:
        name = algorithm(task, self._prefix)
        for place, tel_id in enumerate(self._tel_ids):
            mine = chunk.telescope == place
            if not mine.any():
                continue
            flags = {"is_valid": estimate.is_valid[mine], OUTSIDE: estimate.outside_range[mine]}
            values = {column: numbers[mine] for column, numbers in estimate.values.items()} | flags
            rows = {f"{name}_tel_{column}": numbers for column, numbers in values.items()}
            rows |= _key(chunk.events, chunk.event[mine]) | {schema.TEL_ID: np.full(int(mine.sum()), tel_id)}
            self._append((task, int(tel_id)), rows)

    def _append(self, which: tuple[str, int | None], columns: Mapping[str, np.ndarray]) -> None:
        table, template = self._tables[which]
        rows = np.repeat(template, len(columns[schema.EVENT_ID]))
        for name, values in columns.items():
            rows[name] = values
        table.append(rows)

    def write_statistics(self, tasks: Iterable[str], statistics: Statistics) -> None:
        """Write how many images passed each condition, as ctapipe does for its reconstructors."""
        from astropy.table import Table
        from ctapipe.io import write_table

        names = list(statistics.counts)
        table = Table(
            {
                "criteria": names,
                "counts": np.array(list(statistics.counts.values()), np.int64),
                "cumulative_counts": np.array(list(statistics.cumulative.values()), np.int64),
                "func": names,
            }
        )
        for task in tasks:
            write_table(table, self._file, f"{STATISTICS}/{algorithm(task, self._prefix)}", overwrite=True)


def _key(events: ArrayEvents, index: np.ndarray) -> dict[str, np.ndarray]:
    return {schema.OBS_ID: events.obs_id[index], schema.EVENT_ID: events.event_id[index]}


def _template(
    keys: Mapping[str, np.ndarray], kind: Kind, name: str, infix: str, more: Mapping[str, np.ndarray]
) -> "Table":
    """Make one row with the defaults of ctapipe's container, its descriptions and units."""
    from astropy.table import Column, Table
    from ctapipe import containers
    from ctapipe.reco.utils import add_defaults_and_meta

    table = Table({**keys, **more})
    table[schema.OBS_ID].description = "Number of the observation or simulation run"
    table[schema.EVENT_ID].description = "Number of the array event in its run"
    add_defaults_and_meta(table, getattr(containers, kind.container), name, add_tel_prefix=bool(infix))
    table[f"{name}{infix}_{OUTSIDE}"] = Column(
        np.zeros(1, bool), description="Unlike the events that the model was trained on (zenith angle or intensity)"
    )
    return table
