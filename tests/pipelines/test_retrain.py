import json

import pytest
import yaml
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.cli.run import _tell_branches
from iactflow.cluster.apply import step_names, steps
from iactflow.cluster.retrained import account
from iactflow.promote.run import PromoteSummary
from iactflow.recipe import Recipe
from iactflow.registered.registry import Version

TRAINING = ["Train network", "Evaluate model and champion", "Draw report", "Compare with champion", "Promote or keep"]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    target = tmp_path_factory.mktemp("compiled") / "retrain.yaml"
    words = ["compile", "retrain", "--set", "survey.showers_min=99", "--environment", "gke", "--out", str(target)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return list(yaml.safe_load_all(target.read_text()))


def branches(spec):
    """Names of the steps of each branch, by the name of the branch."""
    groups = [component["dag"]["tasks"] for component in spec["components"].values() if "dag" in component]
    found = {}
    for task in (task for tasks in groups for task in tasks.values() if "triggerPolicy" in task):
        inner = spec["components"][task["componentRef"]["name"]].get("dag", {}).get("tasks", {})
        found[task["taskInfo"]["name"]] = {step["taskInfo"]["name"] for step in inner.values()}
    return found


def test_every_branch_has_its_name_in_the_dashboard(compiled):
    found = branches(compiled[0])
    assert found["Enough new showers, or no champion"] == found["Drift"] == set(TRAINING)
    assert found["Nothing to learn"] == {"Keep the champion"}


def test_the_champion_changes_last_so_that_a_run_that_fails_leaves_it(compiled):
    groups = [component["dag"]["tasks"] for component in compiled[0]["components"].values() if "dag" in component]
    last = [tasks["promote"] for tasks in groups if "train" in tasks and "promote" in tasks]
    last += [tasks["promote-2"] for tasks in groups if "train-2" in tasks]
    assert len(last) == 2
    for task in last:
        before = {name.rpartition("-")[0] or name for name in task["dependentTasks"]}
        assert before >= {"report", "compare"}


def test_what_comes_before_the_branches(compiled):
    first = ["Simulate showers", "Ingest showers", "Look for new showers", "Check for drift"]
    assert [name for name in step_names(compiled[0]).values() if name in first] == first


def test_drift_compares_the_scores_of_the_champion_too(compiled):
    [given] = [task["inputs"]["parameters"] for task, component in steps(compiled[0]) if component == "drift"]
    assert given["champion"]["taskOutputParameter"] == {"outputParameterKey": "champion", "producerTask": "survey"}


def test_nothing_that_may_change_is_taken_from_the_cache(compiled):
    cached = {
        component for task, component in steps(compiled[0]) if task.get("cachingOptions", {}).get("enableCache", False)
    }
    assert cached == {"simulate"}


def test_parameters_are_described_and_hold_the_experiment(compiled):
    parameters = compiled[0]["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"config", "settings", "data", "shards", "epochs", "workers"}
    assert all(parameter["description"] for parameter in parameters.values())
    recipe = Recipe.from_text(parameters["config"]["defaultValue"])
    assert (recipe.survey.showers_min, recipe.registered_name) == (99, "energy")


def test_models_that_take_array_events_have_a_name_of_their_own():
    text = "task: [type, energy]\ninstrument: sst1m-stereo\nmodel: {name: hexnet, mode: stereo}"
    assert Recipe.from_text(text).registered_name == "type-energy-stereo"
    assert Recipe.from_text(text, ["promote.name=paranal"]).registered_name == "paranal"


@pytest.fixture
def found(tmp_path):
    news = {"format": 1, "name": "energy", "champion": "models:/energy/3", "n_showers": 50, "n_new": 30}
    news |= {"sources": ["b"], "enough": False, "reason": "30 of 50 showers are new."}
    (tmp_path / "news.json").write_text(json.dumps(news))
    verdict = {"drifted": True, "reasons": ["Charges are 10 % lower."], "cautions": ["Few showers."]}
    (tmp_path / "verdict.json").write_text(json.dumps(verdict))
    return tmp_path


def test_the_account_says_what_was_new_and_what_followed(found):
    version = Version("energy", 4, {})
    done = PromoteSummary(version, version, Version("energy", 3, {}), True, "Better in resolution.", [])
    text = account(found, found, "yes: the new showers have drifted", done)
    assert "| champion before | models:/energy/3 |" in text
    assert "| drift | yes: Charges are 10 % lower; Few showers |" in text
    assert "**models:/energy/4 is the champion instead of version 3.**" in text
    assert "Better in resolution." in text


def test_the_account_says_why_nothing_was_trained(found):
    text = account(found, found, "no: neither enough new showers nor drift", None)
    assert "| showers | 30 of 50 showers are new. |" in text
    assert "**models:/energy/3 stays the champion.** Nothing was trained." in text


def test_the_pages_of_the_branch_that_ran_are_copied(tmp_path):
    for step, output in (("promote-2", "summary"), ("compare-2", "page")):
        (tmp_path / step).mkdir()
        (tmp_path / step / output).write_text(output)
    assert _tell_branches(tmp_path) == tmp_path / "summary.md"
    assert (tmp_path / "summary.md").read_text() == "summary"
    assert (tmp_path / "compare.html").read_text() == "page"
    assert not (tmp_path / "report.html").exists()
