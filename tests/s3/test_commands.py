"""Commands whose inputs and outputs lie in a real MinIO server; nothing of them knows, and nothing shows the keys."""

import json
import os
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from minio_server import BUCKET

from iactflow.cli import main
from iactflow.cli.common import out_option, overwrite_option, verb
from iactflow.cli.places import READ
from iactflow.s3 import client

ROOT = f"s3://{BUCKET}"
CONFIG = """task: energy
instrument: from-data
model: {name: ctlearn.SingleCNN}
train: {epochs: 1, batch_size: 16}
"""


@pytest.fixture
def call(minio, tmp_path, monkeypatch):
    """Call a command; gives its exit code and all that it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        result = CliRunner().invoke(main, list(words))
        assert minio.secret not in result.output
        return result.exit_code, result.output

    return run


def test_a_store_is_made_of_objects_grows_and_is_looked_at(minio, call, sst1m_simtel):
    minio.put("raw/run102.simtel.zst", sst1m_simtel.read_bytes())
    first = ("ingest", "--input", f"{ROOT}/raw/*.zst", "--out", f"{ROOT}/stores/all", "--images-only")
    code, output = call(*first)
    assert (code, output.splitlines()[-1]) == (0, f"{ROOT}/stores/all")
    before = minio.objects()
    assert json.loads(before["stores/all/store.json"])["counts"]
    parts = {name for name in before if name.endswith(".arrow")}
    code, _ = call(*first)  # the same input twice adds nothing
    assert code == 0
    assert {name for name in minio.objects() if name.endswith(".arrow")} == parts
    code, output = call("store", "info", f"{ROOT}/stores/all", "--verify")
    assert code == 0
    assert "129" in output
    assert "1 parts are as they were written" in output


def test_dry_run_reads_the_experiment_alone(minio, call):
    minio.put("energy.yaml", CONFIG.encode())
    code, output = call("train", f"{ROOT}/energy.yaml", "--data", f"{ROOT}/absent", "--out", f"{ROOT}/m", "--dry-run")
    assert (code, "epochs: 1" in output) == (0, True)
    assert set(minio.objects()) == {"energy.yaml"}


def test_what_is_there_is_refused_before_any_work(minio, call):
    minio.put("irf.fits", b"old")
    code, output = call("irf", "--dl2", "absent.h5", "--out", f"{ROOT}/irf.fits")
    assert (code, "exists already" in output) == (2, True)
    code, output = call("irf", "--dl2", "absent.h5", "--out", "s3://absent/irf.fits")
    assert (code, "no bucket absent" in output) == (2, True)
    code, output = call("run", "energy", "--out", f"{ROOT}/runs")
    assert (code, "must be a path on this machine" in output) == (2, True)


@pytest.fixture
def copy():
    """A command that copies a file, and how often it did."""
    worked = []

    @out_option("FILE", "Where to.")
    @click.option("--data", required=True, type=READ, help="What.")
    @overwrite_option
    @verb
    def copy_command(data, out, overwrite, dry_run):
        """Copy a file."""
        worked.append(data)
        shutil.copyfile(data, out)
        return out

    return copy_command, worked


def test_a_file_that_cannot_be_sent_is_kept_and_sent_by_the_same_command(minio, copy, tmp_path, monkeypatch):
    command, worked = copy
    source = tmp_path / "file.bin"
    source.write_bytes(os.urandom(1 << 20))
    words = ["--data", str(source), "--out", f"{ROOT}/out/file.bin"]
    monkeypatch.setattr(client, "TRIES", 3)
    monkeypatch.setattr(client, "OBJECT_TRIES", 2)
    minio.link.when_up = (300_000, minio.kill)
    failed = CliRunner().invoke(command, words)
    assert (failed.exit_code, "the same command sends it" in failed.output) == (1, True)
    minio.start()
    assert minio.objects() == {}
    done = CliRunner().invoke(command, words)
    assert (done.exit_code, "only sent now" in done.output) == (0, True)
    assert done.stdout.splitlines()[-1] == f"{ROOT}/out/file.bin"
    assert minio.objects() == {"out/file.bin": source.read_bytes()}
    assert len(worked) == 1
    assert not list(Path(os.environ["IACTFLOW_CACHE"]).glob("s3/outgoing/*"))


def test_work_that_failed_leaves_nothing_behind(minio, copy, tmp_path):
    command, _ = copy
    words = ["--data", str(tmp_path / "absent"), "--out", f"{ROOT}/file.bin"]
    assert CliRunner().invoke(command, words).exit_code == 1
    assert minio.objects() == {}
    assert not list(Path(os.environ["IACTFLOW_CACHE"]).glob("s3/outgoing/*"))


def test_other_inputs_are_other_work_and_outputs_are_replaced_on_request_alone(minio, copy, tmp_path):
    command, worked = copy
    source = tmp_path / "file.bin"
    source.write_bytes(b"first")
    words = ["--data", str(source), "--out", f"{ROOT}/file.bin"]
    assert CliRunner().invoke(command, words).exit_code == 0
    source.write_bytes(b"second")
    refused = CliRunner().invoke(command, words)
    assert (refused.exit_code, "add --overwrite" in refused.output) == (2, True)
    assert minio.objects() == {"file.bin": b"first"}
    assert CliRunner().invoke(command, [*words, "--overwrite"]).exit_code == 0
    assert minio.objects() == {"file.bin": b"second"}
    assert len(worked) == 2


def test_predictions_by_a_model_from_a_bucket_are_resumed_file_by_file(
    minio, call, energy_model, few_telescopes, as_run, tmp_path
):
    from iactflow.s3.write import send

    send(energy_model, f"{ROOT}/models/energy")
    for run in (1, 2):
        minio.put(f"night/{run}.dl1.h5", as_run(few_telescopes, tmp_path / "one.h5", run).read_bytes())
    words = ("predict", "--model", f"{ROOT}/models/energy", "--input", f"{ROOT}/night/*.h5", "--out", f"{ROOT}/dl2")
    code, output = call(*words)
    assert (code, output.splitlines()[-1]) == (0, f"{ROOT}/dl2")
    made = {name: content for name, content in minio.objects().items() if name.startswith("dl2/")}
    assert set(made) == {"dl2/1.dl2.h5", "dl2/2.dl2.h5"}
    minio.client().remove_object(BUCKET, "dl2/2.dl2.h5")
    code, output = call(*words)
    assert code == 0
    assert output.count("is finished already") == 1
    assert minio.objects()["dl2/1.dl2.h5"] == made["dl2/1.dl2.h5"]
    assert "dl2/2.dl2.h5" in minio.objects()


def test_training_to_report_shows_no_secret_anywhere(minio, call, sst1m_store, tmp_path, monkeypatch, capfd):
    from iactflow.s3.write import send

    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    send(sst1m_store, f"{ROOT}/stores/gamma")
    minio.put("energy.yaml", CONFIG.encode())
    store, model, result = f"{ROOT}/stores/gamma", f"{ROOT}/models/energy", f"{ROOT}/results/energy"
    for words in (
        ("train", f"{ROOT}/energy.yaml", "--data", store, "--out", model),
        ("evaluate", "--model", model, "--data", store, "--out", result, "--set", "evaluate.bootstrap=20"),
        ("report", "--result", result, "--out", f"{ROOT}/report.html"),
        ("evaluate", "--model", f"{ROOT}/absent", "--data", store, "--out", f"{ROOT}/other", "--verbose"),
    ):
        code, output = call(*words)
        assert code == 0 or words[-1] == "--verbose", output
    objects = minio.objects()
    assert objects["report.html"].startswith(b"<!doctype html>")
    made = json.loads(objects["results/energy/result.json"])
    text = json.dumps(made)
    assert f"evaluate --model {model} --data {store} --out {result}" in text
    assert "s3/folders" not in text
    assert json.loads(objects["models/energy/model.json"])["stores"][0]["path"] == store
    secret = minio.secret.encode()
    printed = "".join(capfd.readouterr()).encode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "mlflow.db" in files
    for content in (printed, *objects.values(), *(path.read_bytes() for path in files)):
        assert secret not in content
