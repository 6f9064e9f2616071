import pytest
import yaml
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.generation_recipe import GenerationRecipe, from_text, report_of
from iactflow.page.config import Report
from iactflow.pipelines import default_text
from iactflow.recipe import Experiment, Recipe

STEPS = {
    "Shares": "comp-for-loop",
    "Ingest showers": "comp-ingest",
    "Train teacher": "comp-train",
    "Train WGAN": "comp-train",
    "Distil student": "comp-distil",
    "Images of the student": "comp-for-loop",
    "Images of the teacher": "comp-for-loop",
    "Images of the WGAN": "comp-for-loop",
    "Validate the student": "comp-validate",
    "Validate the teacher": "comp-validate",
    "Validate the WGAN": "comp-validate",
    "Draw report": "comp-report",
    "Compare generators": "comp-compare",
    "Train classifiers": "comp-feedback",
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    target = tmp_path_factory.mktemp("compiled") / "generation.yaml"
    words = ["compile", "generation", "--set", "generate.images=99", "--environment", "gke", "--out", str(target)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return list(yaml.safe_load_all(target.read_text()))


def test_every_step_has_its_display_name(compiled):
    tasks = compiled[0]["components"]["comp-exit-handler-1"]["dag"]["tasks"].values()
    found = {task["taskInfo"]["name"]: task["componentRef"]["name"] for task in tasks}
    assert {name: reference.rstrip("-0123456789") for name, reference in found.items()} == STEPS


def test_every_parameter_has_a_description_and_a_default(compiled):
    parameters = compiled[0]["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"config", "settings", "data", "shards", "generate_shards", "epochs", "workers"}
    assert all(parameter["description"] for parameter in parameters.values())
    recipe = GenerationRecipe.from_text(parameters["config"]["defaultValue"])
    assert recipe.generate.images == 99


def test_training_distilling_and_generating_hold_gpus_and_the_rest_does_not(compiled):
    executors = compiled[0]["deploymentSpec"]["executors"]
    gpus = {
        name.removeprefix("exec-").rstrip("-23456789"): "accelerator" in executor["container"].get("resources", {})
        for name, executor in executors.items()
    }
    assert {name for name, gpu in gpus.items() if gpu} == {"train", "distil", "generate"}


def test_the_kind_of_an_experiment_is_known_from_its_text():
    recipe = from_text(default_text("generation"), ["train.epochs=2"], model__name="wgan")
    assert isinstance(recipe, GenerationRecipe)
    assert (recipe.model.name, recipe.train.epochs, recipe.simulate.true_images) == ("wgan", 2, True)
    assert isinstance(from_text(default_text("type")), Recipe)
    assert type(from_text(default_text("simulate"))) is Experiment
    assert report_of(default_text("generation")) == Report()
    assert report_of(default_text("type"), ["report.reference=none"]).reference == "none"


def test_no_image_for_the_feedback_is_wanted_that_is_not_generated():
    recipe = GenerationRecipe.from_text(default_text("generation"))
    most = max(int(mixture.split("+")[1]) for mixture in recipe.feedback.mixtures)
    assert most * recipe.feedback.background < recipe.generate.images
    assert set(recipe.simulate.events) == {"proton", "gamma"}
    assert recipe.data.select.primaries == ["proton"]
