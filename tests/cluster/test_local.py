import logging
import re
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from kfp import dsl
from kfp.local import logging_utils

from iactflow.cluster.local import run_local
from iactflow.errors import ConfigError, IactflowError

IMAGE = "test-python"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def write(text: str, note: dsl.Output[dsl.Artifact]):
    """Write a text."""
    print(f"writing {text}")
    with open(note.path, "w") as file:
        file.write(text)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def fail(kind: str):
    """Fail in the way that is named."""
    from iactflow.cluster.step import step
    from iactflow.errors import ConfigError

    with step():
        if kind == "killed":
            import os
            import signal

            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "told":
            raise ConfigError("epochs must be at least 1")
        raise ValueError("surprise")


class Note(NamedTuple):
    note: dsl.Artifact


@dsl.pipeline(name="writing")
def writing(text: str = "default") -> Note:
    """Write a text."""
    return Note(note=write(text=text).outputs["note"])


@dsl.pipeline(name="failing")
def failing(kind: str, config: str = "", settings: list = []):  # noqa: B006  Kubeflow takes no other default
    """Fail."""
    fail(kind=kind)


def test_outputs_come_back_and_the_terminal_shows_what_steps_say(tmp_path, capsys):
    outputs = run_local(writing, {"text": "hello"}, tmp_path)
    assert outputs["note"].read_text() == "hello"
    shown = capsys.readouterr().out
    assert "writing hello" in shown
    assert "Task 'write' finished with status SUCCESS" in re.sub(r"\x1b\[\d+m", "", shown)
    assert "executor_input" not in shown
    assert "uri=" not in shown
    assert "executor_input" in (tmp_path / "log.txt").read_text()


def test_a_steps_own_error_comes_back_with_its_kind(tmp_path):
    with pytest.raises(ConfigError, match="epochs must be at least 1"):
        run_local(failing, {"kind": "told"}, tmp_path)


def test_an_unforeseen_failure_names_the_log(tmp_path):
    with pytest.raises(IactflowError, match=r"log\.txt"):
        run_local(failing, {"kind": "untold"}, tmp_path)
    assert "surprise" in (tmp_path / "log.txt").read_text()


def test_a_step_that_is_killed_names_memory_and_the_batch_size_to_try(tmp_path):
    """As Linux does to the process that takes too much."""
    arguments = {"kind": "killed", "config": "train: {batch_size: 512}", "settings": ["train.batch_size=100"]}
    with pytest.raises(IactflowError, match=r"'fail'.* killed, often for want of memory.*--set train\.batch_size=32, "):
        run_local(failing, arguments, tmp_path)
    with pytest.raises(IactflowError, match=r"killed, .*try a smaller train\.batch_size, "):
        run_local(failing, {"kind": "killed"}, tmp_path)


def test_steps_side_by_side_leave_printing_and_logging_as_they_were(tmp_path, capsys):
    def two_steps():
        outer, inner = ([logging_utils.local_logger_context(), logging_utils.indented_print()] for _ in range(2))
        for context in (*outer, *inner):
            context.__enter__()
        for context in (*outer, *inner):  # the first to begin is the first to end
            context.__exit__(None, None, None)
        return SimpleNamespace(outputs={})

    root = logging.getLogger()
    before = print, root.handlers[:], root.level
    assert run_local(two_steps, {}, tmp_path) == {}
    assert (print, root.handlers, root.level) == before
    logging.getLogger("later").warning("after the run")
    assert "closed file" not in capsys.readouterr().err
