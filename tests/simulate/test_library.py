import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from iactflow.errors import InputError
from iactflow.simulate import library
from iactflow.simulate.particles import PI_MINUS, PI_PLUS, PROTON


@pytest.fixture(scope="module")
def tables():
    return library.load()


def test_free_paths_are_published_ones(tables):
    # Proton-air production cross section near 1 TeV: 285 to 300 mb (PDG 2022 cosmic rays, figure 30.7, extrapolated
    # accelerator data), 81 to 86 g/cm2; pions and kaons go farther.
    at_1_tev = [np.interp(np.log(1e3), tables.log_section, row) for row in tables.free_path]
    assert at_1_tev[0] == pytest.approx(84, abs=4)
    assert at_1_tev[0] < at_1_tev[1] < at_1_tev[2]
    assert np.all(np.diff(tables.free_path, axis=1) < 0)


def test_interactions_conserve_energy():
    kept = np.array(json.loads(library.library_path().with_suffix(".json").read_text())["energy_kept"])
    assert kept[:, 7:] == pytest.approx(1.0, abs=0.008)  # Sibyll, from 100 GeV
    assert np.all((kept[:, :7] > 0.65) & (kept[:, :7] < 1.0))  # slow fragments are dropped


def test_a_proton_keeps_about_half_its_energy_and_makes_pions_of_all_charges(tables):
    i = int(np.argmin(np.abs(tables.log_energy - np.log(1e3))))
    first, last = tables.groups[0, i]
    sample = tables.particles[tables.first[first] : tables.first[last]]
    events = np.repeat(np.arange(last - first), np.diff(tables.first[first : last + 1]))
    leading = np.zeros(last - first)
    np.maximum.at(leading, events, np.where(sample[:, 0] >= PROTON, sample[:, 1], 0))
    # Inelasticity of proton-air collisions near 1 TeV: 0.5 to 0.6 (Frichter, Gaisser, Stanev, PRD 56 (1997) 3135).
    assert 0.35 < leading.mean() / np.exp(tables.log_energy[i]) < 0.55
    plus, minus = (np.sum(sample[:, 0] == kind) for kind in (PI_PLUS, PI_MINUS))
    assert 0.7 < minus / plus < 1.05


def test_a_damaged_library_is_refused(tables, tmp_path, monkeypatch):
    path = tmp_path / "hadronic-1.npz"
    path.write_bytes(b"damaged")
    path.with_suffix(".json").write_text('{"sha256": "0"}')
    monkeypatch.setattr(library, "library_path", lambda: path)
    with pytest.raises(InputError, match="Delete both"):
        library.load.__wrapped__()


#: Loads a library of one interaction, whose sampling notes that it began and ends when the file "go" is there.
_LOAD = """
import os, sys, time
from pathlib import Path
import numpy as np
from iactflow.simulate import hadronic, library
folder = Path(sys.argv[1])
def sample(seed):
    (folder / f"began-{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    return {
        "particles": np.array([[4, 1000, 0, os.getpid()]], np.float32), "first": np.array([0, 1]),
        "groups": np.zeros((3, 21, 2), np.int64), "energies": np.geomspace(2, 1e6, 21),
        "cross_sections": np.full((3, 14), 300.0), "balance": np.ones((3, 21)),
    }
hadronic.sample = sample
print(int(library.load().particles[0, 3]))
"""


def _wait_for(condition):
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("a minute went by")


def test_of_two_processes_one_builds_and_the_other_waits_for_it(tmp_path):
    script, words = tmp_path / "load.py", tmp_path / "words"
    script.write_text(_LOAD)
    command = [sys.executable, str(script), str(tmp_path)]
    environment = {**os.environ, "IACTFLOW_CACHE": str(tmp_path / "cache"), "IACTFLOW_SHIPPED": ""}
    with words.open("w") as errors:
        options = {"env": environment, "stdout": subprocess.PIPE, "stderr": errors, "text": True}
        with subprocess.Popen(command, **options) as first, subprocess.Popen(command, **options) as second:
            _wait_for(lambda: list(tmp_path.glob("began-*")) and "Waiting for another process" in words.read_text())
            (tmp_path / "go").touch()
            read = [process.communicate()[0].strip() for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    [began] = tmp_path.glob("began-*")
    assert read == [began.name.removeprefix("began-")] * 2
    left = {path.name for path in (tmp_path / "cache").glob("*hadronic*")}
    assert left == {"hadronic-1.npz", "hadronic-1.json", "hadronic-1.lock"}
