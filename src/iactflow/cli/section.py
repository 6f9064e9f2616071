"""One section of an experiment file, for commands that need no other."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from iactflow.cli.common import experiment_option

if TYPE_CHECKING:
    from iactflow.config import Section

config_option = experiment_option("the command's own values; --dry-run shows them")


def read_section[T: Section](kind: "type[T]", name: str, config: Path | None, settings: Iterable[str]) -> "T":
    """Read a section from an experiment file, or its defaults without one, with ``--set`` settings over it.

    Parameters
    ----------
    kind : type
        Class of the section.
    name : str
        Its key in the file.
    config : pathlib.Path or None
        Experiment file; all of it must be valid.
    settings : iterable of str
        ``KEY=VALUE`` with the section's name in the key (``evaluate.bootstrap=1000``).

    Raises
    ------
    InputError
        If the file cannot be read.
    ConfigError
        If a key is unknown or a value is wrong; without a file, keys of other sections are unknown.
    """
    from pydantic import create_model

    from iactflow.config import Section, apply_settings, validate, verbs_as_names

    settings = list(settings)
    if config is not None:
        from iactflow.errors import ConfigError
        from iactflow.generation_recipe import read_recipe

        recipe = read_recipe(config, settings)
        if name not in type(recipe).model_fields:
            raise ConfigError(f"{config} has no section {name}; its task is {recipe.task}. Name a file that has one.")
        return getattr(recipe, name)
    fields: dict[str, tuple[type[T], T]] = {name: (kind, kind())}
    with verbs_as_names():
        experiment = create_model("Experiment", __base__=Section, **fields)  # type: ignore[call-overload]
    origin = " ".join(f"--set {setting}" for setting in settings)
    return getattr(validate(experiment, apply_settings({}, settings), origin), name)
