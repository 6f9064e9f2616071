import json
import subprocess
import sys

import numpy as np
import pytest

from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import ConfigError, IactflowError, InputError, OutputExistsError
from iactflow.fitting.place import claim
from iactflow.models.bundle import Bundle
from iactflow.models.config import HexNet, Mapping, Model, Windowing
from iactflow.train.config import TaskWeights, Train
from iactflow.train.run import run

#: A picture of 24 x 24 points keeps the tests short.
MODEL = Model(mapping=Mapping(interpolation_image_shape=24))


def train(stores, out, *, selection=None, model=MODEL, instrument="sst1m-mono", overwrite=False, **settings):
    config = Train(**{"epochs": 2, "batch_size": 16, **settings})
    stores = stores if isinstance(stores, list) else [stores]
    return run(
        ["energy"], selection or Selection(), model, config, stores, out, instrument=instrument, overwrite=overwrite
    )


def weights(out):
    return Bundle.load(out).model.get_weights()


def test_a_bundle_says_what_it_was_made_of(sst1m_store, energy_model):
    info, store = json.loads((energy_model / "model.json").read_text()), Store(sst1m_store)
    files = ["card.md", "ctlearn.keras", "example.npz", "model.json", "model.keras"]
    assert sorted(file.name for file in energy_model.iterdir()) == files
    assert info["tasks"] == ["energy"]
    assert info["camera"] == {"name": "DigiCam", "hash": store.camera.hash}
    (entry,) = info["stores"]
    assert entry["hash"] == store.hash
    assert entry["n_train"] == len(store.rows("train"))
    assert entry["n_train_showers"] == len(np.unique(store.column("shower_id")[store.rows("train")]))
    assert info["history"]["epoch"] == [1, 2]
    assert len(info["history"]["val_loss"]) == 2
    assert info["kept_epoch"] == 1 + int(np.argmin(info["history"]["val_loss"]))
    assert info["config"]["train"]["batch_size"] == 16
    assert "fc_energy_1" in info["summary"]
    assert info["versions"]["ctlearn"] == "0.10.4"
    assert info["mlflow"]["run_id"]


