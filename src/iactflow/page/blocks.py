"""What a page is made of; `page.html.j2` knows how each block looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from iactflow.plots.panel import Panel


@dataclass(frozen=True)
class Tile:
    """A headline number: what it is, its value with unit, interval and sample, and the others' values."""

    label: str
    value: str
    interval: str
    beside: Sequence[str] = ()


@dataclass(frozen=True)
class Tiles:
    """Headline numbers in a row."""

    kind: ClassVar[str] = "tiles"
    tiles: Sequence[Tile]


@dataclass(frozen=True)
class Verdict:
    """The first thing a reader sees: a sentence, its reasons, and cautions."""

    kind: ClassVar[str] = "verdict"
    tone: Literal["good", "bad", "neutral"]
    headline: str
    reasons: Sequence[str] = ()
    cautions: Sequence[str] = ()


@dataclass(frozen=True)
class Table:
    """A table; cells are text. `tones` colours cells by their text."""

    kind: ClassVar[str] = "table"
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    folded: bool = False
    tones: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """Names and their values."""

    kind: ClassVar[str] = "facts"
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Plot:
    """Figures with how to read them, their definition and the numbers behind them; `wide` ones fill the page."""

    kind: ClassVar[str] = "plot"
    name: str
    title: str
    reading: str
    definition: str
    panels: Sequence[Panel]
    legend: Sequence[Mapping[str, str]]
    wide: bool
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Picture:
    """An inline SVG with lines of text under it."""

    svg: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Gallery:
    """Groups of pictures, each with a heading, the colour scale that they share, and what its upper end is."""

    kind: ClassVar[str] = "gallery"
    reading: str
    groups: Mapping[str, Sequence[Picture]]
    scale: str
    largest: str = "largest charge of the image"


@dataclass(frozen=True)
class Code:
    """Text to be read or typed as it stands; with a label it is folded."""

    kind: ClassVar[str] = "code"
    text: str
    label: str = ""


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True)
class Heading:
    """The name of what follows, inside of a section."""

    kind: ClassVar[str] = "heading"
    text: str
    line: str = ""


Block = Tiles | Verdict | Table | Facts | Plot | Gallery | Code | Text | Heading


@dataclass(frozen=True)
class Section:
    """Blocks under a heading that the page's navigation names."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A whole page: its title, the line above it, and its sections; the first has no heading of its own."""

    title: str
    kicker: str
    identity: Mapping[str, str]
    sections: Sequence[Section]
