"""The experiment file of generation: from showers to a student and to what its images are worth."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from iactflow.config import apply_settings, read_yaml
from iactflow.generation.config import Distil, Generator, TrainGenerator
from iactflow.recipe import Experiment, Recipe
from iactflow.simulate.config import Primary
from iactflow.simulate.experiment import Simulation

#: ``task:`` of such an experiment.
GENERATION = "generation"


class TrueSimulation(Simulation):
    """Showers that are simulated with the photoelectrons of each pixel, which generators learn from."""

    events: dict[Primary, int] = Field({"proton": 30000}, description="Triggered array events of each primary.")
    true_images: Literal[True] = True


class GenerationRecipe(Experiment):
    """An experiment of generation: which images, by which model, and how it is made quick."""

    task: Literal["generation"]
    simulate: TrueSimulation = TrueSimulation()
    model: Generator = Generator()
    train: TrainGenerator = TrainGenerator()
    distil: Distil = Distil()


def read_recipe(path: Path | str, settings: Iterable[str] = ()) -> Recipe | GenerationRecipe:
    """Read an experiment file of either kind, told apart by its ``task:``.

    Raises
    ------
    InputError
        If the file cannot be read.
    ConfigError
        If a key is unknown, or a value has the wrong type or unit.
    """
    settings = list(settings)
    content = apply_settings(read_yaml(path), settings)
    kind = GenerationRecipe if content.get("task") == GENERATION else Recipe
    return kind.read(path, settings)
