"""DL2 of the 129 real images: complete, read by ctapipe, the same whatever the portions, resumed after a kill."""

import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tables

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.data.unseen import noted_share
from iactflow.errors import ConfigError, InputError, OutputExistsError
from iactflow.models.bundle import Bundle
from iactflow.predict import read
from iactflow.predict.config import Predict
from iactflow.predict.run import run

PARTICLE, ENERGY, GEOMETRY = "iactflowClassifier", "iactflowRegressor", "iactflowCameraReconstructor"
#: Images of more than 50 p.e., which the models of these tests were trained on.
CUT = 50


@pytest.fixture(scope="module")
def models(energy_model, one_task_models, cut_at_50):
    """The models for energy, type and camera direction, with the cut that they would have from an experiment."""
    return [str(cut_at_50(path)) for path in (energy_model, *one_task_models.values())]


@pytest.fixture(scope="module")
def dl2(models, sst1m_dl1, tmp_path_factory):
    return run(models, [str(sst1m_dl1)], tmp_path_factory.mktemp("dl2") / "events.dl2.h5", config=Predict()).path


@pytest.fixture
def loader(dl2):
    from ctapipe.io import TableLoader

    with TableLoader(dl2, focal_length_choice="EQUIVALENT") as loader:
        yield loader


def of_store(table, store):
    """Rows of a store for the telescope events of a table."""
    row_of = {key: row for row, key in enumerate(zip(*(store.column(name) for name in schema.KEY), strict=True))}
    keys = zip(table["obs_id"], table["event_id"], table["tel_id"], strict=True)
    return np.array([row_of[tuple(map(int, key))] for key in keys])


def test_ctapipe_reads_every_telescope_event_and_its_estimates_are_those_of_the_models(loader, sst1m_store, models):
    table, store = loader.read_telescope_events(dl1_parameters=True), Store(sst1m_store)
    assert len(table) == 129
    rows = of_store(table, store)
    passed = store.column(schema.INTENSITY)[rows] > CUT
    assert passed.sum() == 63
    energy, kind, _ = (Bundle.load(model) for model in models)
    for column, expected in {
        f"{ENERGY}_tel_energy": energy.predict(store, rows)["energy"],
        f"{PARTICLE}_tel_prediction": kind.predict(store, rows)["gammaness"],
    }.items():
        valid = np.asarray(table[f"{column.split('_')[0]}_tel_is_valid"])
        np.testing.assert_array_equal(valid, passed)
        np.testing.assert_allclose(np.asarray(table[column])[passed], expected[passed], rtol=1e-5)
        assert np.isnan(np.asarray(table[column])[~passed]).all()
    assert str(table[f"{ENERGY}_tel_energy"].unit) == "TeV"
    assert np.nanmax(np.asarray(table["hillas_intensity"])) > CUT


def test_ctapipe_reads_every_array_event_in_the_order_of_the_triggers(loader):
    table = loader.read_subarray_events()
    assert len(table) == 31
    assert (np.asarray(table[f"{ENERGY}_is_valid"]) == np.isfinite(np.asarray(table[f"{ENERGY}_energy"]))).all()
    used = np.asarray(table[f"{ENERGY}_telescopes"])
    assert used.shape == (31, 70)
    assert used.sum() == 63
    assert (used.any(axis=1) == np.asarray(table[f"{ENERGY}_is_valid"])).all()
    telescopes = loader.read_telescope_events(dl1_parameters=True)
    for event in table[used.sum(axis=1) > 1]:
        mine = telescopes[(telescopes["event_id"] == event["event_id"]) & telescopes[f"{ENERGY}_tel_is_valid"]]
        weights = mine["hillas_intensity"]
        expected = np.average(mine[f"{ENERGY}_tel_energy"], weights=weights)
        assert event[f"{ENERGY}_energy"] == pytest.approx(expected, rel=1e-6)
        assert event[f"{PARTICLE}_prediction"] == pytest.approx(
            np.average(mine[f"{PARTICLE}_tel_prediction"], weights=weights), rel=1e-6
        )


def test_directions_lie_where_the_camera_positions_point(loader, sst1m_store, models):
    import astropy.units as u
    from astropy.coordinates import AltAz, SkyCoord
    from ctapipe.coordinates import CameraFrame

    table, store = loader.read_telescope_events(), Store(sst1m_store)
    table = table[table[f"{GEOMETRY}_tel_is_valid"]]
    rows = of_store(table, store)
    given = Bundle.load(models[2]).predict(store, rows)
    pointing = SkyCoord(
        alt=store.column(schema.POINTING_ALT)[rows] * u.deg,
        az=store.column(schema.POINTING_AZ)[rows] * u.deg,
        frame=AltAz(),
    )
    frame = CameraFrame(focal_length=5.6 * u.m, telescope_pointing=pointing)
    expected = SkyCoord(x=given["cam_x"] * u.m, y=given["cam_y"] * u.m, frame=frame).transform_to(AltAz())
    ours = SkyCoord(alt=table[f"{GEOMETRY}_tel_alt"].quantity, az=table[f"{GEOMETRY}_tel_az"].quantity, frame=AltAz())
    assert ours.separation(expected).to_value("deg").max() < 1e-4
    assert ours.separation(pointing).to_value("deg").max() > 1e-2


