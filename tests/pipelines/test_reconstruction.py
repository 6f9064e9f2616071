"""The pipelines of type, direction and all tasks: the steps of the energy's, with experiments of their own."""

import pytest
import yaml
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.pipelines import default_text
from iactflow.recipe import Recipe

TASKS = {
    "energy": ["energy"],
    "type": ["type"],
    "direction": ["skydirection"],
    "full": ["type", "energy", "cameradirection", "skydirection"],
}


def compiled(name, folder):
    target = folder / f"{name}.yaml"
    result = CliRunner().invoke(main, ["compile", name, "--out", str(target)])
    assert result.exit_code == 0, result.output
    return next(yaml.safe_load_all(target.read_text()))


def _tasks(pipeline):
    """All tasks of a compiled pipeline, those in loops and conditions included."""
    groups = [pipeline["root"], *pipeline["components"].values()]
    return [task for group in groups for task in group.get("dag", {}).get("tasks", {}).values()]


@pytest.mark.parametrize("name", TASKS)
def test_a_pipeline_has_its_experiment_and_the_steps_of_all(name, tmp_path):
    found, energy = compiled(name, tmp_path), compiled("energy", tmp_path / "energy")
    assert found["pipelineInfo"]["name"] == name
    parameters = found["root"]["inputDefinitions"]["parameters"]
    response = {"response"} if name == "full" else set()
    assert set(parameters) - response == set(energy["root"]["inputDefinitions"]["parameters"])
    assert all(parameter["description"] for parameter in parameters.values())
    assert Recipe.from_text(parameters["config"]["defaultValue"]).tasks == TASKS[name]
    assert set(found["components"]) >= set(energy["components"])
    added = {task["componentRef"]["name"] for task in _tasks(found)} - {
        task["componentRef"]["name"] for task in _tasks(energy)
    }
    assert {one for one in added if one in ("comp-predict", "comp-irf")} == (
        {"comp-predict", "comp-irf"} if name == "full" else set()
    )


@pytest.mark.parametrize("name", ["type", "full"])
def test_whoever_tells_gammas_from_protons_simulates_and_selects_both(name):
    recipe = Recipe.from_text(default_text(name))
    assert set(recipe.simulate.events) == {"gamma", "proton"}
    assert recipe.data.select.primaries is None
