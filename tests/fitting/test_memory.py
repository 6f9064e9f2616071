import pytest

from iactflow.errors import IactflowError
from iactflow.fitting.memory import enough_memory
from iactflow.models.backend import tf


def test_a_real_lack_of_memory_is_an_error_of_ours():
    with pytest.raises(IactflowError, match=r"train\.batch_size=64 needs more memory"), enough_memory(64):
        tf.zeros([1 << 44])  # 64 TiB


@pytest.mark.parametrize(("batch_size", "smaller"), [(64, 32), (100, 32), (3, 1), (2, 1)])
def test_the_batch_size_to_try_is_a_power_of_two(batch_size, smaller):
    with pytest.raises(IactflowError, match=rf"Try train\.batch_size={smaller}\."), enough_memory(batch_size):
        raise MemoryError


def test_a_batch_of_one_cannot_be_halved():
    with pytest.raises(IactflowError, match="smaller network"), enough_memory(1):
        raise MemoryError


def test_other_errors_pass():
    with pytest.raises(tf.errors.InvalidArgumentError), enough_memory(8):
        tf.reshape(tf.zeros([3]), [2])
