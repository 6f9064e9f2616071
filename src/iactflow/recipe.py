"""The experiment file: the sections of all verbs under one roof."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from pydantic import Field, field_validator

from iactflow.config import Section, apply_settings, parse_yaml, read_yaml, validate
from iactflow.data.presets import PRESETS
from iactflow.data.select import Selection
from iactflow.data.split import SplitFractions
from iactflow.errors import ConfigError
from iactflow.evaluate.config import Evaluate
from iactflow.models.config import Model
from iactflow.page.config import Report
from iactflow.train.config import Train

#: `instrument:` of an experiment that takes the camera as it finds it.
FROM_DATA = "from-data"

Task = Literal["energy", "type", "cameradirection", "skydirection"]


class Data(Section):
    """The ``data:`` section: where showers come from and which of their images count."""

    train: list[str] = Field(default_factory=list)
    test: list[str] = Field(default_factory=list)
    select: Selection = Selection()
    split: SplitFractions = SplitFractions()
    ctapipe: dict[str, Any] | None = None


class IngestInput(NamedTuple):
    """What one call of ingest is given: URIs and the options that go with them."""

    inputs: list[str]
    options: dict[str, Any]


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

    def ingest_inputs(self) -> dict[str, IngestInput]:
        """Name the stores that the experiment needs, and what goes into each.

        Returns
        -------
        dict
            ``train``, divided as ``data.split`` says, and ``test`` if the experiment has test files of their own, of
            which every shower belongs to the test part. Options are the keywords ``camera``, ``fractions`` and
            ``ctapipe_config`` of ingest.

        Raises
        ------
        ConfigError
            If no data are named and the instrument has no showers to offer.
        """
        preset = PRESETS.get(self.instrument)
        options = {"camera": preset.camera if preset else None, "ctapipe_config": self.data.ctapipe}
        inputs = self.data.train or list(preset.samples if preset else ())
        if not inputs:
            raise ConfigError(
                f"data.train is empty and instrument: {self.instrument} brings no showers. Name simtel or DL1 files."
            )
        stores = {"train": IngestInput(inputs, {**options, "fractions": self.data.split})}
        if self.data.test:
            all_test = SplitFractions(train=0, validation=0, test=1)
            stores["test"] = IngestInput(self.data.test, {**options, "fractions": all_test})
        return stores

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
        return cls._build(read_yaml(path), settings, str(path))

    @classmethod
    def from_text(cls, text: str, settings: Iterable[str] = (), **changes: object) -> "Recipe":
        """Read an experiment from YAML text, as pipelines hand it from step to step.

        Parameters
        ----------
        text : str
            The YAML text.
        settings : iterable of str
            As given to ``--set``.
        **changes
            Single values by key, with two underscores for the dot (``train__epochs=3``); empty ones (0, "", []) are
            left to the text.
        """
        origin = "the pipeline's parameter config"
        named = (f"{key.replace('__', '.')}={json.dumps(value)}" for key, value in changes.items() if value)
        return cls._build(parse_yaml(text, origin), [*settings, *named], origin)

    @classmethod
    def _build(cls, content: dict[str, Any], settings: Iterable[str], origin: str) -> "Recipe":
        settings = list(settings)
        told = f"{origin}, {' '.join('--set ' + setting for setting in settings)}" if settings else origin
        return validate(cls, apply_settings(content, settings), told)


TASKS: tuple[str, ...] = get_args(Task)
