"""The experiment file: the sections of all verbs under one roof."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, field_validator

from iactflow.config import Section, apply_settings, parse_yaml, read_yaml, validate
from iactflow.data.presets import PRESETS
from iactflow.data.select import Selection
from iactflow.evaluate.config import Evaluate
from iactflow.models.config import Model
from iactflow.report.config import Report
from iactflow.train.config import Train

#: `instrument:` of an experiment that takes the camera as it finds it.
FROM_DATA = "from-data"

Task = Literal["energy"]


class Data(Section):
    """The ``data:`` section: where showers come from and which of their images count."""

    train: list[str] = Field(default_factory=list)
    test: list[str] = Field(default_factory=list)
    select: Selection = Selection()


class Recipe(Section):
    """An experiment file."""

    task: Task | list[Task]
    instrument: str
    data: Data = Data()
    model: Model = Model()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
    report: Report = Report()

    @field_validator("instrument")
    @classmethod
    def _known_instrument(cls, name: str) -> str:
        if name != FROM_DATA and name not in PRESETS:
            raise ValueError(f"must be {FROM_DATA} or a preset ({', '.join(PRESETS)})")
        return name

    @property
    def tasks(self) -> list[str]:
        """The tasks as a list, in the order of the file."""
        return [self.task] if isinstance(self.task, str) else list(self.task)

    @classmethod
    def read(cls, path: Path | str, settings: Iterable[str] = ()) -> "Recipe":
        """Read an experiment file and lay ``--set`` settings over it.

        Raises
        ------
        InputError
            If the file cannot be read.
        ConfigError
            If a key is unknown, or a value has the wrong type or unit.
        """
        content = read_yaml(path)
        return cls._build(content, settings, str(path))

    @classmethod
    def from_text(cls, text: str, settings: Sequence[str] = ()) -> "Recipe":
        """Read an experiment from YAML text, as pipelines hand it from step to step."""
        origin = "the pipeline's parameter config"
        return cls._build(parse_yaml(text, origin), settings, origin)

    @classmethod
    def _build(cls, content: dict[str, Any], settings: Iterable[str], origin: str) -> "Recipe":
        settings = list(settings)
        told = f"{origin}, {' '.join('--set ' + setting for setting in settings)}" if settings else origin
        return validate(cls, apply_settings(content, settings), told)


TASKS: tuple[str, ...] = get_args(Task)
