"""A training of two processes that TF_CONFIG names, beside the same one of a single process."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from iactflow.models.bundle import Bundle

CONFIG = Path(__file__).parents[2] / "pipelines/configs/full.yaml"
SETTINGS = [
    "task=[energy,cameradirection]",
    "instrument=from-data",
    "train.batch_size=20",
    "model.window.side=12",
    "model.window.augment=false",
    "model.hexnet.widths=[8,8]",
    "model.hexnet.blocks=[0,0]",
    "model.hexnet.hidden=[8]",
    "model.hexnet.batch_norm=false",
]


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def python(*arguments, number=None, ports=()):
    """Start Python; with ports as one of several processes."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    environment.pop("TF_CONFIG", None)
    if ports:
        cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
        environment["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": number}})
    command = [sys.executable, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def start(store, out, epochs, number=None, ports=()):
    """Start a training; with ports as one of several processes."""
    command = ["-c", "from iactflow.cli import main; main()", "train", str(CONFIG)]
    for setting in (*SETTINGS, f"train.epochs={epochs}"):
        command += ["--set", setting]
    return python(*command, "--data", str(store), "--out", str(out), number=number, ports=ports)


def finish(*processes):
    said = [process.communicate(timeout=600)[1] for process in processes]
    for process, text in zip(processes, said, strict=True):
        assert process.returncode == 0, text[-3000:]
    return said


def test_two_processes_give_the_losses_of_one(sst1m_store, tmp_path):
    """Their folders are different ones, as on nodes without a common disk: only the first writes."""
    finish(start(sst1m_store, tmp_path / "one", 3))
    ports = free_ports(2)
    pair = [start(sst1m_store, tmp_path / f"two {number}", 3, number, ports) for number in range(2)]
    said = finish(*pair)
    assert "process 1 of 2" in said[0]
    assert "number 2 of 2 is done" in said[1]
    assert not (tmp_path / "two 1").exists()
    alone, together = (Bundle.load(tmp_path / name) for name in ("one", "two 0"))
    for key in ("loss", "val_loss", "val_energy", "val_cameradirection"):
        np.testing.assert_allclose(together.info["history"][key], alone.info["history"][key], rtol=1e-4)
    assert together.info["cost"]["train_images"] == alone.info["cost"]["train_images"]


def test_what_the_first_refuses_ends_all(sst1m_store, tmp_path):
    """Only the first looks at its folder; the others would wait for it."""
    (tmp_path / "notes.txt").write_text("mine")
    ports = free_ports(2)
    pair = [start(sst1m_store, tmp_path, 3, number, ports) for number in range(2)]
    said = [process.communicate(timeout=300)[1] for process in pair]
    assert [process.returncode for process in pair] == [2, 2], "\n".join(text[-1500:] for text in said)
    assert "is no training in progress" in said[0]
    assert "The first of the 2 processes says: " in said[1]
    assert "is no training in progress" in said[1]


def test_sigterm_ends_a_process_that_does_not_fit_yet():
    """TensorFlow's strategy of several processes would keep the signal to itself."""
    ports = free_ports(2)
    script = "import time; from iactflow.fitting.device import make_strategy; make_strategy(); print(); time.sleep(60)"
    pair = [python("-c", script, number=number, ports=ports) for number in range(2)]
    assert [process.stdout.readline() for process in pair] == ["\n", "\n"]
    for process in pair:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert [process.returncode for process in pair] == [-signal.SIGTERM] * 2


@pytest.mark.parametrize("victim", [0, 1])
def test_when_one_process_dies_the_other_says_so_and_both_go_on_from_the_checkpoint(sst1m_store, tmp_path, victim):
    out, ports = tmp_path / "model", free_ports(2)
    pair = [start(sst1m_store, out, 400, number, ports) for number in range(2)]
    for line in pair[0].stderr:
        if line.startswith("epoch 3 of"):
            break
    pair[victim].send_signal(signal.SIGKILL)
    other = pair[1 - victim]
    said = other.communicate(timeout=300)[1]
    pair[victim].communicate()
    assert other.returncode == 1, said[-3000:]
    assert "Another of the 2 processes of this training ended or cannot be reached" in said
    assert "Start the same command in all of them again" in said

    ports = free_ports(2)
    pair = [start(sst1m_store, out, 400, number, ports) for number in range(2)]
    for line in pair[0].stderr:
        if "going on from the checkpoint in epoch" in line:
            break
    else:
        pytest.fail("it began anew")
    for line in pair[0].stderr:  # both are in it once an epoch is over
        if line.startswith("epoch "):
            break
    pair[1].send_signal(signal.SIGTERM)  # one of them is asked to end: both do, with a checkpoint
    said = [process.communicate(timeout=300)[1] for process in pair]
    assert [process.returncode for process in pair] == [1, 1], "\n".join(text[-1500:] for text in said)
    assert all("Stopped by SIGTERM in epoch" in text for text in said)
