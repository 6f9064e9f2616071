"""DL2 files that predict makes of real showers, once per module that asks."""

import numpy as np
import pytest
import tables

from iactflow.data import schema
from iactflow.data.camera import Camera
from iactflow.predict.chunk import ArrayEvents, Chunk


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


@pytest.fixture
def chunk(sst1m_store, tmp_path):
    """Three array events: of both telescopes, of the second alone, of none."""
    camera = Camera.read(sst1m_store)
    events = ArrayEvents(
        np.array([7, 7, 7], np.uint64),
        np.array([10, 11, 12], np.uint64),
        np.ones(3, bool),
        np.array([[True, True], [False, True], [False, False]]),
        np.array([5, 6]),
    )
    columns = {
        schema.OBS_ID: np.array([7, 7, 7]),
        schema.EVENT_ID: np.array([10, 10, 11]),
        schema.SHOWER_ID: np.array([10, 10, 11]),
        schema.PRIMARY: np.full(3, schema.NO_PRIMARY),
        schema.TEL_ID: np.array([5, 6, 6]),
        schema.INTENSITY: np.array([100.0, 300.0, np.nan]),
        **{name: np.zeros((3, camera.n_pixels)) for name in schema.PIXELS},
    }
    return Chunk(tmp_path, camera, events, columns, np.ones(3, bool))
