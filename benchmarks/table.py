"""Rows of the benchmark table, as a person and as a machine reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from iactflow.models.device import describe_cpu


@dataclass(frozen=True)
class Row:
    """One measured claim.

    Attributes
    ----------
    name : str
        What was measured.
    ours : float
        Our figure.
    unit : str
        Its unit.
    peer : str
        What runs beside us, or the limit that was set.
    peer_value : float or None
        Its figure in the same unit.
    ratio : float or None
        How many times better we are; below one we are worse.
    n : int
        How many events, images or calls stand behind our figure.
    device : str
        What it ran on.
    """

    name: str
    ours: float
    unit: str
    peer: str
    peer_value: float | None
    ratio: float | None
    n: int
    device: str


def device() -> str:
    """Name this machine's processor and the number of its cores."""
    return describe_cpu()


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Give the median duration of a call."""
    durations = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        durations.append(perf_counter() - start)
    return median(durations)


def render(rows: Sequence[Row]) -> str:
    """Draw the table in plain text."""
    head = ("what", "ours", "peer", "", "ratio", "n")
    cells = [head]
    for row in rows:
        peer_value = "" if row.peer_value is None else f"{row.peer_value:.4g} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}x"
        cells.append((row.name, f"{row.ours:.4g} {row.unit}", row.peer, peer_value, ratio, str(row.n)))
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
