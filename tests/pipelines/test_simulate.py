import pytest
import yaml
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.data.store import Store

#: One quick block: bright showers of a narrow cone.
FEW = [
    "simulate.events={gamma: 3}",
    "simulate.energy_min=1 TeV",
    "simulate.energy_max=3 TeV",
    "simulate.viewcone=0.5 deg",
]


def settings(*more):
    return [word for setting in (*FEW, *more) for word in ("--set", setting)]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    target = tmp_path_factory.mktemp("compiled") / "simulate.yaml"
    result = CliRunner().invoke(main, ["compile", "simulate", "--set", "instrument=ct5", "--out", str(target)])
    assert result.exit_code == 0, result.output
    return next(yaml.safe_load_all(target.read_text()))


def test_the_shares_run_in_a_loop(compiled):
    [task] = compiled["components"]["comp-exit-handler-1"]["dag"]["tasks"].values()
    assert task["parameterIterator"]["items"]["inputParameter"].endswith("shards")


def test_every_parameter_has_a_description_and_a_default(compiled):
    parameters = compiled["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"config", "settings", "shards", "output_format", "workers"}
    for name, definition in parameters.items():
        assert definition["description"], name
        assert "defaultValue" in definition or definition["isOptional"], name
    assert "instrument: ct5" in parameters["config"]["defaultValue"]


def test_it_runs_on_this_machine(tmp_path):
    words = ["--parameter", 'shards=["1/1"]', "--parameter", "workers=1", "--out", str(tmp_path)]
    result = CliRunner().invoke(
        main, ["run", "simulate", *settings("data.split.test=0.4", "data.split.train=0.45"), *words]
    )
    assert result.exit_code == 0, result.output
    [manifest] = tmp_path.rglob("store.json")
    assert result.stdout.splitlines()[-1] == str(tmp_path / "simulate" / manifest.relative_to(tmp_path).parts[1])
    store = Store([manifest.parent])
    assert len(store) >= 3
    assert store.manifests[0]["fractions"] == {"train": 0.45, "validation": 0.15, "test": 0.4}


def test_a_wrong_parameter_is_told_before_anything_runs(tmp_path):
    result = CliRunner().invoke(main, ["run", "simulate", "--parameter", "shards=4", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "must be a list such as" in result.output
    assert not list(tmp_path.iterdir())


def test_an_experiment_of_another_pipeline_will_do(tmp_path):
    from iactflow.pipelines import default_config

    result = CliRunner().invoke(main, ["run", "simulate", "--config", str(default_config("energy")), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert yaml.safe_load(result.output)["simulate"]["events"] == {"gamma": 6000}
