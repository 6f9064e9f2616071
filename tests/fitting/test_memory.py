import pytest

from iactflow.errors import IactflowError
from iactflow.fitting.memory import enough_memory
from iactflow.models.backend import tf


@pytest.mark.parametrize(("batch_size", "smaller"), [(64, 32), (100, 32), (3, 1), (2, 1)])
def test_a_real_lack_of_memory_names_the_batch_size_to_try(batch_size, smaller):
    told = rf"train\.batch_size={batch_size} needs .* Try train\.batch_size={smaller}\."
    with pytest.raises(IactflowError, match=told), enough_memory(batch_size):
        tf.zeros([1 << 44])  # 64 TiB


def test_a_batch_of_one_cannot_be_halved():
    with pytest.raises(IactflowError, match="smaller network"), enough_memory(1):
        raise MemoryError


def test_other_errors_pass():
    with pytest.raises(tf.errors.InvalidArgumentError), enough_memory(8):
        tf.reshape(tf.zeros([3]), [2])
