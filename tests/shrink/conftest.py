"""A small hexnet of three tasks on real showers."""

import pytest

from iactflow.data.select import Selection
from iactflow.models.config import HexNet, Model, Windowing
from iactflow.train.config import Train
from iactflow.train.run import run

TASKS = ["type", "energy", "cameradirection"]


@pytest.fixture(scope="session")
def hexnet_model(sst1m_store, proton_store, tmp_path_factory):
    """A bundle trained for two epochs on the real showers, half of them under the name of protons; do not write."""
    model = Model(name="hexnet", hexnet=HexNet(widths=[8, 12], blocks=[1, 0], hidden=[8]), window=Windowing(side=16))
    stores, out = [sst1m_store, proton_store], tmp_path_factory.mktemp("hexnet") / "model"
    return run(TASKS, Selection(), model, Train(epochs=2, batch_size=32), stores, out, instrument="from-data").path
