"""The experiment file: the sections of all verbs under one roof."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, cast, get_args

from pydantic import Field, field_validator

from iactflow.config import Section, apply_settings, parse_yaml, read_yaml, validate
from iactflow.data.presets import PRESETS
from iactflow.data.select import Selection
from iactflow.data.split import SplitFractions
from iactflow.data.store import MANIFEST
from iactflow.drift.config import Drift
from iactflow.errors import ConfigError
from iactflow.evaluate.config import Evaluate
from iactflow.irf.config import Irf
from iactflow.models.config import Model
from iactflow.page.config import Report
from iactflow.predict.config import Predict
from iactflow.promote.config import Promote, default_name
from iactflow.simulate.experiment import Simulation, parse_shard, simulate_all
from iactflow.survey.config import Survey
from iactflow.train.config import Train

#: `instrument:` of an experiment that takes the camera as it finds it.
FROM_DATA = "from-data"

Task = Literal["energy", "type", "cameradirection", "skydirection"]

#: Where a text comes from, for messages.
_PARAMETER = "the pipeline's parameter config"


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


class Experiment(Section):
    """The part of an experiment file that says where showers come from; alone it is the experiment of ``simulate``."""

    instrument: str
    data: Data = Data()
    simulate: Simulation = Simulation()

    @field_validator("instrument")
    @classmethod
    def _known_instrument(cls, name: str) -> str:
        if name != FROM_DATA and name not in PRESETS:
            raise ValueError(f"must be {FROM_DATA} or a preset ({', '.join(PRESETS)})")
        return name

    @property
    def preset(self) -> str:
        """Name of the instrument; empty where it is as the data say."""
        return "" if self.instrument == FROM_DATA else self.instrument

    @property
    def simulates(self) -> bool:
        """Whether showers to train on are simulated: where the experiment names none."""
        self.require_showers()
        return not self.data.train

    def require_showers(self) -> None:
        """Raise `ConfigError` if no data are named and none can be simulated."""
        if not self.data.train and self.instrument == FROM_DATA:
            raise ConfigError(
                f"data.train is empty, and instrument: {FROM_DATA} is nothing that could be simulated. Name simtel or "
                f"DL1 files in data.train, or a preset: {', '.join(PRESETS)}."
            )

    def simulated(
        self, out: Path, shard: str, *, output_format: str, workers: int | None, seed_shift: int = 0
    ) -> "dict[str, Any]":
        """Simulate a share of what the experiment asks for.

        Parameters
        ----------
        out : pathlib.Path
            Store to write, or folder of DL1 files.
        shard : str
            Share of the run, as I/N.
        output_format : str
            ``dl1`` or ``store``.
        workers : int or None
            Processes; None takes all cores.
        seed_shift : int
            Throw other showers than the experiment's; see `Simulation.shifted`.

        Returns
        -------
        dict of iactflow.simulate.run.SimulateSummary
            By primary; empty if the experiment names its showers and nothing was simulated.

        Raises
        ------
        ConfigError
            If `shard` or `output_format` is none of these, or nothing can be simulated.
        """
        if output_format not in ("dl1", "store"):
            raise ConfigError(f"output_format must be dl1 or store. Received: {output_format}")
        if not self.simulates:
            return {}
        return simulate_all(
            self.simulate.shifted(seed_shift),
            self.instrument,
            out,
            shard=parse_shard(shard),
            output_format=cast('Literal["dl1", "store"]', output_format),
            fractions=self.data.split,
            ctapipe_config=self.data.ctapipe,
            workers=workers,
        )

    def ingest_inputs(self, simulated: Iterable[Path] = ()) -> dict[str, IngestInput]:
        """Name the stores that the experiment needs, and what goes into each.

        Parameters
        ----------
        simulated : iterable of pathlib.Path
            Stores of simulated shares; those that an empty share left are no stores and are passed over.

        Returns
        -------
        dict
            ``train``, divided as ``data.split`` says, and ``test`` if the experiment has test files of their own, of
            which every shower belongs to the test part. Options are the keywords ``camera``, ``fractions`` and
            ``ctapipe_config`` of ingest.

        Raises
        ------
        ConfigError
            If there is nothing to train on.
        """
        self.require_showers()
        inputs = self.data.train or [str(path) for path in simulated if (path / MANIFEST).exists()]
        if not inputs:
            raise ConfigError("data.train is empty and no share of the simulation holds showers. Simulate more events.")
        preset = PRESETS.get(self.instrument)
        options = {"camera": preset.camera if preset else None, "ctapipe_config": self.data.ctapipe}
        stores = {"train": IngestInput(inputs, {**options, "fractions": self.data.split})}
        if self.data.test:
            all_test = SplitFractions(train=0, validation=0, test=1)
            stores["test"] = IngestInput(self.data.test, {**options, "fractions": all_test})
        return stores

    @classmethod
    def read(cls, path: Path | str, settings: Iterable[str] = ()) -> Self:
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
    def from_text(cls, text: str, settings: Iterable[str] = (), **changes: object) -> Self:
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
        origin = _PARAMETER
        named = (f"{key.replace('__', '.')}={json.dumps(value)}" for key, value in changes.items() if value)
        return cls._build(parse_yaml(text, origin), [*settings, *named], origin)

    @classmethod
    def _build(cls, content: dict[str, Any], settings: Iterable[str], origin: str) -> Self:
        settings = list(settings)
        told = f"{origin}, {' '.join('--set ' + setting for setting in settings)}" if settings else origin
        return validate(cls, apply_settings(content, settings), told)


class Recipe(Experiment):
    """An experiment file: what is estimated, from which showers, by which model, and how it is judged."""

    task: Task | list[Task]
    model: Model = Model()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
    report: Report = Report()
    predict: Predict = Predict()
    irf: Irf = Irf()
    drift: Drift = Drift()
    survey: Survey = Survey()
    promote: Promote = Promote()

    @property
    def tasks(self) -> list[str]:
        """The tasks as a list, in the order of the file."""
        return [self.task] if isinstance(self.task, str) else list(self.task)

    @property
    def registered_name(self) -> str:
        """Name of the registered model: ``promote.name``, or after the tasks and the mode."""
        return self.promote.name or default_name(self.tasks, self.model.mode)


def experiment_from_text(text: str, settings: Iterable[str] = (), **changes: object) -> Experiment:
    """Read an experiment with or without a task, see `Experiment.from_text`."""
    content = apply_settings(parse_yaml(text, _PARAMETER), settings)
    return (Recipe if "task" in content else Experiment).from_text(text, settings, **changes)


TASKS: tuple[str, ...] = get_args(Task)
