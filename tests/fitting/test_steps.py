"""Shares of a batch, and a fit on two devices beside the same one on one."""

import json
import subprocess
import sys

import numpy as np
import pytest

from iactflow.fitting.steps import share_out

FIT = """
import json, sys
import tensorflow as tf

devices, store, out, settings = int(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
from pathlib import Path
from iactflow.data.select import Selection
from iactflow.models.bundle import Bundle
from iactflow.models.config import HexNet, Model, Windowing
from iactflow.train.config import Train
from iactflow.train.run import run

model = Model(
    name="hexnet",
    window=Windowing(side=12, augment=False),
    hexnet=HexNet(widths=[8, 8], blocks=[0, 0], hidden=[8], batch_norm=settings.pop("batch_norm", False)),
)
config = Train(**{"epochs": 3, "batch_size": 20, **settings})
run(["energy", "cameradirection"], Selection(), model, config, [Path(store)], Path(out), instrument="x")
print(json.dumps(Bundle.load(out).info["history"]))
"""


#: 75 images are trained on: in batches of 27 or 20 a share of the last one has to be filled up. With 70, none has.
CASES = {
    "as it is": {"batch_size": 27},
    "clipped": {"optimizer": "sgd", "gradient_clip": 0.1, "learning_rate": 0.1},
    "normalised": {"batch_norm": True, "data_fraction": 0.7},
}


@pytest.mark.parametrize("settings", CASES.values(), ids=CASES)
def test_two_devices_give_the_losses_of_one(settings, sst1m_store, tmp_path):
    histories = []
    for devices in (1, 2):
        out = tmp_path / f"on {devices}"
        argv = [sys.executable, "-c", FIT, str(devices), str(sst1m_store), str(out), json.dumps(settings)]
        done = subprocess.run(argv, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        histories.append(json.loads(done.stdout.splitlines()[-1]))
    for key in ("loss", "val_loss"):
        np.testing.assert_allclose(histories[1][key], histories[0][key], rtol=1e-4)


@pytest.mark.parametrize(("n", "n_shares"), [(8, 2), (7, 2), (1, 3), (10, 4)])
def test_the_losses_of_shares_sum_up_to_that_of_the_batch(n, n_shares):
    rng = np.random.default_rng(n)
    value, weight = rng.random(n).astype(np.float32), rng.random(n).astype(np.float32)
    shares = share_out({"image": value[:, None]}, {"energy": value[:, None]}, {"energy": weight}, n_shares=n_shares)
    assert len({len(pixels["image"]) for pixels, _, _ in shares}) == 1
    parts = [np.mean(weights["energy"] * labels["energy"][:, 0]) for _, labels, weights in shares]
    assert len(parts) == n_shares
    assert sum(parts) == pytest.approx(np.mean(weight * value), rel=1e-5)
