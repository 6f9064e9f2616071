"""What the catalogue lists: a plot with what people need to read it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from iactflow.data.result import Result
from iactflow.plots.panel import Panel
from iactflow.plots.reference import Reference


class Entry(NamedTuple):
    """A plot.

    Attributes
    ----------
    name, title : str
        Its anchor on the page and its heading.
    reading : str
        A sentence on how to read it.
    definition : str
        What is drawn, exactly.
    curve : str or None
        The result's curve behind it, shown as a folded table.
    draw : callable
        From results by name and the published reference to figures; one result makes the report's plot, several
        the comparison's. No figure where the results hold nothing to draw.
    wide : bool
        Whether it fills the width of a page.
    """

    name: str
    title: str
    reading: str
    definition: str
    curve: str | None
    draw: Callable[[Mapping[str, Result], Reference | None], list[Panel]]
    wide: bool = False
