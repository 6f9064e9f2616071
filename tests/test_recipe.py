import re

import pytest

from iactflow.config import Section, to_yaml
from iactflow.errors import ConfigError
from iactflow.pipelines import NAMES, default_config, default_text
from iactflow.recipe import Recipe


@pytest.fixture
def text():
    return default_config("energy").read_text()


def keys(section, prefix=""):
    for name in type(section).model_fields:
        yield f"{prefix}{name}"
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from keys(value, f"{prefix}{name}.")


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
    assert stated == set(keys(Recipe.read(default_config(name))))


@pytest.mark.parametrize("name", NAMES)
def test_the_one_line_default_is_the_same_experiment(name):
    assert "\n" not in default_text(name)
    assert Recipe.from_text(default_text(name)) == Recipe.read(default_config(name))


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


def test_without_data_the_preset_brings_its_showers_and_camera(text):
    stores = Recipe.from_text(text).ingest_inputs()
    assert list(stores) == ["train"]
    assert stores["train"].inputs == ["sample:sst1m-prod4-gamma"]
    assert stores["train"].options["camera"] == "DigiCam"


def test_test_files_become_a_store_of_their_own_that_is_all_test(text):
    stores = Recipe.from_text(text, ["data.train=[a.h5]", "data.test=[b.h5]"]).ingest_inputs()
    assert stores["train"].inputs == ["a.h5"]
    assert stores["test"].inputs == ["b.h5"]
    assert stores["test"].options["fractions"].test == 1


def test_from_data_without_data_is_an_error(text):
    with pytest.raises(ConfigError, match=r"data\.train is empty"):
        Recipe.from_text(text, ["instrument=from-data"]).ingest_inputs()
