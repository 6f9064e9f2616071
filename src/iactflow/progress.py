"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import Any, Self

#: Seconds between two lines where there is no terminal.
_LINE_SECONDS = 10.0


class Progress:
    """Count work done and say how fast it goes and how long it will take, on standard error.

    Parameters
    ----------
    what : str
        What is going on, in a word or two.
    unit : str
        Plural of what is counted (``images``).
    total : int or None
        How many there will be; without it no time left is shown.
    """

    def __init__(self, what: str, unit: str, total: int | None = None) -> None:
        self.what, self.unit, self.total = what, unit, total
        self.done = self._before = 0
        self._bar: Any = None
        self._start = self._last = time.monotonic()
        self._end: float | None = None

    def __enter__(self) -> Self:
        """Start the clock and, on a terminal, draw the bar."""
        self._start = self._last = time.monotonic()
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=self.total, desc=self.what, unit=f" {self.unit}", dynamic_ncols=True)
        return self

    def advance(self, count: int) -> None:
        """Count `count` more as done."""
        self.done += count
        if self._complete:
            self._end = time.monotonic()
        if self._bar is not None:
            self._bar.update(count)
        elif time.monotonic() - self._last >= _LINE_SECONDS:
            self._last = time.monotonic()
            print(self.line(), file=sys.stderr, flush=True)

    def go_on_at(self, count: int) -> None:
        """Say how many were done before this process began: they count as done, not as quick."""
        self.done = self._before = count
        if self._bar is not None:
            self._bar.n = self._bar.initial = count
            self._bar.refresh()

    def expect(self, total: int) -> None:
        """Say how many there will be, once that is known or can be estimated better."""
        self.total = total
        if self._bar is not None:
            self._bar.total = total

    @property
    def _complete(self) -> bool:
        return self.total is not None and self.done >= self.total

    def line(self) -> str:
        """Describe the state in one line: count, rate and time left; once all is done the rate stays what it was."""
        end = self._end if self._complete and self._end is not None else time.monotonic()
        seconds = max(end - self._start, 1e-9)
        rate = (self.done - self._before) / seconds
        of_total = f" of {self.total}" if self.total is not None else ""
        left = f", {(self.total - self.done) / rate:.0f} s left" if self.total is not None and rate > 0 else ""
        return f"{self.what}: {self.done}{of_total} {self.unit}, {rate:.3g} {self.unit}/s{left}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the bar, or print the last line."""
        if self._bar is not None:
            self._bar.close()
        else:
            print(self.line(), file=sys.stderr, flush=True)
