from pathlib import Path

import pytest

from iactflow import pipelines
from iactflow.generation_recipe import read_recipe
from iactflow.pipelines import default_config
from iactflow.recipe import Experiment

FOLDER = Path(pipelines.__file__).parent / "configs"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_experiment_file_is_read(path):
    experiment = Experiment.read(path) if path.stem == "simulate" else read_recipe(path)
    assert experiment.instrument


def test_caloscores_recipe_differs_from_ours_in_what_was_published():
    ours, theirs = (read_recipe(path) for path in (default_config("generation"), FOLDER / "generation-caloscore.yaml"))
    own, published = ours.model.model_dump(), theirs.model.model_dump()
    assert {key: published[key] for key in own if own[key] != published[key]} == {
        "name": "diffusion",
        "representation": "logit",
        "conditions": ["energy", "impact"],
        "moments": False,
        "symmetries": False,
        "pixels": {"widths": [32, 64, 96], "blocks": 3, "embedding": 128},
        "steps": 64,
    }
    assert ours.train == theirs.train
    assert ours.data.select == theirs.data.select
