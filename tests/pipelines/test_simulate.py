import pytest
import yaml
from kfp import compiler, local

from iactflow.pipelines.simulate import simulate


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    target = tmp_path_factory.mktemp("compiled") / "simulate.yaml"
    compiler.Compiler().compile(simulate, str(target))
    return yaml.safe_load(target.read_text())


def test_the_shares_run_in_a_loop(compiled):
    [task] = compiled["root"]["dag"]["tasks"].values()
    assert task["parameterIterator"]["items"]["inputParameter"].endswith("shards")


def test_every_parameter_has_a_description_and_a_default(compiled):
    parameters = compiled["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"config", "events", "seed", "shards", "output_format", "workers"}
    for name, definition in parameters.items():
        assert definition["description"], name
        assert "defaultValue" in definition or definition["isOptional"], name


def test_it_runs_on_this_machine(tmp_path, monkeypatch):
    from iactflow.data.store import Store

    monkeypatch.chdir(tmp_path)
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path / "outputs"))
    config = "{preset: sst1m-mono, energy_min: 1 TeV, energy_max: 3 TeV, viewcone: 0.5 deg}"
    simulate(config=config, events=3, shards=["1/1"], workers=1)
    [store] = (tmp_path / "outputs").rglob("store.json")
    assert len(Store([store.parent])) >= 3
