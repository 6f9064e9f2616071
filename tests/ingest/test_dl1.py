import json
import shutil

import numpy as np
import pytest
import tables

from iactflow.data import schema
from iactflow.data.store import MANIFEST, Store
from iactflow.errors import InputError
from iactflow.ingest.run import run


@pytest.fixture
def dl1(sst1m_dl1, tmp_path):
    return shutil.copy(sst1m_dl1, tmp_path / "copy.dl1.h5")


def change(path, work):
    with tables.open_file(str(path), "a") as file:
        work(file)


def set_pixels(file, tel_id, row, pixels, value):
    table = file.root.dl1.event.telescope.images[f"tel_{tel_id:03d}"]
    content = table.read()
    content["image"][row, pixels] = value
    content["image_mask"][row, pixels] = True
    table.modify_rows(start=0, stop=table.nrows, rows=content)


def in_order(store):
    """Row numbers by event and telescope."""
    return np.lexsort([store.column("tel_id"), store.column("event_id")])


def test_dl1_gives_the_rows_that_simtel_gives(dl1, sst1m_store, tmp_path):
    ours, theirs = Store(run([str(dl1)], tmp_path / "store").path), Store(sst1m_store)
    rows, expected = in_order(ours), in_order(theirs)
    assert len(ours) == 129
    assert ours.camera.hash == theirs.camera.hash
    for field in ours.schema:
        if field.name in schema.PIXELS or field.name.startswith("timing_"):
            continue  # ctapipe-process draws random pairs in the fit of the time gradient, one generator for all images
        values, truth = ours.column(field.name)[rows], theirs.column(field.name)[expected]
        if values.dtype.kind == "f":
            assert values == pytest.approx(truth, rel=1e-6, nan_ok=True), field.name
        else:
            assert (values == truth).all(), field.name
    for name in ("image", "peak_time"):
        assert (ours.pixels(name, rows) == theirs.pixels(name, expected)).all()
    assert (ours.masks(rows) == theirs.masks(expected)).all()


def test_parameters_that_the_file_lacks_are_computed(dl1, sst1m_store, tmp_path):
    change(dl1, lambda file: file.remove_node("/dl1/event/telescope/parameters", recursive=True))
    ours, theirs = Store(run([str(dl1)], tmp_path / "store").path), Store(sst1m_store)
    rows, expected = in_order(ours), in_order(theirs)
    for name in ("hillas_intensity", "timing_slope", "leakage_intensity_width_2", "morphology_n_islands"):
        assert ours.column(name)[rows] == pytest.approx(theirs.column(name)[expected], rel=1e-6, nan_ok=True), name
    [source] = json.loads((ours.paths[0] / MANIFEST).read_text())["sources"]
    assert source["producer"]["parameters"] == "by ingest"


def test_rows_of_other_tables_are_found_in_any_order(dl1, sst1m_store, tmp_path):
    def shuffle(file):
        for path in ("/dl1/event/telescope/parameters", "/simulation/event/telescope/impact"):
            for table in file.get_node(path):
                table.modify_rows(start=0, stop=table.nrows, rows=table.read()[::-1].copy())
        showers = file.root.simulation.event.subarray.shower
        showers.modify_rows(start=0, stop=showers.nrows, rows=showers.read()[::-1].copy())

    change(dl1, shuffle)
    ours, theirs = Store(run([str(dl1)], tmp_path / "store").path), Store(sst1m_store)
    rows, expected = in_order(ours), in_order(theirs)
    for name in ("hillas_intensity", "true_energy", "true_impact_distance"):
        assert ours.column(name)[rows] == pytest.approx(theirs.column(name)[expected], rel=1e-6, nan_ok=True), name


