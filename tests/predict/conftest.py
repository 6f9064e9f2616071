"""DL2 files that predict makes of real showers, once per module that asks."""

import numpy as np
import pytest
import tables


@pytest.fixture(scope="session")
def read_tables():
    """All DL2 tables of a file, by path."""

    def read(path):
        with tables.open_file(str(path)) as file:
            return {table._v_pathname: table.read() for table in file.walk_nodes("/dl2/event", "Table")}

    return read


@pytest.fixture(scope="session")
def same_tables():
    """Assert that two sets of tables hold the same, NaN included."""

    def compare(ours, theirs, rtol=0.0):
        assert set(ours) == set(theirs)
        for path, table in ours.items():
            assert table.dtype == theirs[path].dtype, path
            for name in table.dtype.names:
                np.testing.assert_allclose(table[name], theirs[path][name], rtol=rtol, err_msg=f"{path} {name}")

    return compare
