"""Pipelines by name; each is the list of its steps.

The folder stands at the top of the repository and is linked into the package, so that ``iactflow run`` finds it
wherever iactflow is installed.
"""

import importlib
from pathlib import Path
from typing import Any

from iactflow.config import read_yaml, to_line
from iactflow.errors import ConfigError

#: Pipelines that ``run`` and ``compile`` know, each a module here and an experiment file in ``configs``.
NAMES = ("energy",)


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
    return Path(__file__).parent / "configs" / f"{name}.yaml"


def default_text(name: str) -> str:
    """Give the experiment of `default_config` as one line of YAML: the dashboard's form has no line breaks."""
    return to_line(read_yaml(default_config(name)))
