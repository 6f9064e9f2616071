"""The README's commands for a cluster, called through make as people call them, against the stand-in."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"
SUNDAYS = "0 0 3 * * 0"
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def make(kubeflow, tmp_path):
    """Call make in an empty folder with this interpreter's iactflow instead of building an environment."""
    command = tmp_path / "iactflow"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from iactflow.cli import main; main()" "$@"\n')
    command.chmod(0o755)

    def call(*words):
        whole = ["make", "-f", str(MAKEFILE), "--silent", "--assume-old=.venv/.installed", f"IACTFLOW={command}"]
        done = subprocess.run([*whole, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return call


def test_submit_schedule_status_and_unschedule(make, kubeflow):
    code, told = make("submit", "PIPELINE=energy")
    assert code == 0, told
    (run,) = kubeflow.runs
    assert told.splitlines()[-1].endswith(f"/#/runs/details/{run}")
    for name in ("pipeline", "experiment", "image", "configuration", "cache", "run"):
        assert re.search(f"^{name}:", told, re.MULTILINE), name

    code, told = make("schedule", "PIPELINE=energy", f"CRON={SUNDAYS}")
    assert code == 0, told
    assert f"{SUNDAYS} (new)" in told
    code, told = make("schedule", "PIPELINE=energy", "CRON=0 30 4 * * 0")
    assert "0 30 4 * * 0 (changed)" in told
    (schedule,) = kubeflow.schedules.values()
    assert schedule["trigger"]["cron_schedule"]["cron"] == "0 30 4 * * 0"

    code, told = make("status", "PIPELINE=energy")
    assert code == 0, told
    assert "schedule: 0 30 4 * * 0 (enable)" in told
    assert "0.00 GPU h" in told

    code, told = make("unschedule", "PIPELINE=energy")
    assert told.splitlines()[-1] == "removed: 0 30 4 * * 0"
    assert not kubeflow.schedules


def test_variables_of_make_reach_the_run(make, kubeflow):
    code, told = make("submit", "CACHE=off", "SET=train.epochs=3 train.batch_size=32", "PARAMETERS=epochs=2")
    assert code == 0, told
    (run,) = kubeflow.runs.values()
    given = run["runtime_config"]["parameters"]
    assert given == {"settings": ["train.epochs=3", "train.batch_size=32"], "epochs": 2}
    assert "cache:          off" in told


def test_an_unknown_pipeline_fails_with_the_known_ones(make, kubeflow):
    code, told = make("submit", "PIPELINE=energies")
    assert code == 2
    assert "energy" in told.split("Received")[0]
    assert not kubeflow.runs


def test_a_schedule_without_cron_says_what_is_missing(make, kubeflow):
    code, told = make("schedule", "PIPELINE=energy")
    assert code == 2
    assert "CRON" in told
    assert not kubeflow.requests
