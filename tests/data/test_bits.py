import numpy as np
import pytest

from iactflow.data.bits import unpack_rows


@pytest.mark.parametrize("width", [8, 13, 1296, 1764])
@pytest.mark.parametrize("offset", [0, 5])
def test_rows_come_back_in_the_order_asked_for_wherever_they_begin_in_a_byte(width, offset):
    table = np.random.default_rng(3).random((9, width)) < 0.3
    packed = np.packbits(np.concatenate([np.ones(offset, bool), table.ravel()]), bitorder="little")
    rows = np.array([8, 0, 3, 3, 7])
    np.testing.assert_array_equal(unpack_rows(packed, rows, width, offset), table[rows])
