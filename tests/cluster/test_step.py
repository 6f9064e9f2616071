import os
import signal
import subprocess
import sys

import pytest

from iactflow.cluster import step as steps
from iactflow.cluster.cost import visible_gpus
from iactflow.cluster.keep import kept
from iactflow.cluster.step import step
from iactflow.errors import ConfigError, IactflowError, InputError


@pytest.fixture
def last_words(tmp_path, monkeypatch):
    path = tmp_path / "termination-log"
    path.touch()
    monkeypatch.setattr(steps, "TERMINATION_LOG", path)
    return path


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ConfigError("epochs must be at least 1"), 2, "iactflow:final epochs must be at least 1"),
        (InputError("a.zst is not there"), 3, "iactflow:final a.zst is not there"),
        (IactflowError("the disk is full"), 1, "the disk is full"),
    ],
)
def test_last_words_say_whether_another_attempt_makes_sense(last_words, error, code, words):
    with pytest.raises(SystemExit) as ended, step():
        raise error
    assert ended.value.code == code
    assert last_words.read_text() == words


def test_last_words_are_cut_before_kubernetes_cuts_them(last_words):
    with pytest.raises(SystemExit), step():
        raise ConfigError("x" * 10_000)
    assert len(last_words.read_bytes()) == 4000


def test_without_kubernetes_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "TERMINATION_LOG", tmp_path / "absent")
    with pytest.raises(SystemExit), step():
        raise ConfigError("wrong")
    assert not list(tmp_path.iterdir())


def test_a_step_ends_with_the_run_that_started_it_even_if_that_is_killed():
    run = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    body = "import time\nfrom iactflow.cluster.step import step\nwith step():\n    print('at work', flush=True)\n"
    one = subprocess.Popen(
        [sys.executable, "-c", body + "    time.sleep(600)"],
        env=os.environ | {steps.RUN_PROCESS: str(run.pid)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert one.stdout.readline() == "at work\n"
    run.kill()
    assert one.wait(60) == -signal.SIGTERM
    run.wait()


def test_a_tracking_server_that_is_gone_does_not_fail_a_step(monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_RUN_ID", "0" * 32)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with step():
        pass
    assert "the cost of this step is not in MLflow" in capsys.readouterr().err


def test_gpus_are_counted_by_their_devices(tmp_path):
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / name).touch()
    assert visible_gpus(tmp_path) == 2


def test_an_output_goes_on_where_an_evicted_attempt_was(tmp_path, monkeypatch):
    monkeypatch.setenv("IACTFLOW_CHECKPOINTS", str(tmp_path / "volume"))
    monkeypatch.setenv("IACTFLOW_RUN", "run-1")
    attempt = (
        "import os, sys\nfrom pathlib import Path\nfrom iactflow.cluster.keep import kept\n"
        "with kept(Path(sys.argv[1]), 'train') as folder:\n"
        "    folder.mkdir(exist_ok=True)\n    (folder / 'checkpoint').write_text('epoch 9')\n    os._exit(137)\n"
    )
    # each pod has an output folder of its own
    evicted = subprocess.run([sys.executable, "-c", attempt, str(tmp_path / "pod-1" / "model")], check=False)
    assert evicted.returncode == 137
    assert not (tmp_path / "pod-1").exists()

    output = tmp_path / "pod-2" / "model"
    with kept(output, "train") as folder:
        assert (folder / "checkpoint").read_text() == "epoch 9"
        (folder / "model").write_text("done")
    assert (output / "model").read_text() == "done"
    assert not os.listdir(tmp_path / "volume")

    monkeypatch.setenv("IACTFLOW_RUN", "run-2")
    with kept(output, "train") as folder:
        assert not folder.exists()
        folder.mkdir()


def test_without_a_volume_the_output_is_written_in_place(tmp_path, monkeypatch):
    monkeypatch.delenv("IACTFLOW_CHECKPOINTS", raising=False)
    with kept(tmp_path / "model", "train") as folder:
        assert folder == tmp_path / "model"
