"""What a part of the validation gives, and how it gets into the documentation."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iactflow.errors import InputError
from iactflow.storage import write_bytes, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OURS, THEIRS, THIRD = "#0072B2", "#D55E00", "#009E73"
"""Colours of ours, of what we compare with, and of a third thing (Okabe and Ito, told apart by all eyes)."""
_DPI = 100


@dataclass(frozen=True)
class Scale:
    """How much a run of the validation simulates.

    Parameters
    ----------
    repeats : int
        Times that each shower of CORSIKA's file is simulated for its light.
    chain : int
        Times that it is simulated for its images.
    draws : int
        Times that our telescopes detect CORSIKA's photons.
    showers : int
        Showers that means over energy are taken from, at the lowest energy.
    events : int
        Triggered events of each kind for the distributions of image parameters.
    max_energy : float, TeV
        Showers of CORSIKA's file of more energy are left out.
    stored : int
        Triggered events of each primary and preset for the random forest.
    stores : Path
        Folder of their stores; what is not there is simulated.
    """

    repeats: int
    chain: int
    draws: int
    showers: int
    events: int
    max_energy: float
    stored: int
    stores: Path


FULL = Scale(
    repeats=20,
    chain=4,
    draws=6,
    showers=300,
    events=2000,
    max_energy=1000.0,
    stored=20_000,
    stores=Path("build/validation"),
)
QUICK = Scale(
    repeats=2, chain=1, draws=1, showers=4, events=20, max_energy=0.3, stored=60, stores=Path("build/validation-quick")
)


@dataclass
class Outcome:
    """Tables in Markdown and figures, by name."""

    tables: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def new_figure(columns: int = 1, rows: int = 1, width: float = 9.0, height: float = 3.6) -> tuple[Figure, Any]:
    """Make an empty figure of a size in inches; gives it with its axes, shape (rows, columns), squeezed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    axes = figure.subplots(rows, columns)
    for one in figure.axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def write(outcome: Outcome, docs: Path) -> list[Path]:
    """Put tables between their marks in ``simulation.md`` and figures into ``figures/simulation/``.

    Parameters
    ----------
    outcome : Outcome
        What a part gave.
    docs : Path
        Folder of the documentation.

    Returns
    -------
    list of Path
        Files that were written.

    Raises
    ------
    InputError
        If the page is missing or has no place for a table.
    """
    page = docs / "simulation.md"
    if not page.exists():
        raise InputError(f"{page} does not exist. Run the command at the top of the repository, or give --docs FOLDER.")
    text = page.read_text()
    for name, content in outcome.tables.items():
        text = _replaced(text, name, content, page)
    written = [page]
    for name, figure in outcome.figures.items():
        path = docs / "figures" / "simulation" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, png(figure))
        written.append(path)
    write_text(page, text)
    return written


def png(figure: Figure) -> bytes:
    """Draw a figure with a palette of 256 colours, a third of the size of true colours."""
    from PIL import Image

    drawn, content = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    image = Image.open(drawn).convert("RGB").quantize(256, kmeans=2)
    image.save(content, format="png", optimize=True)
    return content.getvalue()


def _replaced(text: str, name: str, content: str, page: Path) -> str:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise InputError(f"{page} must have exactly one place for the table {name}: the lines {begin} and {end}.")
    return pattern.sub(lambda _: f"{begin}\n{content}\n{end}", text)
