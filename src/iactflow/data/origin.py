"""Where simulated images come from, by what their store records of its sources: which program made the showers."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from iactflow.data.inputs import Kind
from iactflow.data.store import Store


class Origin(NamedTuple):
    """A way in which showers were made.

    Attributes
    ----------
    key : str
        Its name in files and of metrics.
    made : str
        How people say it, after the word showers.
    """

    key: str
    made: str


#: Kind of a source that ``iactflow simulate`` wrote straight into a store, and its name in DL1 files that it writes.
SIMULATED, ACTIVITY = "simulated", "iactflow-simulate"
#: The same of ``iactflow generate``.
GENERATED_KIND, GENERATED_ACTIVITY = "generated", "iactflow-generate"

IACTFLOW = Origin("iactflow", "simulated by iactflow")
CORSIKA_PHOTONS = Origin("corsika-iactflow", "of CORSIKA, seen by telescopes that iactflow simulates")
CORSIKA = Origin("corsika-simtelarray", "of CORSIKA and sim_telarray")
GENERATED = Origin("generated", "that a network generated")
UNSTATED = Origin("unstated", "of a simulation that its files do not name")
OBSERVED = Origin("observed", "observed")
#: All of them; `origins` gives places in this list.
ORIGINS = (IACTFLOW, CORSIKA_PHOTONS, CORSIKA, UNSTATED, OBSERVED, GENERATED)


def origin_of(source: Mapping[str, Any]) -> Origin:
    """Tell the origin of a source that a store's manifest lists.

    Notes
    -----
    Simtel files are sim_telarray's. DL1 files name the activity that wrote them, and carry the versions of CORSIKA and
    sim_telarray where these made the showers (``SimulationConfigContainer`` of ctapipe); other programs leave both
    open. ``iactflow simulate`` writes CORSIKA's version where it took the photons from CORSIKA's files.
    """
    runs = list((source.get("simulation") or {}).values())
    if source["kind"] == SIMULATED or source.get("producer", {}).get("activity") == ACTIVITY:
        photons = runs and all(run.get("corsika_version") for run in runs)
        return CORSIKA_PHOTONS if photons else IACTFLOW
    if source["kind"] == GENERATED_KIND or source.get("producer", {}).get("activity") == GENERATED_ACTIVITY:
        return GENERATED
    if source["kind"] == Kind.SIMTEL:
        return CORSIKA
    if not runs:
        return OBSERVED
    known = all(run.get("corsika_version") and run.get("simtel_version") for run in runs)
    return CORSIKA if known else UNSTATED


def origins(store: Store) -> np.ndarray:
    """Give the origin of every image of a store.

    Returns
    -------
    ndarray of int, shape (n,)
        Place in `ORIGINS`.
    """
    sources = [
        (source, entry) for manifest in store.manifests for source in manifest["sources"] for entry in source["parts"]
    ]
    codes = [ORIGINS.index(origin_of(source)) for source, _ in sources]
    return np.repeat(np.array(codes, dtype=np.int64), [entry["n_images"] for _, entry in sources])