def test_ctapipes_event_source_reads_it(dl2):
    from ctapipe.io import EventSource

    n_valid = 0
    with EventSource(dl2, focal_length_choice="EQUIVALENT") as source:
        assert {level.name for level in source.datalevels} == {"DL1_PARAMETERS", "DL2"}
        for event in source:
            n_valid += sum(dl2.energy[ENERGY].is_valid for dl2 in event.dl2.tel.values())
            assert event.dl2.stereo.particle_type[PARTICLE].is_valid == event.dl2.stereo.energy[ENERGY].is_valid
    assert n_valid == 63


def test_ctapipe_merge_joins_two_of_them(models, few_telescopes, as_run, tmp_path):
    from ctapipe.core import run_tool
    from ctapipe.io import TableLoader
    from ctapipe.tools.merge import MergeTool

    inputs = [few_telescopes, as_run(few_telescopes, tmp_path / "b.dl1.h5", 777)]
    done = [run(models, [str(path)], tmp_path / f"{path.stem}.dl2.h5", config=Predict()) for path in inputs]
    argv = [*(str(one.path) for one in done), f"--output={tmp_path / 'both.h5'}"]
    run_tool(MergeTool(), argv=argv, cwd=tmp_path, raises=True)
    with TableLoader(tmp_path / "both.h5", focal_length_choice="EQUIVALENT") as loader:
        assert len(loader.read_subarray_events()) == 62
    with tables.open_file(str(tmp_path / "both.h5")) as file:
        rows = [table.read() for table in file.walk_nodes(f"/dl2/event/telescope/energy/{ENERGY}", "Table")]
    assert sum(map(len, rows)) == 42
    assert sum(table[f"{ENERGY}_tel_is_valid"].sum() for table in rows) == 2 * done[0].n_valid["energy"] > 0


def test_conditions_are_counted(dl2):
    with tables.open_file(str(dl2)) as file:
        rows = file.get_node(f"/dl2/service/tel_event_statistics/{ENERGY}").read()
    assert [row["criteria"].decode() for row in rows][:3] == ["TOTAL", "image of a shower", f"intensity_min: {CUT} pe"]
    assert rows["cumulative_counts"].tolist() == [129, 129, 63, 63]


def test_portions_change_nothing(dl2, models, sst1m_dl1, tmp_path, monkeypatch, read_tables, same_tables):
    monkeypatch.setattr(read, "_EVENTS", 7)
    monkeypatch.setattr(read, "_MAX_IMAGES", 11)
    other = run(models, [str(sst1m_dl1)], tmp_path / "other.h5", config=Predict()).path
    same_tables(read_tables(other), read_tables(dl2), rtol=1e-5)


def test_pedestals_and_lost_images_are_there_and_invalid(models, few_telescopes, tmp_path):
    """Of the 21 images of five telescopes, one is lost and those of an event become pedestals."""
    copy = shutil.copy(few_telescopes, tmp_path / "few.dl1.h5")
    with tables.open_file(str(copy), "a") as file:
        images = file.root.dl1.event.telescope.images
        pedestal, lost = images.tel_017.read()["event_id"][0], images.tel_033.read()["event_id"][0]
        images.tel_033.remove_rows(0, 1)
        n_pedestals = sum(int((table.read()["event_id"] == pedestal).sum()) for table in images)
        trigger = file.root.dl1.event.subarray.trigger
        content = trigger.read()
        content["event_type"][content["event_id"] == pedestal] = 2
        trigger.modify_rows(start=0, stop=trigger.nrows, rows=content)
    summary = run(models[:1], [str(copy)], tmp_path / "few.dl2.h5", config=Predict())
    assert (summary.n_events, summary.n_images) == (31, 21)
    with tables.open_file(str(summary.path)) as file:
        found = {table.name: table.read() for table in file.walk_nodes("/dl2/event/telescope", "Table")}
        counts = file.get_node(f"/dl2/service/tel_event_statistics/{ENERGY}").read()["counts"]
    assert sum(map(len, found.values())) == 21
    assert counts[:2].tolist() == [21, 21 - 1 - n_pedestals]
    rows = np.concatenate(list(found.values()))
    assert not rows[rows["event_id"] == pedestal][f"{ENERGY}_tel_is_valid"].any()
    gone = found["tel_033"]
    assert not gone[gone["event_id"] == lost][f"{ENERGY}_tel_is_valid"].any()