def test_pixels_that_are_not_finite_become_empty_and_are_counted(dl1, tmp_path, capsys):
    change(dl1, lambda file: set_pixels(file, 5, 0, [10, 11], np.nan))
    change(dl1, lambda file: set_pixels(file, 5, 1, [12], -np.inf))
    store = Store(run([str(dl1)], tmp_path / "store").path)
    rows = np.flatnonzero(store.column("tel_id") == 5)
    assert np.isfinite(store.pixels("image", np.arange(129))).all()
    assert store.pixels("image", rows[:2])[[0, 0, 1], [10, 11, 12]].tolist() == [0, 0, 0]
    assert not store.masks(rows[:2])[[0, 0, 1], [10, 11, 12]].any()
    assert "3 pixels were not finite" in capsys.readouterr().err
    assert store.manifests[0]["sources"][0]["noticed"] == {"bad_pixels": 3}


def test_image_without_a_finite_pixel_is_left_out(dl1, tmp_path, capsys):
    change(dl1, lambda file: set_pixels(file, 5, 0, slice(None), np.nan))
    assert run([str(dl1)], tmp_path / "store").n_images == 128
    assert "1 images had no finite pixel" in capsys.readouterr().err


def test_calibration_events_are_left_out(dl1, tmp_path):
    def make_pedestal(file):
        trigger = file.root.dl1.event.subarray.trigger
        content = trigger.read()
        content["event_type"][content["event_id"] == 301] = 2
        trigger.modify_rows(start=0, stop=trigger.nrows, rows=content)

    change(dl1, make_pedestal)
    store = Store(run([str(dl1)], tmp_path / "store").path)
    assert len(store) == 127  # event 301 was seen by two telescopes
    assert 301 not in store.column("event_id")


def test_observed_events_have_no_truth(dl1, tmp_path):
    def forget_truth(file):
        file.remove_node("/simulation", recursive=True)
        file.remove_node("/configuration/simulation", recursive=True)

    change(dl1, forget_truth)
    store = Store(run([str(dl1)], tmp_path / "store").path)
    assert len(store) == 129
    assert (store.column("true_shower_primary_id") == schema.NO_PRIMARY).all()
    assert np.isnan(store.column("true_energy")).all()
    assert store.parts[0].batch.column("true_energy").null_count == 129
    assert (store.column("shower_id") == store.column("event_id")).all()
    assert list(store.manifests[0]["counts"]) == ["observed"]
    with pytest.raises(InputError, match="training needs simulated ones"):
        store.require_truth("training")


def test_dl1_without_images_is_refused(dl1, tmp_path):
    change(dl1, lambda file: file.remove_node("/dl1/event/telescope/images", recursive=True))
    with pytest.raises(InputError, match=r"copy\.dl1\.h5 holds no DL1 images"):
        run([str(dl1)], tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_older_data_model_is_refused(dl1, tmp_path):
    change(dl1, lambda file: file.root._v_attrs.__setitem__("CTA PRODUCT DATA MODEL VERSION", "v5.1.0"))
    with pytest.raises(InputError, match=r"data model v5\.1\.0; v6\.0\.0 is the oldest"):
        run([str(dl1)], tmp_path / "store")


def test_hdf5_of_someone_else_is_refused(tmp_path):
    with tables.open_file(str(tmp_path / "other.h5"), "w") as file:
        file.create_array("/", "numbers", [1, 2, 3])
    with pytest.raises(InputError, match="none that ctapipe wrote"):
        run([str(tmp_path / "other.h5")], tmp_path / "store")


@pytest.mark.parametrize("share", [0.3, 0.99])
def test_truncated_hdf5_is_refused(dl1, tmp_path, share):
    content = dl1.read_bytes()
    dl1.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=r"copy\.dl1\.h5 is truncated or damaged"):
        run([str(dl1)], tmp_path / "store")


def test_events_without_shower_are_named(dl1, tmp_path):
    change(dl1, lambda file: file.root.simulation.event.subarray.shower.remove_rows(0, 3))
    with pytest.raises(InputError, match="shower lacks events that have an image"):
        run([str(dl1)], tmp_path / "store")


def test_all_images_are_counted_in_portions_of_any_size(dl1, tmp_path, monkeypatch):
    from iactflow.ingest import dl1 as reader

    with tables.open_file(str(dl1)) as file:
        assert sum(table.nrows for table in file.root.dl1.event.telescope.images) == 129
    monkeypatch.setattr(reader, "BLOCK_ROWS", 2)
    assert run([str(dl1)], tmp_path / "store").n_images == 129
