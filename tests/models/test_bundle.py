import json
import shutil

import numpy as np
import pytest

from iactflow.data.feeder import gather
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.models.backend import keras
from iactflow.models.bundle import Bundle, load_model, range_of_validity
from iactflow.models.predictor import Predictor


def test_a_bundle_predicts_energies_in_tev_for_rows_in_any_order(energy_model, sst1m_store):
    store, bundle = Store(sst1m_store), Bundle.load(energy_model)
    assert isinstance(bundle, Predictor)
    rows = np.array([100, 3, 7])
    energy = bundle.predict(store, rows)["energy"]
    assert energy.dtype == np.float64
    assert energy.shape == (3,)
    np.testing.assert_allclose(energy, bundle.predict(store, np.arange(129))["energy"][rows], rtol=1e-5)


def test_no_row_gives_no_energy(energy_model, sst1m_store):
    assert Bundle.load(energy_model).predict(Store(sst1m_store), np.array([], int))["energy"].shape == (0,)


def test_ten_to_the_networks_output_is_the_energy(energy_model, sst1m_store):
    """A lost logarithm, or the natural one, would fail here."""
    store, rows = Store(sst1m_store), np.arange(20)
    model = load_model(energy_model / "model.keras")
    network = keras.saving.load_model(energy_model / "ctlearn.keras")
    picture = keras.Model(model.inputs, model.get_layer("mapping").output)
    pixels = gather(store, rows, ["image", "peak_time", "image_mask"])
    logarithm = network.predict(picture.predict(pixels, verbose=0), verbose=0)["energy"][:, 0]
    np.testing.assert_allclose(Bundle.load(energy_model).predict(store, rows)["energy"], 10.0**logarithm, rtol=1e-5)


def test_another_camera_is_refused(energy_model, flashcam_store):
    with pytest.raises(ConfigError, match="FlashCam"):
        Bundle.load(energy_model).predict(Store(flashcam_store), np.arange(3))


def test_events_outside_the_range_of_training_are_flagged(energy_model, sst1m_store):
    store, bundle = Store(sst1m_store), Bundle.load(energy_model)
    intensity = store.column("hillas_intensity")
    bundle.range_of_validity = {"energy_tev": [90, 91], "zenith_deg": [15.0, 25.0], "intensity_pe": [100.0, 500.0]}
    expected = ~((intensity >= 100) & (intensity <= 500))
    np.testing.assert_array_equal(bundle.outside_range(store, np.arange(129)), expected)
    bundle.range_of_validity = {"energy_tev": None, "zenith_deg": [30.0, 40.0], "intensity_pe": None}
    assert bundle.outside_range(store, np.arange(129)).all()


def test_the_range_of_validity_is_that_of_the_rows(sst1m_store):
    store = Store(sst1m_store)
    limits = range_of_validity(store, np.arange(129))
    assert limits["zenith_deg"] == pytest.approx([20, 20])
    assert limits["energy_tev"] == pytest.approx([0.30, 4.96], abs=0.01)


def test_the_cost_is_measured_on_the_model(energy_model):
    cost = Bundle.load(energy_model).cost()
    assert cost.parameters == 302_154
    # 9 convolution weights x 2 operations x channels x filters x points, of four layers, by hand
    convolutions = 2 * 9 * (2 * 32 * 96**2 + 32 * 32 * 48**2 + 32 * 64 * 24**2 + 64 * 128 * 12**2)
    assert cost.flops_per_event == pytest.approx(convolutions, rel=0.05)
    assert cost.ms_per_event > 0
    assert cost.train_seconds > 0
    assert "core" in cost.device or "GPU" in cost.device or "NVIDIA" in cost.device


def test_what_is_no_finished_bundle_says_why(energy_model, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Bundle.load(tmp_path / "none")
    with pytest.raises(InputError, match="has not finished"):
        Bundle.load(tmp_path)
    copy = shutil.copytree(energy_model, tmp_path / "other")
    info = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps(info | {"format": 99}))
    with pytest.raises(InputError, match="format 99"):
        Bundle.load(copy)
    (copy / "model.json").write_text(json.dumps(info))
    (copy / "model.keras").unlink()
    with pytest.raises(InputError, match=r"model\.keras does not exist"):
        Bundle.load(copy)


def test_a_bundle_tells_its_sources_and_shows_a_card_and_an_example(energy_model, sst1m_store):
    from iactflow.data.store import read_manifest

    [store] = Bundle.load(energy_model).info["stores"]
    [source] = read_manifest(sst1m_store)["sources"]
    assert store["sources"] == [source["sha256"][:16]]
    assert store["made"] == ["of CORSIKA and sim_telarray"]
    assert "Not scored yet" in (energy_model / "card.md").read_text()
    with np.load(energy_model / "example.npz") as example:
        assert example["image"].shape == (2, 1296)
