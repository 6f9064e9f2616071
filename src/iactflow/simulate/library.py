"""The library of hadronic interactions: built once per installation, kept with its provenance, read by the kernel."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
import time
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iactflow.cache import cache_folder
from iactflow.errors import InputError
from iactflow.simulate import hadronic
from iactflow.simulate.electromagnetic import ATOMIC_MASS

FORMAT = 1
SEED = 20230419


class HadronTables(NamedTuple):
    """What the kernel reads.

    particles : (n, 4) float32
        Particle number, total energy, px, py (GeV).
    first : (n_interactions + 1,)
        Where each interaction starts in ``particles``.
    groups : (3, n_energies, 2)
        Range of interactions by projectile (proton, pion, kaon) and energy.
    log_energy : (n_energies,)
        ln(GeV) of the projectiles.
    log_section : (n,)
        ln(GeV) at which cross sections are given.
    free_path : (3, n)
        Mean free path in air, g / cm2.
    """

    particles: NDArray[np.float32]
    first: NDArray[np.int64]
    groups: NDArray[np.int64]
    log_energy: NDArray[np.float64]
    log_section: NDArray[np.float64]
    free_path: NDArray[np.float64]


def library_path() -> Path:
    """Where the library lies: ``$IACTFLOW_CACHE`` or ``~/.cache/iactflow``."""
    return cache_folder() / f"hadronic-{FORMAT}.npz"


def build(path: Path) -> None:
    """Sample the interactions and write them, with provenance beside, complete or not at all."""
    start = time.monotonic()
    print(
        "Building the library of hadronic interactions (once per installation, one to two minutes) ...", file=sys.stderr
    )
    tables = hadronic.sample(SEED)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.stem}-{os.getpid()}.npz")
    np.savez(aside, **tables)
    try:
        chromo = version("chromo")
    except PackageNotFoundError:
        chromo = "unknown"
    provenance = {
        "format": FORMAT,
        "seed": SEED,
        "generators": {"chromo": chromo, "above 100 GeV": "Sibyll 2.3d", "below": "UrQMD 3.4"},
        "projectiles": hadronic.PROJECTILES,
        "targets": hadronic.TARGETS,
        "energies_GeV": [round(float(e), 3) for e in tables["energies"]],
        "interactions": len(tables["first"]) - 1,
        "energy_kept": np.round(tables["balance"], 4).tolist(),
        "sha256": hashlib.sha256(aside.read_bytes()).hexdigest(),
    }
    note = aside.with_suffix(".json")
    note.write_text(json.dumps(provenance, indent=1) + "\n")
    note.replace(path.with_suffix(".json"))
    aside.replace(path)
    seconds = time.monotonic() - start
    print(f"{path}: {provenance['interactions']} interactions in {seconds:.0f} s", file=sys.stderr)


def provide() -> Path:
    """Build the library where there is none. Of processes that begin together one builds, the others wait.

    Returns
    -------
    Path
        The library.
    """
    path = library_path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = "Waiting for another process that builds the library of interactions ..."
                print(message, file=sys.stderr, flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                build(path)
    return path


@lru_cache(maxsize=1)
def load() -> HadronTables:
    """Read the library, which is built where there is none.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = provide()
    expected = json.loads(path.with_suffix(".json").read_text())["sha256"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        raise InputError(
            f"{path} does not match the sha256 in {path.with_suffix('.json')}. Delete both: they come back."
        )
    with np.load(path) as tables:
        free_path = ATOMIC_MASS / (6.02214076e-4 * tables["cross_sections"])
        return HadronTables(
            tables["particles"],
            tables["first"],
            tables["groups"],
            np.log(tables["energies"]),
            np.log(hadronic.SIBYLL_ENERGIES),
            free_path,
        )
