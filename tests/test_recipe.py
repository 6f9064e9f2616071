import re

import pytest

from iactflow.config import Section, to_yaml
from iactflow.errors import ConfigError
from iactflow.generation_recipe import from_text
from iactflow.pipelines import NAMES, default_config, default_text, read_experiment
from iactflow.recipe import Experiment, Recipe, experiment_from_text


@pytest.fixture
def text():
    return default_config("energy").read_text()


def keys(section, prefix=""):
    for name in type(section).model_fields:
        yield f"{prefix}{name}"
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from keys(value, f"{prefix}{name}.")


#: Sections of steps that only some pipelines have.
SERVICE = ("predict", "irf", "survey", "drift", "promote")


def elsewhere(name):
    """Give the keys that an experiment need not state one by one: of steps it lacks, in braces, as others before."""
    if name == "generation":
        return ("generate.split.", "validate.select.", "feedback.select.")
    stated = {"full": ("predict", "irf", "drift"), "retrain": ("survey", "drift", "promote")}.get(name, ())
    return (*(section for section in SERVICE if section not in stated), "drift.select.")


@pytest.mark.parametrize("name", NAMES)
def test_the_pipelines_experiment_states_every_key_with_a_comment(name):
    lines = default_config(name).read_text().splitlines()
    path: list[str] = []
    stated = set()
    for line in lines:
        match = re.match(r"( *)(\w+):(.*)", line)
        if not match:
            continue
        depth = len(match[1]) // 2
        path = [*path[:depth], match[2]]
        key = ".".join(path)
        stated.add(key)
        is_section = not match[3].split("#")[0].strip()
        assert is_section or "#" in match[3], f"{key} has no comment"
    known = set(keys(read_experiment(name, None, [])))
    assert stated <= known
    assert {key for key in known - stated if not key.startswith(elsewhere(name))} == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_one_line_default_is_the_same_experiment(name):
    assert "\n" not in default_text(name)
    assert from_text(default_text(name)) == read_experiment(name, None, [])


def test_round_trip_through_yaml(text):
    recipe = Recipe.from_text(text, ["data.select.energy_min=300 GeV"])
    assert Recipe.from_text(to_yaml(recipe)) == recipe


def test_settings_and_changes_are_laid_over_the_text(text):
    recipe = Recipe.from_text(text, ["train.epochs=3"], train__seed=7, data__train=["a.h5", "b.h5"])
    assert recipe.train.epochs == 3
    assert recipe.train.seed == 7
    assert recipe.data.train == ["a.h5", "b.h5"]


def test_empty_changes_leave_the_text(text):
    assert Recipe.from_text(text, [], train__epochs=0, data__train=[], evaluate__champion="") == Recipe.from_text(text)


def test_a_wrong_setting_is_told_with_its_option(text):
    with pytest.raises(ConfigError, match=r"train\.batch_size: .*greater than or equal to 1\. Received: 0 .*--set"):
        Recipe.from_text(text, ["train.batch_size=0"])


def test_an_unknown_instrument_lists_the_presets(text):
    with pytest.raises(ConfigError, match="sst1m-mono"):
        Recipe.from_text(text, ["instrument=sst2m"])


def test_without_data_the_simulated_shares_are_trained_on_with_the_preset_s_camera(text, tmp_path):
    for name in ("first", "second", "empty"):
        (tmp_path / name).mkdir()
    for name in ("first", "second"):
        (tmp_path / name / "store.json").touch()
    recipe = Recipe.from_text(text)
    assert recipe.simulates
    stores = recipe.ingest_inputs([tmp_path / "first", tmp_path / "empty", tmp_path / "second"])
    assert stores["train"].inputs == [str(tmp_path / "first"), str(tmp_path / "second")]
    assert stores["train"].options["camera"] == "DigiCam"


def test_the_real_showers_are_for_the_test_alone(text):
    stores = Recipe.from_text(text, ["data.train=[a.h5]"]).ingest_inputs()
    assert stores["test"].inputs == ["sample:sst1m-prod4-gamma"]
    fractions = stores["test"].options["fractions"]
    assert (fractions.train, fractions.validation, fractions.test) == (0, 0, 1)


def test_no_share_with_showers_is_an_error(text, tmp_path):
    with pytest.raises(ConfigError, match="no share of the simulation holds showers"):
        Recipe.from_text(text).ingest_inputs([tmp_path])


def test_named_data_are_not_simulated(text, tmp_path):
    recipe = Recipe.from_text(text, ["data.train=[a.h5]"])
    assert not recipe.simulates
    assert recipe.simulated(tmp_path / "out", "1/1", output_format="store", workers=1) == {}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("shard", "form", "words"), [("half", "store", "I/N"), ("1/1", "fits", "dl1 or store")])
def test_a_wrong_share_or_format_is_told(text, tmp_path, shard, form, words):
    with pytest.raises(ConfigError, match=words):
        Recipe.from_text(text).simulated(tmp_path / "out", shard, output_format=form, workers=1)


def test_an_experiment_without_a_task_is_a_simulation():
    experiment = experiment_from_text("{instrument: ct5, simulate: {events: {proton: 5}}}")
    assert type(experiment) is Experiment
    assert experiment.simulate.events == {"proton": 5}
    with pytest.raises(ConfigError, match=r"train is not a known key"):
        experiment_from_text("{instrument: ct5, train: {epochs: 3}}")


@pytest.mark.parametrize("events", ["{}", "{gamma: 0}", "{muon: 5}"])
def test_events_to_simulate_are_positive_numbers_of_known_primaries(text, events):
    with pytest.raises(ConfigError, match=r"simulate\.events"):
        Recipe.from_text(text, [f"simulate.events={events}"])


def test_every_preset_of_the_simulator_is_an_instrument_with_its_camera():
    from iactflow.data.presets import PRESETS
    from iactflow.simulate import presets

    assert {name: preset().camera.name for name, preset in presets.PRESETS.items()} == {
        name: preset.camera for name, preset in PRESETS.items()
    }


def test_test_files_become_a_store_of_their_own_that_is_all_test(text):
    stores = Recipe.from_text(text, ["data.train=[a.h5]", "data.test=[b.h5]"]).ingest_inputs()
    assert stores["train"].inputs == ["a.h5"]
    assert stores["test"].inputs == ["b.h5"]
    assert stores["test"].options["fractions"].test == 1


def test_from_data_without_data_is_an_error(text):
    with pytest.raises(ConfigError, match=r"data\.train is empty"):
        Recipe.from_text(text, ["instrument=from-data"]).ingest_inputs()


def test_showers_of_the_response_have_another_seed_whatever_the_experiments_is():
    from iactflow.pipelines.response import _SHIFT
    from iactflow.simulate.experiment import Simulation

    for seed in (0, 1, 1000, 1001, 2000):
        moved = Simulation(seed=seed).shifted(_SHIFT).seed
        assert moved != seed
        assert 0 <= moved <= 2000