def test_no_test_shower_is_trained_on(sst1m_store, tmp_path):
    """The split decides: a model trained without the test part's rows in the store is the same model."""
    from iactflow.train.examples import choose_examples

    examples = choose_examples([sst1m_store], Selection(), Model(), instrument="sst1m-mono")
    shower = examples.store.column("shower_id")
    used = set(shower[examples.train]) | set(shower[examples.validation])
    assert not used & set(shower[examples.store.rows("test")])
    assert not set(shower[examples.train]) & set(shower[examples.validation])


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(sst1m_store, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        train(sst1m_store, tmp_path / name, seed=seed, epochs=1)
    a, b, c = (weights(tmp_path / name) for name in "abc")
    assert all((x == y).all() for x, y in zip(a, b, strict=True))
    assert not all((x == y).all() for x, y in zip(a, c, strict=True))


def test_stores_side_by_side_are_trained_on_together(sst1m_store, tmp_path):
    summary = train([sst1m_store, sst1m_store], tmp_path / "model", epochs=1)
    alone = len(Store(sst1m_store).rows("train"))
    assert summary.finite()["n_train"] == 2 * alone
    assert [entry["n_train"] for entry in Bundle.load(summary.path).info["stores"]] == [alone, alone]


def test_a_finished_model_is_kept_unless_overwritten(sst1m_store, tmp_path):
    out = tmp_path / "model"
    train(sst1m_store, out, epochs=1)
    before = (out / "model.json").read_bytes()
    with pytest.raises(OutputExistsError, match="finished model"):
        train(sst1m_store, out, epochs=1)
    assert (out / "model.json").read_bytes() == before
    train(sst1m_store, out, epochs=2, overwrite=True)
    assert Bundle.load(out).info["history"]["epoch"] == [1, 2]


def test_a_folder_with_other_things_is_refused(sst1m_store, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match="no training in progress"):
        train(sst1m_store, tmp_path)


def test_a_second_training_into_one_place_is_refused(sst1m_store, tmp_path):
    out = tmp_path / "model"
    with claim(out, overwrite=False), pytest.raises(IactflowError, match="Another training is writing"):
        train(sst1m_store, out)


def test_observed_events_are_refused(observed_store, tmp_path):
    with pytest.raises(InputError, match="observed events"):
        train(observed_store, tmp_path / "model")


def test_cuts_that_leave_nothing_say_which_removed_how_many(sst1m_store, tmp_path):
    n = len(Store(sst1m_store).rows("train"))
    selection = Selection(intensity_min="50 pe", energy_min="90 TeV")
    told = rf"intensity_min: .* removed \d+ of {n}; energy_min: 90.* removed (\d+) of \1"
    with pytest.raises(InputError, match=told):
        train(sst1m_store, tmp_path / "model", selection=selection)
    assert not (tmp_path / "model").exists()


def test_a_preset_wants_its_camera(flashcam_store, tmp_path):
    with pytest.raises(ConfigError, match=r"sst1m-mono has the camera DigiCam, but .* FlashCam"):
        train(flashcam_store, tmp_path / "model")


def test_without_validation_images_the_last_epoch_is_kept(sst1m_store, tmp_path):
    """Energies between those of the validation showers leave none of them."""
    store = Store(sst1m_store)
    above = store.column("true_energy")[store.rows("validation")].max() + 1e-3
    selection = Selection(energy_min=f"{above} TeV")
    assert len(store.rows("train")[store.column("true_energy")[store.rows("train")] >= above])
    summary = train(sst1m_store, tmp_path / "model", selection=selection)
    info = Bundle.load(summary.path).info
    assert info["history"]["val_loss"] == [None, None]
    assert info["kept_epoch"] == 2
    assert "val_loss" not in summary.finite()
    with pytest.raises(ConfigError, match="early_stopping_patience must be null"):
        train(sst1m_store, tmp_path / "other", selection=selection, early_stopping_patience=3)


def test_a_loss_that_explodes_ends_training_with_a_reason(sst1m_store, tmp_path):
    out = tmp_path / "model"
    with pytest.raises(IactflowError, match=r"epoch \d in batch \d+ of \d+.*train\.learning_rate"):
        train(sst1m_store, out, optimizer="sgd", learning_rate=1e30, schedule="constant")
    assert not (out / "model.json").exists()


def test_a_frozen_backbone_keeps_the_weights_it_started_from(sst1m_store, energy_model, tmp_path):
    model = Model(mapping=MODEL.mapping, init=str(energy_model), freeze="backbone")
    out = train(sst1m_store, tmp_path / "model", model=model, epochs=1).path
    before, after = (Bundle.load(path).model.get_layer("CTLearn_model") for path in (energy_model, out))
    pairs = zip(before.get_layer("SingleCNN_block").weights, after.get_layer("SingleCNN_block").weights, strict=True)
    assert all((x.numpy() == y.numpy()).all() for x, y in pairs)
    head = [network.get_layer("energy").get_weights()[0] for network in (before, after)]
    assert (head[0] != head[1]).any()


def test_a_model_to_start_from_that_is_missing_is_said(sst1m_store, tmp_path):
    with pytest.raises(InputError, match=r"model\.init: .*none.* cannot be read"):
        train(sst1m_store, tmp_path / "model", model=Model(init=str(tmp_path / "none")))


@pytest.mark.parametrize(
    "settings", [{"mixed_precision": True}, {"xla": True}, {"optimizer": "adamw", "loss": {"energy": "huber"}}]
)
def test_other_settings_train_too(sst1m_store, tmp_path, settings):
    summary = train(sst1m_store, tmp_path / "model", epochs=1, data_fraction_per_epoch=0.5, **settings)
    energy = Bundle.load(summary.path).predict(Store(sst1m_store), np.arange(4))["energy"]
    assert np.isfinite(energy).all()
    assert summary.finite()["loss"] > 0


def test_resnet_trains_and_predicts(sst1m_store, tmp_path):
    model = Model(name="ctlearn.ResNet", mapping=Mapping(interpolation_image_shape=16))
    summary = train(sst1m_store, tmp_path / "model", model=model, epochs=1, data_fraction_per_epoch=0.1)
    assert np.isfinite(Bundle.load(summary.path).predict(Store(sst1m_store), np.arange(2))["energy"]).all()


def test_hexnet_fits_every_task_at_once(sst1m_store, proton_store, tmp_path):
    tasks = ["type", "energy", "cameradirection", "skydirection"]
    model = Model(name="hexnet", hexnet=HexNet(widths=[8, 8], blocks=[0, 0], hidden=[8]), window=Windowing(side=12))
    config = Train(epochs=2, batch_size=32, task_weights=TaskWeights(energy=2.0), optimizer="adamw", warmup=0.1)
    stores = [sst1m_store, proton_store]
    out = run(tasks, Selection(), model, config, stores, tmp_path / "model", instrument="x").path
    bundle = Bundle.load(out)
    given = bundle.predict(Store(stores), np.arange(0, 258, 50))
    assert list(given) == ["gammaness", "energy", "cam_x", "cam_y", "fov_lon", "fov_lat"]
    assert all(values.shape == (6,) and np.isfinite(values).all() for values in given.values())
    assert bundle.info["outputs"]["cam_x"] == "m"
    assert bundle.info["loss"].startswith("1 x cross-entropy of type in nat + 2 x mae of energy in dex of gammas + 1 x")
    history = bundle.info["history"]
    total = sum(weight * history[f"val_{task}"][-1] for task, weight in zip(tasks, (1, 2, 1, 1), strict=True))
    assert history["val_loss"][-1] == pytest.approx(total, rel=1e-6)
    assert not (out / "ctlearn.keras").exists()

    fresh = f"""
import numpy as np
from iactflow.data.store import Store
from iactflow.models.bundle import Bundle
store = Store({[str(store) for store in stores]})
print(Bundle.load({str(out)!r}).predict(store, np.arange(0, 258, 50))["energy"].tolist())
"""
    said = subprocess.run([sys.executable, "-c", fresh], capture_output=True, text=True, check=True).stdout
    np.testing.assert_allclose(json.loads(said), given["energy"], rtol=1e-5)


def test_a_new_head_grows_on_a_frozen_backbone(sst1m_store, proton_store, energy_model, tmp_path):
    model = Model(init=str(energy_model), freeze="backbone")
    config, stores = Train(epochs=1, batch_size=64), [sst1m_store, proton_store]
    out = run(["type"], Selection(), model, config, stores, tmp_path / "model", instrument="x").path
    before, after = (Bundle.load(path).model.get_layer("CTLearn_model") for path in (energy_model, out))
    pairs = zip(before.get_layer("SingleCNN_block").weights, after.get_layer("SingleCNN_block").weights, strict=True)
    assert all((x.numpy() == y.numpy()).all() for x, y in pairs)
    gammaness = Bundle.load(out).predict(Store(sst1m_store), np.arange(3))["gammaness"]
    assert ((gammaness > 0) & (gammaness < 1)).all()
