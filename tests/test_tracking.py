import json
import subprocess
import sys

import pytest
from mlflow import MlflowClient

from iactflow.errors import InputError
from iactflow.tracking import OUTBOX, Tracker, default_tracking_uri, flat


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


@pytest.fixture
def away(tmp_path, monkeypatch):
    """A database that cannot be used, for a file lies where its folder should be; calling it brings it back."""
    folder = tmp_path / "away"
    folder.write_text("")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'mlflow.db'}")
    monkeypatch.setattr("iactflow.tracking._PAUSE_S", 0.0)
    monkeypatch.setattr("iactflow.tracking._PAUSE_FACTOR", 0.0)

    def back():
        folder.unlink()
        return MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")

    return back


def test_what_mlflow_was_not_told_is_sent_when_it_answers_again(away, tmp_path, capsys):
    tracker = Tracker("train", {"task": "energy"}, outbox=tmp_path / "outbox.json")
    tracker.params({"train": {"seed": 1}})
    tracker.metrics({"loss": 0.5}, step=1)
    first = json.loads((tmp_path / "outbox.json").read_text())["entries"][1]["time"]
    client = away()
    tracker.metrics({"loss": 0.25}, step=2)
    assert tracker.active
    assert not (tmp_path / "outbox.json").exists()
    tracker.finish()
    [run] = runs(client)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"train.seed": "1"}
    assert run.data.tags["task"] == "energy"
    told = client.get_metric_history(tracker.run_id, "loss")
    assert [(entry.step, entry.value) for entry in told] == [(1, 0.5), (2, 0.25)]
    assert told[0].timestamp == first
    said = capsys.readouterr().err
    assert said.count("cannot be used") == 1
    assert "answers again" in said


def test_the_next_attempt_at_the_work_sends_what_a_killed_one_left(away, tmp_path):
    Tracker("train", {}, outbox=tmp_path / "outbox.json").metrics({"loss": 0.5}, step=1)
    client = away()
    again = Tracker("train", {}, outbox=tmp_path / "outbox.json")
    again.metrics({"loss": 0.25}, step=2)
    [run] = runs(client)
    assert [entry.step for entry in client.get_metric_history(run.info.run_id, "loss")] == [1, 2]
    assert run.info.status == "RUNNING"


def test_an_entry_that_is_sent_twice_is_one_entry(client, tmp_path):
    """As when the process is killed between telling MLflow and forgetting the entry."""
    tracker = Tracker("train", {})
    entry = {"kind": "metrics", "values": {"loss": 0.5}, "step": 1, "time": 1_700_000_000_000}
    for _ in range(2):
        tracker._outbox.entries.append(dict(entry))
        assert tracker.contact()
    assert len(client.get_metric_history(tracker.run_id, "loss")) == 1


def test_what_mlflow_refuses_does_not_hold_up_the_rest(client, capsys):
    tracker = Tracker("train", {})
    tracker.params({"seed": 1})
    tracker.params({"seed": 2})  # a parameter cannot change
    tracker.metrics({"loss": 0.5}, step=1)
    assert client.get_run(tracker.run_id).data.metrics == {"loss": 0.5}
    assert client.get_run(tracker.run_id).data.params == {"seed": "1"}
    assert "refuses params" in capsys.readouterr().err


def test_a_run_keeps_its_number_while_the_server_is_away(monkeypatch, tmp_path):
    """Forgetting it would make a second run of the same work once the server is back."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracker = Tracker("train", {}, run_id="0123456789abcdef0123456789abcdef", outbox=tmp_path / "outbox.json")
    tracker.metrics({"loss": 0.5}, step=1)
    assert tracker.run_id == "0123456789abcdef0123456789abcdef"
    assert json.loads((tmp_path / "outbox.json").read_text())["run"]["run_id"] == tracker.run_id


def test_a_damaged_outbox_says_what_to_do(tmp_path, client):
    (tmp_path / "outbox.json").write_text("{")
    with pytest.raises(InputError, match=r"outbox.json cannot be read: .* Remove it"):
        Tracker("train", {}, outbox=tmp_path / "outbox.json")


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


def test_passwords_are_neither_told_to_mlflow_nor_printed_nor_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:hidden-value@127.0.0.1:9")
    monkeypatch.setenv("STORE_SECRET", "another-hidden-value")
    tracker = Tracker("run", {}, outbox=tmp_path / OUTBOX)
    tracker.params({"data": {"train": ["s3://another-hidden-value/x", "postgresql://me:hidden-value@db/x"]}})
    tracker.finish()
    waiting = (tmp_path / OUTBOX).read_text()
    assert "postgresql://***@db/x" in waiting
    for shown in (waiting, "".join(capsys.readouterr()), str(tracker.describe())):
        assert "hidden-value" not in shown
