import json
import shutil

import astropy.units as u
import numpy as np
import pyarrow as pa
import pytest

from iactflow.data.camera import Camera
from iactflow.data.describe import verify_parts
from iactflow.data.store import MANIFEST, Store
from iactflow.errors import ConfigError, InputError


@pytest.fixture
def copy(sst1m_store, tmp_path):
    return shutil.copytree(sst1m_store, tmp_path / "copy")


def test_rows_carry_the_simulated_truth(sst1m_store):
    store = Store(sst1m_store)
    first = {name: store.column(name)[0] for name in ("obs_id", "event_id", "tel_id", "shower_id", "true_energy")}
    assert first == pytest.approx(
        {"obs_id": 102, "event_id": 301, "tel_id": 29, "shower_id": 3, "true_energy": 0.36441147}
    )
    assert store.column("true_core_x")[0] == pytest.approx(-270.239044)
    assert store.column("true_impact_distance")[0] == pytest.approx(194.222469)
    assert store.column("true_alt")[0] == pytest.approx(70.0, abs=1e-4)
    assert store.column("telescope_pointing_altitude")[0] == pytest.approx(70.0, abs=1e-4)


def test_pixels_and_masks_come_in_the_asked_order(sst1m_store):
    store = Store(sst1m_store)
    rows = np.array([100, 3, 57, 3])
    images = store.pixels("image", rows)
    assert images.dtype == np.float32
    for place, row in enumerate(rows):
        assert (images[place] == store.pixels("image", np.array([row]))[0]).all()
    masks, intensity = store.masks(np.arange(len(store))), store.column("hillas_intensity")
    charge = (store.pixels("image", np.arange(len(store))) * masks).sum(axis=1)
    known = np.isfinite(intensity)
    assert charge[known] == pytest.approx(intensity[known], rel=1e-5)


def test_a_second_store_is_read_after_the_first(sst1m_store, copy):
    alone, both = Store(sst1m_store), Store([sst1m_store, copy])
    assert len(both) == 2 * len(alone)
    row = np.array([5])
    assert (both.pixels("image", row + len(alone)) == alone.pixels("image", row)).all()
    assert both.hash != alone.hash


def test_telescopes_of_the_same_number_have_the_focal_length_of_their_own_array(sst1m_store, copy):
    camera = Camera.read(copy)
    camera.telescopes["equivalent_focal_length"] = 7.0 * u.m
    camera.write(copy)
    both = Store([sst1m_store, copy])
    n = len(both) // 2
    here, there = both.focal_lengths(np.arange(n)), both.focal_lengths(np.arange(n, 2 * n))
    assert here == pytest.approx(5.6, abs=0.01)
    assert there == pytest.approx(7.0)


def test_parts_open_with_arrow_alone_and_carry_units(sst1m_store):
    [part] = sst1m_store.glob("part-*.arrow")
    schema = pa.ipc.open_file(part).schema
    assert schema.field("true_energy").metadata[b"unit"] == b"TeV"
    assert schema.field("image").metadata[b"unit"] == b"pe"
    assert schema.field("hillas_length").metadata[b"unit"] == b"deg"


def test_stores_of_different_cameras_are_refused(sst1m_store, flashcam_store):
    with pytest.raises(ConfigError, match="FlashCam"):
        Store([sst1m_store, flashcam_store])


def test_missing_folder_and_folder_that_is_no_store(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Store(tmp_path / "absent")
    with pytest.raises(InputError, match="is no store"):
        Store(tmp_path)


def test_missing_part_is_named(copy):
    [part] = copy.glob("part-*.arrow")
    part.unlink()
    with pytest.raises(InputError, match=f"{part.name} is missing"):
        Store(copy)


def test_truncated_part_is_named(copy):
    [part] = copy.glob("part-*.arrow")
    size = part.stat().st_size
    part.write_bytes(part.read_bytes()[: size // 2])
    with pytest.raises(InputError, match=f"{part.name} has {size // 2} bytes instead of {size}"):
        Store(copy)


def test_part_with_garbage_of_the_right_size_is_named(copy):
    [part] = copy.glob("part-*.arrow")
    part.write_bytes(bytes(part.stat().st_size))
    with pytest.raises(InputError, match=f"{part.name} is damaged"):
        Store(copy)


def test_other_format_version_is_refused(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(InputError, match="store format 99; this version reads format 1"):
        Store(copy)


def test_manifest_that_is_no_json_is_refused(copy):
    (copy / MANIFEST).write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        Store(copy)


def test_interrupted_ingest_is_not_trained_on(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {"pending": ["run103.simtel.zst"]}))
    with pytest.raises(InputError, match=r"not complete.*run103\.simtel\.zst"):
        Store(copy)


def test_a_changed_pixel_is_found_by_verifying(copy):
    assert verify_parts(Store(copy)) == 1
    [part] = copy.glob("part-*.arrow")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    with pytest.raises(InputError, match=r"was changed after it was written"):
        verify_parts(Store(copy))


def test_truth_is_asked_for(sst1m_store):
    Store(sst1m_store).require_truth("training")
