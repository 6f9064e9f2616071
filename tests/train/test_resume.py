"""A training that is killed and started again by the same command."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from iactflow.data.select import Selection
from iactflow.errors import ConfigError, IactflowError
from iactflow.models.bundle import Bundle
from iactflow.models.config import Mapping, Model
from iactflow.recipe import Recipe
from iactflow.train.config import Train
from iactflow.train.run import run

EPOCHS = 20
SETTINGS = [f"train.epochs={EPOCHS}", "train.batch_size=8", "model.mapping.interpolation_image_shape=24"]
CONFIG = Path(__file__).parents[2] / "pipelines/configs/energy.yaml"


def command(store, out):
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    program = Path(sys.executable).with_name("iactflow")
    return [str(program), "train", str(CONFIG), "--data", str(store), "--out", str(out), *settings]


@pytest.fixture(scope="module")
def killed(sst1m_store, tmp_path_factory):
    """The folder of a training that was killed with SIGKILL after its first epochs, and that refused a second one."""
    out = tmp_path_factory.mktemp("killed") / "model"
    with subprocess.Popen(command(sst1m_store, out), stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("epoch 3 "):
                with pytest.raises(IactflowError, match="Another training is writing to"):
                    train(sst1m_store, out)
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    return out


def test_what_is_left_is_recognisably_unfinished_and_goes_on_to_the_undisturbed_result(killed, sst1m_store, tmp_path):
    assert sorted(entry.name for entry in killed.iterdir()) == ["checkpoint"]
    again = subprocess.run(command(sst1m_store, killed), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "going on from the checkpoint" in again.stderr
    assert "epoch 2 of" not in again.stderr
    assert again.stdout.splitlines()[-1] == str(killed)
    undisturbed = tmp_path / "model"
    recipe = Recipe.read(CONFIG, SETTINGS)
    run(["energy"], recipe.data.select, recipe.model, recipe.train, [sst1m_store], undisturbed, instrument="sst1m-mono")
    one, other = Bundle.load(killed), Bundle.load(undisturbed)
    for a, b in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        assert (a == b).all()
    assert one.info["history"]["loss"] == other.info["history"]["loss"]
    assert one.info["history"]["epoch"] == list(range(1, EPOCHS + 1))
    assert one.info["stores"] == other.info["stores"]
    assert not (killed / "checkpoint").exists()


@pytest.fixture
def interrupted(sst1m_store, tmp_path, monkeypatch):
    """The folder of a training that stopped when its bundle was about to be written."""
    from iactflow.train import publish

    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish, "publish", stop)
        with pytest.raises(KeyboardInterrupt):
            train(sst1m_store, tmp_path / "model")
    return tmp_path / "model"


def train(store, out, *, overwrite=False, **settings):
    config = Train(**{"epochs": 1, "batch_size": 16, **settings})
    model = Model(mapping=Mapping(interpolation_image_shape=24))
    return run(["energy"], Selection(), model, config, [store], out, instrument="from-data", overwrite=overwrite)


def test_a_training_with_other_settings_is_not_gone_on_with(interrupted, sst1m_store):
    with pytest.raises(ConfigError, match=r"train\.learning_rate was 0\.001, is 0\.01"):
        train(sst1m_store, interrupted, learning_rate=0.01)
    assert (interrupted / "checkpoint").exists()
    train(sst1m_store, interrupted, learning_rate=0.01, overwrite=True)
    assert Bundle.load(interrupted).info["config"]["train"]["learning_rate"] == 0.01


def test_a_training_on_other_data_is_not_gone_on_with(interrupted, flashcam_store):
    with pytest.raises(ConfigError, match=r"camera was .*, is .*data was"):
        train(flashcam_store, interrupted)


def test_the_run_in_mlflow_goes_on_too(interrupted, sst1m_store):
    import numpy as np

    with np.load(interrupted / "checkpoint" / "checkpoint.npz") as file:
        run_id = json.loads(file["header"].tobytes())["state"]["run_id"]
    info = Bundle.load(train(sst1m_store, interrupted).path).info
    assert info["mlflow"]["run_id"] == run_id
