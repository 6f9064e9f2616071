import pytest
from mlflow import MlflowClient

from iactflow.errors import InputError
from iactflow.models.source import model_file


@pytest.fixture
def registered(energy_model, tmp_path, monkeypatch):
    """A model of MLflow's registry with an alias."""
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    client = MlflowClient(tracking_uri=uri)
    experiment = client.create_experiment("here", artifact_location=(tmp_path / "artifacts").as_uri())
    run = client.create_run(experiment).info
    client.log_artifacts(run.run_id, str(energy_model), "model")
    client.create_registered_model("energy")
    version = client.create_model_version("energy", f"{run.artifact_uri}/model", run.run_id)
    client.set_registered_model_alias("energy", "champion", version.version)
    return "models:/energy@champion"


def test_a_bundle_and_its_file_are_the_same_model(energy_model):
    assert model_file(str(energy_model)) == model_file(str(energy_model / "model.keras"))


def test_a_registered_model_is_fetched_by_its_alias(registered, energy_model):
    assert model_file(registered).read_bytes() == (energy_model / "model.keras").read_bytes()


def test_a_registered_model_that_is_not_there_is_said(registered):
    with pytest.raises(InputError, match=r"models:/energy@nobody could not be fetched from MLflow at sqlite"):
        model_file("models:/energy@nobody")


def test_a_folder_with_several_models_wants_a_choice(tmp_path):
    for name in ("a.keras", "b.keras"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=r"must hold one .keras file. Received: a.keras, b.keras"):
        model_file(str(tmp_path))
