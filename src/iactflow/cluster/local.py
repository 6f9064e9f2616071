"""Running a pipeline on this machine with Kubeflow's own local runner."""

import builtins
import logging
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

from iactflow.cluster.step import FAILURE_FILE, RUN_PROCESS, raise_failure, was_killed
from iactflow.config import apply_settings, parse_yaml
from iactflow.errors import IactflowError
from iactflow.fitting.memory import smaller_batch

#: A line of the runner itself: time, level, message.
_RUNNER = re.compile(r"\d\d:\d\d:\d\d\.\d+ - [A-Z]+ - (.*)")
_COLOUR = re.compile(r"\x1b\[\d+m")


class _StepLog:
    """Standard output of a run: all of it goes to a log file, and to the terminal what a person wants to follow.

    Kept from the terminal are the executor's account of its input and the runner's listing of output artifacts.
    """

    def __init__(self, terminal: TextIO, log: TextIO) -> None:
        self._terminal, self._log = terminal, log
        self._line = ""
        self._in_listing = False

    def write(self, text: str) -> int:
        self._log.write(_COLOUR.sub("", text))
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if self._is_for_people(line):
                self._terminal.write(line + "\n")
        return len(text)

    def _is_for_people(self, line: str) -> bool:
        said = _COLOUR.sub("", line).rstrip()
        runner = _RUNNER.fullmatch(said)
        if runner:
            self._in_listing = said.endswith(" outputs:")
            return not self._in_listing and runner[1] != "Streamed logs:"
        if "[KFP Executor" in said:
            self._in_listing = said.endswith("Got executor_input:")
            return False
        if self._in_listing:
            # the executor's account ends with the brace in the column where it began
            self._in_listing = said not in ("}", "    }")
            return False
        return bool(said.strip("- "))

    def flush(self) -> None:
        self._log.flush()
        self._terminal.flush()


def run_local(pipeline: Any, arguments: Mapping[str, Any], root: Path) -> dict[str, Path | list[Path]]:
    """Run every step of a pipeline as a process of this machine, in this environment.

    Parameters
    ----------
    pipeline : kfp.dsl.GraphComponent
        The pipeline.
    arguments : mapping
        Values of its parameters; those left out keep their defaults.
    root : pathlib.Path
        Folder that receives one folder per run, and ``log.txt`` with all that the steps print.

    Returns
    -------
    dict
        Paths of the pipeline's output artifacts by name; lists of paths where a loop collects them.

    Raises
    ------
    IactflowError
        If a step fails: what the step raised, that it was killed, or where its words stand.
    """
    from kfp import local

    root.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), _failures() as failure, open(root / "log.txt", "a", encoding="utf-8") as log:
        warnings.filterwarnings(
            "ignore", message=".*have no effect in the current local runner|.*non-Python base image"
        )
        local.init(local.SubprocessRunner(use_venv=False), pipeline_root=str(root.resolve()))
        try:
            with _printing_kept(), redirect_stdout(_StepLog(sys.stdout, log)):
                outputs = pipeline(**arguments).outputs
        except RuntimeError as error:
            raise_failure(failure)
            if was_killed(failure):
                raise IactflowError(
                    f"{error} Its process was killed, often for want of memory: Linux ends a process that takes too "
                    f"much without a word. Where it trained, try {_smaller(arguments)}, or a machine with more memory."
                ) from error
            raise IactflowError(f"{error} What its step printed stands in {root / 'log.txt'}.") from error
    return {name: _paths(artifact) for name, artifact in outputs.items()}


@contextmanager
def _printing_kept() -> Iterator[None]:
    """Put back how this process prints and logs.

    Kubeflow's runner replaces ``print`` and the root logger's handlers for each step and puts back what it found. Steps
    that run side by side find each other's: without this, later words would be indented and go to a closed log.
    """
    root, plain = logging.getLogger(), builtins.print
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        builtins.print = plain
        root.handlers[:] = handlers
        root.setLevel(level)


def _smaller(arguments: Mapping[str, Any]) -> str:
    """Say which batch size to try instead of that of the experiment."""
    content = apply_settings(parse_yaml(str(arguments.get("config", "")), "config"), arguments.get("settings", ()))
    batch_size = (content.get("train") or {}).get("batch_size")
    if not isinstance(batch_size, int):
        return "a smaller train.batch_size"
    return f"--set train.batch_size={smaller_batch(batch_size)}"


def _paths(artifact: Any) -> Path | list[Path]:
    return [Path(one.path) for one in artifact] if isinstance(artifact, list) else Path(artifact.path)


@contextmanager
def _failures() -> Iterator[Path]:
    """Tell the steps where to write why they failed, to end with this process, and to print without delay."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "failure.json"
        before = dict(os.environ)
        os.environ.update({FAILURE_FILE: str(path), RUN_PROCESS: str(os.getpid()), "PYTHONUNBUFFERED": "1"})
        try:
            yield path
        finally:
            os.environ.clear()
            os.environ.update(before)
