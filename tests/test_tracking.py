import subprocess
import sys

import pytest
from mlflow import MlflowClient

from iactflow.tracking import Tracker, default_tracking_uri, flat


@pytest.fixture
def client(tmp_path, monkeypatch):
    uri = f"sqlite:///{tmp_path / 'db' / 'mlflow.db'}"
    (tmp_path / "db").mkdir()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    return MlflowClient(uri)


def runs(client):
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    return client.search_runs(experiments)


def test_a_run_holds_parameters_metrics_by_step_tags_and_files(client, tmp_path):
    tracker = Tracker("train model", {"task": "energy"})
    tracker.params({"train": {"epochs": 2, "seed": 1}})
    tracker.metrics({"loss": 0.5, "val_loss": None}, step=1)
    tracker.metrics({"loss": 0.25, "val_loss": 0.3}, step=2)
    (tmp_path / "model.json").write_text("{}")
    tracker.artifact(tmp_path / "model.json")
    tracker.finish()
    (run,) = runs(client)
    assert run.info.run_id == tracker.run_id
    assert run.info.status == "FINISHED"
    assert run.data.params == {"train.epochs": "2", "train.seed": "1"}
    assert run.data.tags["task"] == "energy"
    assert [(metric.step, metric.value) for metric in client.get_metric_history(tracker.run_id, "loss")] == [
        (1, 0.5),
        (2, 0.25),
    ]
    assert [metric.step for metric in client.get_metric_history(tracker.run_id, "val_loss")] == [2]
    assert [file.path for file in client.list_artifacts(tracker.run_id)] == ["model.json"]
    assert (tmp_path / "db" / "mlflow-artifacts").is_dir()


def test_an_injected_run_is_adopted_and_left_open(client, monkeypatch):
    injected = client.create_run(client.create_experiment("pipeline")).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", injected)
    tracker = Tracker("train", {})
    tracker.metrics({"loss": 1.0}, step=1)
    tracker.finish()
    (run,) = runs(client)  # no second run for the same work
    assert run.info.run_id == injected
    assert run.info.status == "RUNNING"
    assert run.data.metrics == {"loss": 1.0}


def test_an_interrupted_run_goes_on(client):
    first = Tracker("train", {})
    first.finish(failed=True)
    again = Tracker("train", {}, first.run_id)
    assert again.run_id == first.run_id
    assert client.get_run(first.run_id).info.status == "RUNNING"
    assert len(runs(client)) == 1


def test_a_run_of_another_database_is_replaced(client):
    tracker = Tracker("train", {}, run_id="0123456789abcdef0123456789abcdef")
    assert tracker.active
    assert [run.info.run_id for run in runs(client)] == [tracker.run_id]


def test_work_goes_on_without_mlflow_and_says_so_once(monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracker = Tracker("train", {"task": "energy"})
    tracker.params({"a": 1})
    tracker.metrics({"loss": 1.0}, step=1)
    tracker.finish()
    assert not tracker.active
    assert tracker.describe()["run_id"] is None
    assert capsys.readouterr().err.count("warning: MLflow at http://127.0.0.1:9 cannot be used") == 1


def test_the_local_database_lies_in_the_runs_folder(tmp_path):
    assert default_tracking_uri(tmp_path) == f"sqlite:///{tmp_path / 'mlflow.db'}"


def test_nested_settings_get_dotted_names():
    assert flat({"a": {"b": {"c": 1}}, "d": [1, 2]}) == {"a.b.c": 1, "d": [1, 2]}


def test_importing_the_package_and_its_commands_brings_neither_tensorflow_nor_mlflow():
    code = (
        "import sys, importlib, iactflow, iactflow.recipe, iactflow.tracking, iactflow.cli.train\n"
        "heavy = {'tensorflow', 'keras', 'mlflow', 'ctapipe', 'kfp', 'plotly'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
