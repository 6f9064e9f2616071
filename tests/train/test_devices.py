"""A device that fails or is gone: what is said, and that another one goes on with the work."""

import signal
import subprocess
import sys

import numpy as np
import pytest

from iactflow.errors import IactflowError
from iactflow.fitting.device import lost_device
from iactflow.models.backend import tf
from iactflow.models.bundle import Bundle

#: Trains on some virtual devices, which are all that tests can take away.
FIT = """
import sys
import tensorflow as tf

devices, store, out, epochs = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
from pathlib import Path
from iactflow.data.select import Selection
from iactflow.models.config import HexNet, Model, Windowing
from iactflow.train.config import Train
from iactflow.train.run import run

model = Model(
    name="hexnet",
    window=Windowing(side=12, augment=False),
    hexnet=HexNet(widths=[8, 8], blocks=[0, 0], hidden=[8], batch_norm=False),
)
config = Train(epochs=epochs, batch_size=20, schedule="constant")
run(["energy"], Selection(), model, config, [Path(store)], Path(out), instrument="x")
"""


def start(devices, store, out, epochs=8):
    argv = [sys.executable, "-c", FIT, str(devices), str(store), str(out), str(epochs)]
    return subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)


def test_a_training_on_two_devices_goes_on_with_one(sst1m_store, tmp_path):
    """Killed as by a machine that is gone; the losses are those of a training that nothing disturbed."""
    with start(2, sst1m_store, tmp_path / "disturbed") as process:
        for line in process.stderr:
            if line.startswith("epoch 3 of"):
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    with start(1, sst1m_store, tmp_path / "disturbed") as again:
        said = again.stderr.read()
    assert again.returncode == 0, said
    assert "going on from the checkpoint" in said
    with start(1, sst1m_store, tmp_path / "undisturbed") as process:
        process.stderr.read()
    one, other = (Bundle.load(tmp_path / name).info["history"] for name in ("disturbed", "undisturbed"))
    assert one["epoch"] == list(range(1, 9))
    np.testing.assert_allclose(one["loss"], other["loss"], rtol=1e-4)
    np.testing.assert_allclose(one["val_loss"], other["val_loss"], rtol=1e-4)


def fail():
    """Fail as TensorFlow does when a GPU stops answering; there is none here to take away."""
    raise tf.errors.InternalError(None, None, "CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure\nmore")


def test_a_device_that_fails_is_said_with_the_way_on(tmp_path):
    checkpoint = tmp_path / "checkpoint.npz"
    with pytest.raises(IactflowError, match=r"failed: CUDA_.* begins anew: there was no"), lost_device(checkpoint):
        fail()
    checkpoint.write_bytes(b"")
    with pytest.raises(IactflowError, match=r"failed: CUDA_.* command goes on from .*\.npz"), lost_device(checkpoint):
        fail()
