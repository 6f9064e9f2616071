"""Kubeflow's stand-in for the tests of this folder."""

import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "kubernetes"))

from standin import Kubeflow
from standin_http import serving


@pytest.fixture
def kubeflow(monkeypatch, tmp_path):
    """A single-user server that every command finds, and a folder of its own for what is compiled."""
    state = Kubeflow()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with serving(state) as address:
        monkeypatch.setenv("KFP_ENDPOINT", address)
        yield state


@pytest.fixture
def environment_file(tmp_path):
    """Write an environment like kind's with some of the keys of ``kubeflow:`` changed, and give its path."""
    from iactflow.cluster.environment import FOLDER

    def write(**changes):
        content = yaml.safe_load((FOLDER / "kind.yaml").read_text())
        content["kubeflow"] |= changes
        path = tmp_path / "environment.yaml"
        path.write_text(yaml.safe_dump(content))
        return str(path)

    return write
