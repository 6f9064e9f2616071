import importlib

import pytest

from iactflow import __version__
from iactflow.cli import COMMANDS
from iactflow.components import readme
from iactflow.errors import IactflowError

NAMES = readme.component_names()


def component(name):
    return getattr(importlib.import_module(f"iactflow.components.{name}.component"), name)


#: Steps that only a cluster's runs have.
ON_CLUSTERS = {"summarise"}
#: Steps whose image has TensorFlow for GPUs.
ON_GPUS = {"train", "distil", "generate"}


def test_every_component_is_named_as_its_command():
    reconstruction = {"simulate", "ingest", "train", "evaluate", "report", "compare"}
    generation = {"distil", "generate", "validate", "feedback"}
    service = {"predict", "irf", "survey", "drift", "promote"}
    assert set(NAMES) == reconstruction | generation | service | ON_CLUSTERS
    assert set(NAMES) - ON_CLUSTERS <= set(COMMANDS)


@pytest.mark.parametrize("name", NAMES)
def test_a_component_runs_in_our_image_and_installs_nothing(name):
    container = component(name).component_spec.implementation.container
    assert container.image.endswith(f":{__version__}-{'gpu' if name in ON_GPUS else 'cpu'}")
    assert "pip install" not in " ".join(container.command)


@pytest.mark.parametrize("name", NAMES)
def test_every_input_of_a_component_is_described(name):
    for key, value in component(name).component_spec.inputs.items():
        assert value.description, f"{name}.{key}"


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_agrees_with_the_signature(name):
    assert (readme.FOLDER / name / "README.md").read_text() == readme.readme(name)


def test_a_readme_that_differs_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(readme, "FOLDER", tmp_path)
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "component.py").touch()
    (tmp_path / "train" / "README.md").write_text("# something else")
    with pytest.raises(IactflowError, match=r"train/README\.md differs from its component; run `make docs`"):
        readme.main(["--check"])
