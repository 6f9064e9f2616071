import json

import numpy as np
import pytest

from iactflow.data.samples import file_sha256
from iactflow.data.store import MANIFEST, Store
from iactflow.errors import ConfigError, InputError
from iactflow.ingest.run import run


def manifest(store):
    return json.loads((store / MANIFEST).read_text())


def test_all_images_of_the_file_are_there(sst1m_store):
    found = manifest(sst1m_store)
    assert found["sources"][0]["n_images"] == 129
    assert found["sources"][0]["n_events"] == 31
    assert found["sources"][0]["lost"] is None
    showers = [split["showers"] for split in found["counts"]["gamma"].values()]
    assert sum(showers) == 11


def test_images_are_those_of_ctapipe(sst1m_simtel, sst1m_store):
    from ctapipe.calib import CameraCalibrator
    from ctapipe.io import SimTelEventSource

    store = Store(sst1m_store)
    keys = np.stack([store.column(name) for name in ("event_id", "tel_id")], axis=1)
    with SimTelEventSource(sst1m_simtel, focal_length_choice="EQUIVALENT", max_events=3) as source:
        calibrate = CameraCalibrator(source.subarray)
        for event in source:
            calibrate(event)
            for tel_id, dl1 in event.dl1.tel.items():
                row = np.flatnonzero((keys == [event.index.event_id, tel_id]).all(axis=1))
                assert store.pixels("image", row)[0] == pytest.approx(dl1.image)
                assert store.pixels("peak_time", row)[0] == pytest.approx(dl1.peak_time)


def test_shower_and_all_its_uses_stay_in_one_part(sst1m_store):
    store = Store(sst1m_store)
    shower, event, split = (store.column(name) for name in ("shower_id", "event_id", "split"))
    assert (shower == event // 100).all()
    assert all(len(set(split[shower == number])) == 1 for number in np.unique(shower))


def test_simulation_is_recorded_for_irfs(sst1m_store):
    simulation = manifest(sst1m_store)["sources"][0]["simulation"]["102"]
    assert simulation["n_showers"] == 20
    assert simulation["shower_reuse"] == 10
    assert simulation["spectral_index"] == -2.0
    assert simulation["energy_range_max"] == {"unit": "TeV", "value": 330.0}
    assert simulation["max_scatter_range"] == {"unit": "m", "value": 2000.0}


def test_manifest_says_nothing_of_place_and_time(sst1m_store, sst1m_simtel):
    text = (sst1m_store / MANIFEST).read_text()
    assert str(sst1m_simtel.parent) not in text
    assert file_sha256(sst1m_simtel) in text


def test_truncated_file_keeps_complete_events_and_says_what_is_lost(flashcam_store, flashcam_simtel, tmp_path, capsys):
    [source] = manifest(flashcam_store)["sources"]
    assert source["n_images"] == 31
    assert "cut off at byte 46,308,589" in source["lost"]
    run([str(flashcam_simtel)], tmp_path / "store", camera="LSTCam")
    assert "cut off at byte" in capsys.readouterr().err


@pytest.mark.parametrize("share", [0.4, 0.7, 0.9999])
def test_zst_cut_anywhere_keeps_the_events_before(sst1m_simtel, sst1m_store, tmp_path, share):
    content = sst1m_simtel.read_bytes()
    cut = tmp_path / "cut.simtel.zst"
    cut.write_bytes(content[: int(len(content) * share)])
    summary = run([str(cut)], tmp_path / "store")
    assert 0 < summary.n_images <= 129
    assert "cut off" in manifest(tmp_path / "store")["sources"][0]["lost"]
    whole, part = Store(sst1m_store), Store(tmp_path / "store")
    rows = np.arange(len(part))
    assert (part.column("event_id") == whole.column("event_id")[rows]).all()
    assert (part.pixels("image", rows) == whole.pixels("image", rows)).all()


def test_file_cut_off_in_its_header_is_refused(sst1m_simtel, tmp_path):
    cut = tmp_path / "cut.simtel.zst"
    cut.write_bytes(sst1m_simtel.read_bytes()[:20_000])
    with pytest.raises(InputError, match=r"cut\.simtel\.zst ends or is damaged before its first event"):
        run([str(cut)], tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_several_cameras_are_listed(flashcam_simtel, tmp_path):
    with pytest.raises(ConfigError, match=r"ASTRICam \(69 telescopes\), FlashCam \(25 .*LSTCam \(4 .*--camera"):
        run([str(flashcam_simtel)], tmp_path / "store")
    with pytest.raises(InputError, match=r"no camera 'DigiCam'.*FlashCam"):
        run([str(flashcam_simtel)], tmp_path / "store", camera="DigiCam")
    assert not (tmp_path / "store").exists()


def test_images_only_leaves_the_parameters_out(sst1m_simtel, sst1m_store, tmp_path):
    store = Store(run([str(sst1m_simtel)], tmp_path / "store", images_only=True).path)
    whole = Store(sst1m_store)
    assert not store.has_parameters
    assert "hillas_intensity" not in store.schema.names
    rows = np.arange(129)
    assert (store.pixels("image", rows) == whole.pixels("image", rows)).all()
    assert (store.masks(rows) == whole.masks(rows)).all()
    with pytest.raises(InputError, match="--images-only"):
        store.column("hillas_intensity")


def test_ctapipe_configuration_changes_the_cleaning(sst1m_simtel, sst1m_store, tmp_path):
    config = tmp_path / "clean.yaml"
    config.write_text("ImageProcessor: {TailcutsImageCleaner: {picture_threshold_pe: 30, boundary_threshold_pe: 15}}")
    store = Store(run([str(sst1m_simtel)], tmp_path / "store", ctapipe_config=config).path)
    rows = np.arange(129)
    assert store.masks(rows).sum() < Store(sst1m_store).masks(rows).sum() / 2
    assert "30" in json.dumps(manifest(tmp_path / "store")["ctapipe"])


def test_wrong_ctapipe_configuration_is_refused(sst1m_simtel, tmp_path):
    config = tmp_path / "wrong.yaml"
    config.write_text("ImageProcessor: {image_cleaner_type: Sponge}")
    with pytest.raises(ConfigError, match="ctapipe refuses"):
        run([str(sst1m_simtel)], tmp_path / "store", ctapipe_config=config)
    config.write_text("ImageProcessor: {use_telescope_frame: false}")
    with pytest.raises(ConfigError, match="use_telescope_frame must be true"):
        run([str(sst1m_simtel)], tmp_path / "store", ctapipe_config=config)
