"""Signals that batch systems send before they take a machine away."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Signals:
    """What was asked for by signal since the last look.

    SIGUSR1 asks for a checkpoint; Slurm sends it ahead of a time limit if told so (``--signal=USR1@120``). SIGTERM,
    which Kubernetes and Slurm send some seconds before they kill, asks for a checkpoint and an end.

    Attributes
    ----------
    save, stop : bool
        Whether a checkpoint, and an end, was asked for.
    """

    def __init__(self) -> None:
        self.save = self.stop = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Listen within the block; outside the main thread, where Python cannot, nothing is listened to."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {number: signal.signal(number, self._note) for number in (signal.SIGUSR1, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.save = True
        self.stop |= number == signal.SIGTERM