def test_observed_events_are_predicted(models, sst1m_dl1, tmp_path, dl2, read_tables, same_tables):
    """Upstream's tool fails on observations; without truth and simulation everything else stays the same."""
    copy = shutil.copy(sst1m_dl1, tmp_path / "observed.dl1.h5")
    with tables.open_file(str(copy), "a") as file:
        file.remove_node("/simulation", recursive=True)
        file.remove_node("/configuration/simulation", recursive=True)
    other = run(models, [str(copy)], tmp_path / "observed.dl2.h5", config=Predict()).path
    same_tables(read_tables(other), read_tables(dl2), rtol=1e-6)


def test_events_unlike_the_training_are_marked(models, sst1m_dl1, tmp_path, loader):
    import json

    copy = shutil.copytree(models[0], tmp_path / "narrow")
    info = json.loads((copy / "model.json").read_text())
    info["range_of_validity"]["intensity_pe"] = [50, 200]
    (copy / "model.json").write_text(json.dumps(info))
    summary = run([str(copy)], [str(sst1m_dl1)], tmp_path / "out.h5", config=Predict())
    bright = loader.read_telescope_events(dl1_parameters=True)["hillas_intensity"] > 200
    assert summary.n_outside == {"energy": int(bright.sum())}
    assert 0 < bright.sum() < 63


def test_keep_decides_what_of_dl1_is_there(models, few_telescopes, tmp_path):
    for keep, images, parameters in (("images", True, True), ("nothing", False, False)):
        out = run(models[:1], [str(few_telescopes)], tmp_path / f"{keep}.h5", config=Predict(keep=keep)).path
        with tables.open_file(str(out)) as file:
            assert ("/dl1/event/telescope/images" in file) == images
            assert ("/dl1/event/telescope/parameters" in file) == parameters
            assert ("DL1_IMAGES" in str(file.root._v_attrs["CTA PRODUCT DATA LEVELS"])) == images


def test_other_cameras_and_doubled_tasks_are_refused(models, sst1m_dl1, sst1m_simtel, tmp_path):
    copy = shutil.copytree(models[0], tmp_path / "other")
    text = (copy / "model.json").read_text()
    (copy / "model.json").write_text(text.replace(Bundle.load(copy).camera_hash, "0123456789abcdef"))
    out = tmp_path / "out.h5"
    with pytest.raises(ConfigError, match="was made for geometry 0123456789abcdef"):
        run([str(copy)], [str(sst1m_dl1)], out, config=Predict())
    with pytest.raises(ConfigError, match="both estimate energy"):
        run([models[0], models[0]], [str(sst1m_dl1)], out, config=Predict())
    with pytest.raises(InputError, match="predict reads ctapipe DL1 files"):
        run(models, [str(sst1m_simtel)], out, config=Predict())
    assert not out.exists()


def test_several_inputs_become_one_file(models, few_telescopes, as_run, tmp_path):
    inputs = [str(few_telescopes), str(as_run(few_telescopes, tmp_path / "b.dl1.h5", 777))]
    summary = run(models[:1], inputs, tmp_path / "one.dl2.h5", config=Predict())
    assert (summary.n_files, summary.n_events) == (2, 62)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.dl1.h5", "one.dl2.h5"]
    with tables.open_file(str(summary.path)) as file:
        assert noted_share(file) == 0.25  # the store of the model was divided 0.6, 0.15, 0.25
    with pytest.raises(OutputExistsError):
        run(models[:1], inputs, tmp_path / "one.dl2.h5", config=Predict())


def test_a_killed_run_goes_on_with_the_files_that_are_missing(models, few_telescopes, as_run, tmp_path):
    (tmp_path / "in").mkdir()
    for number in (1, 2):
        as_run(few_telescopes, tmp_path / "in" / f"{number}.dl1.h5", number)
    out = tmp_path / "out"
    words = ["predict", f"--model={models[0]}", f"--input={tmp_path / 'in'}", f"--out={out}"]
    with subprocess.Popen([sys.executable, "-c", "from iactflow.cli import main; main()", *words]) as process:
        while not (out / "1.dl2.h5").exists():
            assert process.poll() is None
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
    assert not (out / "2.dl2.h5").exists()
    before = (out / "1.dl2.h5").stat().st_mtime_ns
    summary = run(models[:1], [str(tmp_path / "in")], out, config=Predict())
    assert (summary.n_files, summary.n_skipped, summary.n_events) == (2, 1, 31)
    assert (out / "1.dl2.h5").stat().st_mtime_ns == before
    with pytest.raises(OutputExistsError, match="with other settings"):
        run(models[:1], [str(tmp_path / "in")], out, config=Predict(weights="none"))
