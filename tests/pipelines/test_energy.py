import pytest
import yaml
from click.testing import CliRunner
from kfp import components

from iactflow.cli import main
from iactflow.errors import ConfigError
from iactflow.pipelines import default_text, find
from iactflow.recipe import Recipe

STEPS = {
    "Shares": "comp-for-loop-2",
    "Ingest showers": "comp-ingest",
    "Train network": "comp-train",
    "Evaluate on unseen showers": "comp-evaluate",
    "Draw report": "comp-report",
    "Compare models": "comp-compare",
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    target = tmp_path_factory.mktemp("compiled") / "energy.yaml"
    result = CliRunner().invoke(main, ["compile", "energy", "--set", "train.epochs=3", "--out", str(target)])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == str(target)
    return target


def test_kubeflows_parser_accepts_the_file(compiled):
    loaded = components.load_component_from_file(str(compiled))
    assert loaded.pipeline_spec.pipeline_info.name == "energy"


def test_every_step_has_its_display_name(compiled):
    components = next(yaml.safe_load_all(compiled.read_text()))["components"]
    tasks = components["comp-exit-handler-1"]["dag"]["tasks"].values()
    assert {task["taskInfo"]["name"]: task["componentRef"]["name"] for task in tasks} == STEPS


def test_every_parameter_has_a_description_and_a_default(compiled):
    parameters = yaml.safe_load(compiled.read_text())["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"config", "settings", "data", "shards", "epochs", "champion", "workers"}
    for name, definition in parameters.items():
        assert definition["description"], name
        assert "defaultValue" in definition or definition["isOptional"], name


def test_the_default_is_the_experiment_with_the_settings_in_it(compiled):
    parameters = yaml.safe_load(compiled.read_text())["root"]["inputDefinitions"]["parameters"]
    recipe = Recipe.from_text(parameters["config"]["defaultValue"])
    assert recipe == Recipe.from_text(default_text("energy"), ["train.epochs=3"])


def test_an_unknown_pipeline_names_the_known_ones():
    with pytest.raises(ConfigError, match="Known: energy, type, direction, full, generation, retrain, simulate"):
        find("enrgy")
    result = CliRunner().invoke(main, ["compile", "enrgy"])
    assert result.exit_code == 2
    assert "Known: energy, type, direction, full, generation, retrain, simulate" in result.output


def test_an_existing_file_is_kept(compiled):
    before = compiled.read_text()
    result = CliRunner().invoke(main, ["compile", "energy", "--out", str(compiled)])
    assert result.exit_code == 2
    assert "--overwrite" in result.output
    assert compiled.read_text() == before


def test_a_wrong_setting_stops_a_run_before_it_starts(tmp_path):
    result = CliRunner().invoke(main, ["run", "energy", "--set", "train.epoch=3", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "train.epoch is not a known key" in result.output
    assert not list(tmp_path.iterdir())
