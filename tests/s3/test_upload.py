"""What MLflow was not told of a training whose model lies in a real MinIO server."""

import json

from click.testing import CliRunner
from minio_server import BUCKET
from mlflow import MlflowClient

from iactflow.cli import main
from iactflow.tracking import OUTBOX, Tracker

MODEL = f"s3://{BUCKET}/models/energy"


def test_upload_tells_what_waits_in_a_bucket_and_takes_it_away(minio, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracker = Tracker("train energy", {"task": "energy"}, outbox=tmp_path / OUTBOX)
    tracker.params({"epochs": 3})
    tracker.finish()
    minio.put(f"models/energy/{OUTBOX}", (tmp_path / OUTBOX).read_bytes())
    minio.put("models/energy/model.json", json.dumps({"name": "hexnet", "mlflow": {"run_id": None}}).encode())
    minio.put("models/energy/model.keras", b"weights")
    before = minio.objects()

    away = CliRunner().invoke(main, ["upload", MODEL])
    assert away.exit_code == 1
    assert f"{OUTBOX} in {MODEL} keeps what it was not told" in away.output
    waiting = json.loads(minio.objects()[f"models/energy/{OUTBOX}"])
    assert waiting == json.loads(before[f"models/energy/{OUTBOX}"])

    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    done = CliRunner().invoke(main, ["upload", MODEL])
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, MODEL), done.output
    after = minio.objects()
    assert set(after) == {"models/energy/model.json", "models/energy/model.keras"}
    assert after["models/energy/model.keras"] == b"weights"
    told = json.loads(after["models/energy/model.json"])
    assert told["name"] == "hexnet"
    assert MlflowClient(uri).get_run(told["mlflow"]["run_id"]).data.params == {"epochs": "3"}

    again = CliRunner().invoke(main, ["upload", MODEL])
    assert (again.exit_code, f"{MODEL} has no {OUTBOX}" in again.output) == (3, True)
