"""Pipelines by name; each is the list of its steps.

The folder stands at the top of the repository and is linked into the package, so that ``iactflow run`` finds it
wherever iactflow is installed.
"""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from iactflow.config import read_yaml, to_line
from iactflow.errors import ConfigError
from iactflow.generation_recipe import read_recipe
from iactflow.recipe import Experiment

#: Pipelines that ``run`` and ``compile`` know, each a module here and an experiment file in ``configs``.
NAMES = ("energy", "type", "direction", "full", "generation", "retrain", "simulate", "campaign")
#: Pipelines that take the experiment file of another.
_SHARED = {"campaign": "full"}


def require_known(name: str) -> None:
    """Raise `ConfigError` with the known names if there is no such pipeline."""
    if name not in NAMES:
        raise ConfigError(f"There is no pipeline '{name}'. Known: {', '.join(NAMES)}.")


def find(name: str) -> Any:
    """Import a pipeline.

    Raises
    ------
    ConfigError
        If there is none of this name; the message lists those there are.
    """
    require_known(name)
    return getattr(importlib.import_module(f"iactflow.pipelines.{name}"), name)


def default_config(name: str) -> Path:
    """Give the path of the experiment file that a pipeline uses when none is named.

    Raises
    ------
    ConfigError
        If there is no such pipeline.
    """
    require_known(name)
    return Path(__file__).parent / "configs" / f"{_SHARED.get(name, name)}.yaml"


def read_experiment(name: str, config: Path | None, settings: Iterable[str]) -> Experiment:
    """Read the experiment of a pipeline from a file, or its own without one, with ``--set`` settings over it.

    Raises
    ------
    ConfigError
        If there is no such pipeline, a key is unknown or a value is wrong, or no showers are named nor simulated.
    InputError
        If the file cannot be read.
    """
    source = config or default_config(name)
    needs_task = name != "simulate" or "task" in read_yaml(source)
    experiment = read_recipe(source, settings) if needs_task else Experiment.read(source, settings)
    experiment.require_showers()
    return experiment


def default_text(name: str) -> str:
    """Give the experiment of `default_config` as one line of YAML: the dashboard's form has no line breaks."""
    return to_line(read_yaml(default_config(name)))
