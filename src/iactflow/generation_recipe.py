"""The experiment file of generation: from showers to a student and to what its images are worth."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from iactflow.config import apply_settings, parse_yaml, read_yaml
from iactflow.data.result import GENERATION
from iactflow.feedback.config import Feedback
from iactflow.generate.config import Generate
from iactflow.generation.config import Distil, Generator, TrainGenerator
from iactflow.recipe import Experiment, Recipe, experiment_from_text
from iactflow.simulate.config import Primary
from iactflow.simulate.experiment import Simulation
from iactflow.validate.config import Validate


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
    generate: Generate = Generate()
    validate: Validate = Validate()  # type: ignore[assignment]  # a method that pydantic had in version 1
    feedback: Feedback = Feedback()


def from_text(text: str, settings: Iterable[str] = (), **changes: object) -> Experiment:
    """Read an experiment of any kind from YAML text, as pipelines hand it from step to step.

    Parameters
    ----------
    text, settings, **changes
        As in `iactflow.recipe.Experiment.from_text`.

    Returns
    -------
    Experiment
        A `GenerationRecipe`, an `iactflow.recipe.Recipe`, or an experiment without a task.
    """
    settings = list(settings)
    content = apply_settings(parse_yaml(text, "the pipeline's parameter config"), settings)
    if content.get("task") == GENERATION:
        return GenerationRecipe.from_text(text, settings, **changes)
    return experiment_from_text(text, settings, **changes)


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
