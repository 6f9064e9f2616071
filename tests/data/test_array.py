"""Array events of real showers: which images belong together, and where their telescopes stand."""

import numpy as np
import pytest

from iactflow.data import schema
from iactflow.data.array import (
    ABSENT,
    by_telescope,
    gather_events,
    group_events,
    images_of,
    leaders,
    telescope_places,
)
from iactflow.data.feeder import Feeder, gather
from iactflow.data.store import Store


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store(sst1m_store)


def test_every_image_is_in_the_one_event_that_it_belongs_to(store):
    groups = group_events(store, np.arange(129), least=1, most=70)
    assert len(groups) == 31  # array events of the file
    assert sorted(images_of(groups)) == list(range(129))
    for name in (schema.OBS_ID, schema.EVENT_ID):
        values = store.column(name)
        for group in groups:
            assert len(np.unique(values[images_of(group)])) == 1
    assert len(np.unique(store.column(schema.EVENT_ID)[leaders(groups)])) == 31


def test_images_come_by_falling_charge_and_the_faintest_are_left_out(store):
    every = group_events(store, np.arange(129), least=1, most=70)
    charge = np.nan_to_num(store.column(schema.INTENSITY))
    for group in every:
        assert (np.diff(charge[images_of(group)]) <= 0).all()
    few = group_events(store, np.arange(129), least=1, most=2)
    np.testing.assert_array_equal(few, every[:, :2])


def test_events_of_too_few_images_are_left_out(store):
    lit = np.flatnonzero(store.column(schema.INTENSITY) > 50)
    images = np.unique(store.column(schema.EVENT_ID)[lit], return_counts=True)[1]
    for least in (1, 2, 4):
        groups = group_events(store, lit, least=least, most=70)
        assert len(groups) == (images >= least).sum()
        assert ((groups != ABSENT).sum(axis=1) >= least).all()
    assert group_events(store, lit[:0], least=2, most=3).shape == (0, 3)


def test_each_telescope_has_a_column_of_its_own(store):
    groups = group_events(store, np.arange(129), least=2, most=70)
    columns = by_telescope(store, groups)
    telescopes = np.sort(store.camera.telescopes["tel_id"])
    assert columns.shape == (len(groups), 70)
    event, place = np.nonzero(columns != ABSENT)
    np.testing.assert_array_equal(store.column(schema.TEL_ID)[columns[event, place]], telescopes[place])
    for group, row in zip(groups, columns, strict=True):
        assert sorted(images_of(group)) == sorted(images_of(row))


def test_telescopes_stand_where_ctapipe_has_them_in_the_tilted_frame(store):
    """x of ctapipe's TiltedGroundFrame points away from the zenith, y towards falling azimuth: both are opposite."""
    import astropy.units as u
    from astropy.coordinates import AltAz, SkyCoord
    from ctapipe.coordinates import GroundFrame, TiltedGroundFrame

    rows = np.arange(0, 129, 9)
    table = store.camera.telescopes
    number = {tel_id: row for row, tel_id in enumerate(table["tel_id"])}
    at = [number[tel_id] for tel_id in store.column(schema.TEL_ID)[rows]]
    x, y, z = (table[name].quantity[at] for name in ("pos_x", "pos_y", "pos_z"))
    pointing = SkyCoord(
        alt=store.column(schema.POINTING_ALT)[rows[0]] * u.deg,
        az=store.column(schema.POINTING_AZ)[rows[0]] * u.deg,
        frame=AltAz(),
    )
    tilted = SkyCoord(x=x, y=y, z=z, frame=GroundFrame()).transform_to(TiltedGroundFrame(pointing_direction=pointing))
    expected = -np.stack([tilted.x.to_value("m"), tilted.y.to_value("m")], axis=1)
    np.testing.assert_allclose(telescope_places(store, rows), expected, atol=1e-3)


def test_what_is_read_of_an_event_is_what_is_read_of_its_images(store):
    groups = group_events(store, np.arange(129), least=2, most=5)[:6]
    seen = groups != ABSENT
    assert seen.any()
    assert not seen.all()
    columns = [*schema.PIXELS, "present", "place", "pointing"]
    read = gather(store, groups, columns)
    single = gather(store, groups[seen], schema.PIXELS)
    for name, values in single.items():
        assert read[name].dtype == values.dtype
        np.testing.assert_array_equal(read[name][seen], values)
        assert not read[name][~seen].any()
    np.testing.assert_array_equal(read["present"], seen)
    places = telescope_places(store, groups[seen])
    first = read["place"][0][seen[0]]
    np.testing.assert_allclose(first - first[0], (places - places[0])[: seen[0].sum()], atol=1e-3)
    np.testing.assert_allclose((read["place"] * seen[..., None]).sum(axis=1), 0, atol=1e-2)
    assert not read["pointing"].any()  # all telescopes of the file point at the same place


def test_telescopes_that_point_elsewhere_say_so(store, monkeypatch):
    groups = group_events(store, np.arange(129), least=2, most=2)[:3]
    column = store.column
    monkeypatch.setattr(
        store,
        "column",
        lambda name: column(name) + (np.isin(np.arange(129), groups[:, 1]) if name == schema.POINTING_ALT else 0),
    )
    offset = gather_events(store, groups, ["pointing"])["pointing"]
    np.testing.assert_allclose(offset[:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(offset[:, 1], [[1.0, 0.0]] * 3, atol=1e-4)  # one degree higher is x of the camera


def test_batches_of_events_keep_the_images_of_an_event_together(store):
    groups = group_events(store, np.arange(129), least=2, most=4)
    labels = {"energy": store.column(schema.TRUE_ENERGY)[leaders(groups)].astype("f4")[:, None]}
    batches = list(Feeder(store, groups, [*schema.PIXELS, "present"], labels, batch_size=8, seed=3).epoch())
    assert sum(map(len, batches)) == len(groups)
    for batch in batches:
        np.testing.assert_array_equal(batch.pixels["present"], batch.rows != ABSENT)
        np.testing.assert_allclose(
            batch.labels["energy"][:, 0], store.column(schema.TRUE_ENERGY)[batch.rows[:, 0]], rtol=1e-6
        )


def test_runs_of_two_stores_that_are_numbered_alike_are_not_put_together(sst1m_store, tmp_path):
    import shutil

    other = shutil.copytree(sst1m_store, tmp_path / "other")
    table = (other / "telescopes.ecsv").read_text()
    both = Store([sst1m_store, other])
    groups = group_events(both, np.arange(258), least=1, most=70)
    assert len(groups) == 62
    assert all(len(np.unique(images_of(group) // 129)) == 1 for group in groups)
    from iactflow.data.camera import Camera

    moved = Camera.read(other)
    moved.telescopes["pos_x"].data[:] += 1000
    moved.write(other)
    assert (other / "telescopes.ecsv").read_text() != table
    places = Store([sst1m_store, other]).positions(np.array([3, 132]))
    np.testing.assert_allclose(places[1] - places[0], [1000, 0, 0], atol=1e-3)
