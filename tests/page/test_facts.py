import pytest

from iactflow.data.result import Result
from iactflow.page import facts
from iactflow.page.blocks import Code
from iactflow.recipe import Recipe


@pytest.fixture(scope="module")
def result(energy_result):
    return Result.load(energy_result)


def test_the_commands_name_what_was_used_and_the_experiment_is_valid(result, energy_model, sst1m_store):
    commands, ctapipe, experiment = (
        block for block in facts.reproduction_blocks(result, "iactflow report") if isinstance(block, Code)
    )
    ingest, train, evaluate, report = commands.text.splitlines()
    assert ingest.startswith("iactflow ingest --input gamma_20deg_0deg_run102___cta-prod4-sst-1m")
    assert "TailcutsImageCleaner" in ctapipe.text
    assert train == f"iactflow train experiment.yaml --data {sst1m_store} --out {energy_model}"
    assert evaluate.startswith(f"iactflow evaluate --model {energy_model} --data {sst1m_store} --out ")
    assert evaluate.endswith("--set evaluate.bootstrap=40")
    assert report == "iactflow report"
    recipe = Recipe.from_text(experiment.text)
    assert (recipe.train.epochs, recipe.train.batch_size, recipe.evaluate.bootstrap) == (2, 16, 40)


def test_the_data_block_counts_events_and_what_was_learnt_from(result):
    told, learnt = facts.data_blocks(result)
    assert told.facts["Showers"] == "4"
    assert told.facts["Zenith angle"] == "20.0 deg"
    assert learnt.rows[0][1:3] == ["75 (6)", "11 (1)"]


def test_general_information_names_label_seed_and_software(result):
    told = facts.general_blocks(result)[0].facts
    assert told["Label"].startswith("log10")
    assert told["Seed of the training"] == "1"
    assert "tensorflow 2.21" in told["Software"]
    assert "pyirf" in told["Software"]
