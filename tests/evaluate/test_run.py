import json

import numpy as np
import pytest

from iactflow.data import schema
from iactflow.data.result import Result
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError, OutputExistsError
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.run import run

FAST = Evaluate(bootstrap=20)


def test_every_test_image_is_scored_once_with_its_own_truth(energy_result, sst1m_store):
    table, store = Result.load(energy_result).predictions, Store([sst1m_store])
    rows = store.rows("test")
    assert table.num_rows == len(rows)
    keys = [tuple(int(store.column(name)[row]) for name in schema.KEY) for row in rows]
    truth = dict(zip(keys, store.column(schema.TRUE_ENERGY)[rows], strict=True))
    scored = list(zip(*(table[name].to_pylist() for name in schema.KEY), strict=True))
    assert sorted(scored) == sorted(keys)
    assert [truth[key] for key in scored] == table["true_energy"].to_pylist()


def test_metrics_are_those_of_the_saved_predictions(energy_result):
    result = Result.load(energy_result)
    true, reco = (result.predictions[name].to_numpy() for name in ("true_energy", "reco_energy"))
    metric = result.metrics["energy_bias"]
    assert metric.value == pytest.approx(np.median(reco / true - 1))
    assert result.metrics["energy_mae"].value == pytest.approx(np.mean(np.abs(reco - true)))
    assert (metric.n, metric.n_showers) == (len(true), result.data["n_showers"])
    assert metric.low is not None
    assert result.curves["energy_performance"]["n"].sum() == len(true)


def test_the_baseline_is_another_model_on_the_same_events(energy_result):
    network, forest = Result.load(energy_result), Result.load(energy_result / "baseline")
    assert (network.name, forest.name) == ("ctlearn.SingleCNN", "Random forest")
    assert network.events_hash == forest.events_hash
    assert network.predictions["true_energy"].equals(forest.predictions["true_energy"])
    assert not network.predictions["reco_energy"].equals(forest.predictions["reco_energy"])
    assert network.cost["parameters"] > 100_000 > forest.cost["parameters"]


def test_predictions_are_the_model_s(energy_result, energy_model, sst1m_store):
    from iactflow.models.bundle import Bundle

    store = Store([sst1m_store])
    direct = Bundle.load(energy_model).predict(store, store.rows("test"))["energy"]
    np.testing.assert_allclose(
        np.sort(Result.load(energy_result).predictions["reco_energy"].to_numpy()), np.sort(direct), rtol=1e-5
    )


def test_the_champion_is_scored_as_itself(energy_model, sst1m_store, tmp_path):
    from iactflow.data.select import Selection
    from iactflow.models.config import Model
    from iactflow.train.config import Train
    from iactflow.train.run import run as train

    other = train(
        ["energy"],
        Selection(),
        Model(),
        Train(epochs=1, seed=9),
        [sst1m_store],
        tmp_path / "m",
        instrument="sst1m-mono",
    ).path
    config = Evaluate(bootstrap=20, baseline="none", champion=str(other))
    summary = run(energy_model, [sst1m_store], tmp_path / "result", config=config)
    challenger, champion = Result.load(summary.path), Result.load(summary.path / "champion")
    assert champion.name == "ctlearn.SingleCNN (champion)"
    assert champion.model["seed"] == 9
    assert not challenger.predictions["reco_energy"].equals(champion.predictions["reco_energy"])
    assert not (summary.path / "baseline").exists()


def test_the_same_evaluation_gives_the_same_numbers_and_finite_ones(energy_result, energy_model, sst1m_store, tmp_path):
    summary = run(energy_model, [sst1m_store], tmp_path / "again", config=Evaluate(bootstrap=40))
    first, again = Result.load(energy_result), Result.load(tmp_path / "again")
    assert first.replicas.equals(again.replicas)
    assert first.metrics == again.metrics
    numbers = summary.finite()
    assert np.isfinite(list(numbers.values())).all()
    assert {"energy_resolution", "baseline_energy_resolution", "n_showers"} <= set(numbers)
    json.loads((tmp_path / "again" / "result.json").read_text(), parse_constant=pytest.fail)


def test_another_origin_is_a_result_of_its_own_that_nothing_learnt_from(two_samples, energy_model, two_origins):
    from iactflow.models.bundle import Bundle

    main = Result.load(two_samples)
    other = Result.load(two_samples / "samples" / "corsika-simtelarray")
    forest = Result.load(two_samples / "samples" / "corsika-simtelarray" / "baseline")
    assert main.data["sample"]["key"] == "iactflow"
    assert main.predictions.num_rows == 43
    assert other.predictions.num_rows == forest.predictions.num_rows == 129
    assert set(other.predictions["obs_id"].to_pylist()) == {777}
    assert other.events_hash == forest.events_hash != main.events_hash
    # the forest learnt from the train part of the other origin alone, and is the same for both samples
    assert forest.model["n_train"] == Result.load(two_samples / "baseline").model["n_train"] == 75
    store = Store(two_origins[0])
    direct = Bundle.load(energy_model).predict(store, np.arange(len(store)))["energy"]
    np.testing.assert_allclose(np.sort(other.predictions["reco_energy"].to_numpy()), np.sort(direct), rtol=1e-5)


def test_the_numbers_to_log_name_their_sample(energy_model, two_origins, tmp_path):
    summary = run(energy_model, two_origins, tmp_path / "result", config=Evaluate(bootstrap=20))
    numbers = summary.finite()
    assert numbers["n_images"] == 43
    assert numbers["corsika-simtelarray_n_images"] == 129
    both = {"energy_bias", "baseline_energy_bias"}
    assert both | {f"corsika-simtelarray_{name}" for name in both} <= set(numbers)
    assert numbers["energy_bias"] != numbers["corsika-simtelarray_energy_bias"]


def test_another_camera_is_refused(energy_model, flashcam_store, tmp_path):
    with pytest.raises(ConfigError, match="geometry"):
        run(energy_model, [flashcam_store], tmp_path / "result", config=FAST)
    assert list(tmp_path.iterdir()) == []


def test_showers_that_models_learn_from_are_not_scored(energy_model, sst1m_store, tmp_path):
    with pytest.raises(InputError, match=r"evaluate.split=test"):
        run(energy_model, [sst1m_store], tmp_path / "result", config=Evaluate(bootstrap=20, split="all"))


def test_scoring_what_a_network_learnt_from_is_written_down(energy_model, sst1m_store, tmp_path):
    config = Evaluate(bootstrap=20, split="all", baseline="none")
    result = Result.load(run(energy_model, [sst1m_store], tmp_path / "result", config=config).path)
    assert result.data["stores_learnt_from"] == [str(sst1m_store)]
    assert result.data["n_images"] == 129


def test_an_existing_result_is_refused_before_any_work(energy_result, tmp_path):
    with pytest.raises(OutputExistsError, match="--overwrite"):
        run(tmp_path / "no model", [tmp_path / "no store"], energy_result, config=FAST)
