"""The way of the image into a kind cluster, with programs that only write down how they were called."""

import shutil
import subprocess
from pathlib import Path

import pytest

from iactflow import __version__

ROOT = Path(__file__).parents[2]
IMAGE = f"docker.io/iactflow/iactflow-python:{__version__}-cpu"


@pytest.fixture
def here(tmp_path):
    """A folder with the script, and beside it programs that note their arguments."""
    (tmp_path / "docker").mkdir()
    shutil.copy(ROOT / "docker" / "kind.sh", tmp_path / "docker")
    (tmp_path / "src" / "iactflow").mkdir(parents=True)
    shutil.copy(ROOT / "src" / "iactflow" / "__init__.py", tmp_path / "src" / "iactflow")
    (tmp_path / "bin").mkdir()
    for name, does in {
        "kind": '[ "$1" != get ] || echo "$CLUSTERS"',
        "kubectl": "",
        "helm": "",
        "podman": 'echo layers > "$5"',
        "images.sh": "",
    }.items():
        path = tmp_path / ("docker" if name == "images.sh" else "bin") / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/calls"\n{does}\n')
        path.chmod(0o755)
    return tmp_path


def call(here, *arguments, **variables):
    environment = {"PATH": f"{here}/bin:/usr/bin:/bin", "BUILDER": "podman", "CLUSTERS": "", **variables}
    command = ["/bin/bash", here / "docker" / "kind.sh", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    calls = (here / "calls").read_text().splitlines() if (here / "calls").exists() else []
    return done, calls


def test_a_cluster_is_made_once_and_gets_the_cpu_image(here):
    done, calls = call(here)
    assert done.returncode == 0, done.stderr
    assert calls[1:3] == ["kind create cluster --name kind --wait 3m", "images.sh cpu"]
    assert calls[3].startswith("podman image save --quiet --output /")
    assert calls[3].endswith(IMAGE)
    archive = calls[3].split("--output ")[1].split()[0]
    assert calls[4] == f"kind load image-archive {archive} --name kind"
    assert "next: make deploy" in done.stdout


def test_a_cluster_that_is_there_is_kept(here):
    _, calls = call(here, "mine", CLUSTERS="other\nmine")
    assert not any("create" in line for line in calls)
    assert calls[-1].endswith("--name mine")


def test_what_is_missing_is_named(here):
    (here / "bin" / "kind").unlink()
    done, calls = call(here)
    assert done.returncode == 1
    assert "kind must be installed" in done.stderr
    assert not calls


def test_an_image_that_nobody_has_is_missed(here):
    (here / "bin" / "podman").write_text("#!/bin/sh\nexit 125\n")
    done, calls = call(here)
    assert done.returncode == 1
    assert f"none of podman has {IMAGE} to hand over" in done.stderr
    assert not any("load" in line for line in calls)
