import numpy as np
import pytest

from iactflow.errors import ConfigError, InputError
from iactflow.fitting.checkpoint import Checkpoint
from iactflow.fitting.state import FitState
from iactflow.models.backend import keras

WORK = {"train": {"epochs": 3, "seed": 1}, "data": ["abc"]}


@pytest.fixture
def saved(tmp_path):
    checkpoint = Checkpoint(tmp_path, WORK)
    state = FitState(epoch=1, batch=7, loss_sum=2.5, images=99, best_epoch=1, run_id="r", best_weights=[np.eye(2)])
    state.history["loss"].append(0.25)
    checkpoint.save(state, [keras.Variable([1.0, 2.0]), keras.Variable(3, dtype="int32")])
    return checkpoint


def test_a_state_comes_back_whole(saved):
    variables = [keras.Variable([0.0, 0.0]), keras.Variable(0, dtype="int32")]
    state = saved.restore(variables)
    assert (state.epoch, state.batch, state.loss_sum, state.images, state.run_id) == (1, 7, 2.5, 99, "r")
    assert state.history["loss"] == [0.25]
    np.testing.assert_array_equal(state.best_weights[0], np.eye(2))
    np.testing.assert_array_equal(variables[0].numpy(), [1, 2])
    assert int(variables[1].numpy()) == 3


def test_only_one_complete_file_is_there(saved):
    assert [file.name for file in saved.path.parent.iterdir()] == ["checkpoint.npz"]


def test_the_same_work_is_recognised_and_other_work_named(saved, tmp_path):
    Checkpoint(tmp_path, WORK).require_same_work()
    other = Checkpoint(tmp_path, {"train": {"epochs": 4, "seed": 1}, "data": ["xyz"]})
    with pytest.raises(ConfigError, match=r"data was \['abc'\], is \['xyz'\]; train\.epochs was 3, is 4"):
        other.require_same_work()


def test_a_damaged_checkpoint_and_another_network_are_refused(saved):
    with pytest.raises(InputError, match="does not fit the network"):
        saved.restore([keras.Variable([0.0, 0.0])])
    saved.path.write_bytes(saved.path.read_bytes()[:100])
    with pytest.raises(InputError, match="cannot be read"):
        saved.require_same_work()
