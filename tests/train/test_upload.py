"""A training while MLflow is away, and the server's return: a real server, started late."""

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from mlflow import MlflowClient

from iactflow.cli import main
from iactflow.data.select import Selection
from iactflow.models.config import Model
from iactflow.tracking import OUTBOX
from iactflow.train.config import Train
from iactflow.train.run import run

sys.path.append(str(Path(__file__).parents[1] / "cluster"))
from real_servers import free_port, process

EPOCHS = 2


@pytest.fixture(scope="module")
def address():
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def trained(sst1m_store, address, tmp_path_factory):
    """A model that was trained while no server answered at `address`."""
    out = tmp_path_factory.mktemp("away") / "model"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", address)
        patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        config = Train(epochs=EPOCHS, batch_size=32)
        run(["energy"], Selection(), Model(), config, [sst1m_store], out, instrument="from-data")
    return out


def told(model):
    return json.loads((model / "model.json").read_text())["mlflow"]


def test_training_goes_on_and_keeps_what_it_would_have_told(trained):
    assert told(trained)["run_id"] is None
    kinds = [entry["kind"] for entry in json.loads((trained / OUTBOX).read_text())["entries"]]
    assert kinds == ["params", *["metrics"] * EPOCHS, "metrics", "artifact", "end"]


def test_upload_says_that_the_server_is_still_away_and_loses_nothing(trained, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")  # it is in the outbox
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    before = (trained / OUTBOX).read_text()
    result = CliRunner().invoke(main, ["upload", str(trained)])
    assert result.exit_code == 1
    assert "still cannot be used" in result.output
    assert json.loads((trained / OUTBOX).read_text()) == json.loads(before)


def test_a_server_that_starts_late_gets_all_of_it(trained, address, tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    host, port = address.removeprefix("http://").split(":")
    place = ["--backend-store-uri", f"sqlite:///{tmp_path / 'db'}", "--artifacts-destination", str(tmp_path / "kept")]
    command = [sys.executable, "-m", "mlflow", "server", "--host", host, "--port", port, "--workers", "1", *place]
    with process(command, dict(os.environ), f"{address}/health", tmp_path / "mlflow.log"):
        result = CliRunner().invoke(main, ["upload", str(trained)])
        assert result.exit_code == 0, result.output
        client = MlflowClient(address)
        [experiment] = [one for one in client.search_experiments() if one.name == "iactflow"]
        [found] = client.search_runs([experiment.experiment_id])
        assert found.info.status == "FINISHED"
        assert found.data.params["train.epochs"] == str(EPOCHS)
        steps = [entry.step for entry in client.get_metric_history(found.info.run_id, "loss")]
        assert steps == list(range(1, EPOCHS + 1))
        assert [file.path for file in client.list_artifacts(found.info.run_id)] == ["model.json"]
    assert told(trained)["run_id"] == found.info.run_id
    assert not (trained / OUTBOX).exists()
    again = CliRunner().invoke(main, ["upload", str(trained)])
    assert again.exit_code == 3
    assert "was told all" in again.output
