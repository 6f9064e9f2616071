"""The experiment file of generation: from showers to a student and to what its images are worth."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from iactflow.config import apply_settings, parse_yaml, read_yaml, verbs_as_names
from iactflow.data.result import GENERATION
from iactflow.errors import ConfigError
from iactflow.feedback.config import Feedback
from iactflow.generate.config import Generate
from iactflow.generation.config import Distil, Generator, TrainGenerator
from iactflow.page.config import Report
from iactflow.recipe import Experiment, Recipe, experiment_from_text
from iactflow.simulate.config import Primary
from iactflow.simulate.experiment import Simulation
from iactflow.validate.config import Validate

if TYPE_CHECKING:
    from iactflow.train.summary import TrainSummary


class TrueSimulation(Simulation):
    """Showers that are simulated with the photoelectrons of each pixel, which generators learn from."""

    events: dict[Primary, int] = Field({"proton": 30000}, description="Triggered array events of each primary.")
    true_images: Literal[True] = True


with verbs_as_names():

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


def report_of(text: str, settings: Iterable[str] = ()) -> Report:
    """Give the section ``report`` of an experiment; that of generation has none and takes the defaults."""
    experiment = from_text(text, settings)
    return experiment.report if isinstance(experiment, Recipe) else Report()


def train_as(recipe: Experiment, stores: Sequence[Path], out: Path, *, overwrite: bool = False) -> "TrainSummary":
    """Train what an experiment asks for: a network, or a generator of images.

    Parameters
    ----------
    recipe : Experiment
        A `Recipe` or a `GenerationRecipe`.
    stores : sequence of pathlib.Path
        Stores to learn from.
    out : pathlib.Path
        Folder of the bundle.
    overwrite : bool
        Whether a finished model, or the checkpoint of other work, is replaced.

    Raises
    ------
    ConfigError
        If the experiment has no task.
    """
    if isinstance(recipe, GenerationRecipe):
        from iactflow.train.generator import run as run_generator

        select, model, train = recipe.data.select, recipe.model, recipe.train
        return run_generator(select, model, train, stores, out, instrument=recipe.instrument, overwrite=overwrite)
    if not isinstance(recipe, Recipe):
        raise ConfigError("task is required: an experiment without one says only what is simulated.")
    from iactflow.train.run import run

    select, instrument = recipe.data.select, recipe.instrument
    return run(
        recipe.tasks, select, recipe.model, recipe.train, stores, out, instrument=instrument, overwrite=overwrite
    )


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
