"""Reading of files by several processes, with results that do not depend on their number."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

from iactflow.errors import IactflowError
from iactflow.ingest.blocks import Block, Blocks, Task

#: What reads a task: every n-th portion from a first one on. Importable by name, since processes are started afresh.
Reader = Callable[[Task, int, int], Blocks]

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Finished:
    """The end of a file, with what its reader returned."""

    found: dict[str, Any]


def read_all(tasks: Sequence[Task], reader: Reader, workers: int) -> Generator[tuple[int, Block | Finished]]:
    """Read files, in parallel over files and within them.

    Parameters
    ----------
    tasks : sequence of Task
        The files.
    reader : callable
        Reads one of them.
    workers : int
        Number of processes; 1 reads in this one. Where there are fewer files, several processes share one: each
        reads every n-th portion.

    Yields
    ------
    tuple of int and (Block or Finished)
        Number of the task with its next portion or its end. Portions of a task come in the order of the file, those
        of different tasks mixed.

    Raises
    ------
    IactflowError
        What a reader raised, or that a process was killed.
    """
    if workers == 1:
        for number, task in enumerate(tasks):
            for message in _messages(task, 0, 1, reader):
                yield number, message
        return
    waiting = list(enumerate(tasks))
    with ExitStack() as stack:
        teams = [stack.enter_context(_Team(reader, size)) for size in _team_sizes(len(tasks), workers)]
        for team in teams:
            team.start(*waiting.pop(0))
        while busy := {team.turn: team for team in teams if team.number is not None}:
            for connection in wait(list(busy)):
                team = busy[connection]  # type: ignore[index]
                number, message = team.receive()
                if isinstance(message, Finished) and waiting:
                    team.start(*waiting.pop(0))
                yield number, message


def _team_sizes(n_tasks: int, workers: int) -> list[int]:
    n_teams = min(n_tasks, workers)
    return [workers // n_teams + (team < workers % n_teams) for team in range(n_teams)]


class _Team:
    """Processes that read one file at a time together; its portions are taken from each in turn."""

    def __init__(self, reader: Reader, size: int) -> None:
        self.number: int | None = None
        self._reader, self._size = reader, size
        self._next = 0
        self._members: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        for _ in range(self._size):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there, self._reader), daemon=True)
            process.start()
            there.close()
            self._members.append((process, here))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process, connection in self._members:
            process.kill()
            process.join()
            connection.close()

    def start(self, number: int, task: Task) -> None:
        """Begin a file."""
        self.number, self._next = number, 0
        for index, (_, connection) in enumerate(self._members):
            connection.send((task, index, self._size))

    @property
    def turn(self) -> Connection:
        """The connection that the next portion comes from."""
        return self._members[self._next][1]

    def receive(self) -> tuple[int, Block | Finished]:
        """Take the next portion, or the end of the file, with the number of the task."""
        assert self.number is not None
        number = self.number
        message = self._take(self._next)
        self._next = (self._next + 1) % self._size
        if isinstance(message, Finished):
            for index in range(1, self._size):  # none of the others has a portion left
                self._take((self._next - 1 + index) % self._size)
            self.number = None
        return number, message

    def _take(self, index: int) -> Block | Finished:
        process, connection = self._members[index]
        try:
            message = connection.recv()
        except (EOFError, ConnectionError) as error:
            process.join()
            raise IactflowError(
                f"A process that was reading ended without a word (exit code {process.exitcode}); it was killed, often "
                "for want of memory. Run the same command again, with fewer --workers if memory is short; files that "
                "were finished are kept."
            ) from error
        if isinstance(message, BaseException):
            raise message
        return message


def _messages(task: Task, index: int, count: int, reader: Reader) -> Iterator[Block | Finished]:
    found = yield from reader(task, index, count)
    yield Finished(found)


def leave_ending_to_parent() -> None:
    """Make this child process deaf to interruptions from the terminal, and let it end when its parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        parent = multiprocessing.parent_process()
        if parent is not None and parent.pid != os.getppid():  # it was killed before
            os.kill(os.getpid(), signal.SIGKILL)


def _work(connection: Connection, reader: Reader) -> None:
    """Read files until the parent is gone."""
    leave_ending_to_parent()
    while True:
        try:
            task, index, count = connection.recv()
        except EOFError:
            return
        try:
            for message in _messages(task, index, count, reader):
                connection.send(message)
        except ConnectionError:
            return
        except IactflowError as error:
            connection.send(error)
        except Exception as error:
            connection.send(IactflowError(f"{task.path} could not be read: {type(error).__name__}: {error}"))
