"""How plots look: colours of models, axes, curves. Colours of text, grid and background belong to the page's theme."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table
from plotly.subplots import make_subplots

from iactflow.data.result import FLOOR

#: Colours of models, readable on white and on black and told apart by colour-blind eyes (after Okabe and Ito,
#: without their light ones); the first is the model that a page is about.
_PALETTE = ("#0072B2", "#009E73", "#CC79A7", "#9A7B1F", "#7B6FD0", "#8A8A8A")
_SYMBOLS = ("circle", "diamond", "triangle-up", "pentagon", "star", "hexagon")
#: The same model has the same colour on every page.
_FIXED = {"Random forest": ("#D55E00", "square"), FLOOR: ("#D55E00", "square")}
#: Truth and published values: neither is a model.
NEUTRAL = "#808080"
_FONT_SIZE = 15
_HEIGHT, _RATIO_HEIGHT = 400, 540


class Look(NamedTuple):
    """A model's colour and marker."""

    colour: str
    symbol: str


def looks(names: Iterable[str]) -> dict[str, Look]:
    """Give every model its colour and marker."""
    free = zip(_PALETTE, _SYMBOLS, strict=True)
    chosen = {}
    for name in names:
        chosen[name] = Look(*(_FIXED[name] if name in _FIXED else next(free, (NEUTRAL, "x"))))
    return chosen


def figure(*, x: str, y: str, energy: np.ndarray | None = None, ratio: str | None = None) -> go.Figure:
    """Make an empty figure.

    Parameters
    ----------
    x, y : str
        What the axes show, with the unit.
    energy : ndarray of float, optional
        Edges of the energy bins in TeV; makes x logarithmic over their range.
    ratio : str, optional
        What a second panel below shows; without it there is none.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    rows = 1 if ratio is None else 2
    result = make_subplots(
        rows=rows,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.05,
        row_heights=[0.68, 0.32][:rows] if rows > 1 else None,
    )
    result.update_layout(
        template="none",
        height=_HEIGHT if ratio is None else _RATIO_HEIGHT,
        margin={"l": 72, "r": 16, "t": 34, "b": 58},
        font={"size": _FONT_SIZE},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
    )
    result.update_xaxes(showline=True, ticks="outside", zeroline=False, fixedrange=True)
    result.update_yaxes(showline=True, ticks="outside", zeroline=False, fixedrange=True, automargin=True)
    result.update_xaxes(title_text=x, row=rows, col=1)
    result.update_yaxes(title_text=y, row=1, col=1)
    if ratio is not None:
        result.update_yaxes(title_text=ratio, row=2, col=1)
        add_level(result, 1.0, row=2)
    if energy is not None:
        result.update_xaxes(**energy_axis(energy))
    return result


def energy_axis(edges: np.ndarray) -> dict[str, object]:
    """Describe a logarithmic axis of energy in TeV with ticks that people read."""
    low, high = float(np.min(edges)), float(np.max(edges))
    span = np.log10(high / low)
    steps = (1, 2, 5) if span < 2 else (1, 3) if span < 3.5 else (1,)
    ticks = [step * 10.0**power for power in range(-6, 7) for step in steps]
    shown = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
    return {
        "type": "log",
        "range": [np.log10(low), np.log10(high)],
        "tickvals": shown,
        "ticktext": [f"{tick:g}" for tick in shown],
    }


def add_curve(
    target: go.Figure,
    name: str,
    look: Look,
    *,
    x: np.ndarray,
    y: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    full: np.ndarray,
    hover: Sequence[str],
    row: int = 1,
) -> None:
    """Draw values per bin with their intervals; undefined (NaN) ones leave a gap.

    Parameters
    ----------
    target : plotly.graph_objects.Figure
        Where to draw.
    name, look : str, Look
        The model.
    x, y, low, high : ndarray of float, shape (n_bins,)
        Values and ends of intervals.
    full : ndarray of bool, shape (n_bins,)
        Bins with enough images; the others are drawn open.
    hover : sequence of str
        What the pointer shows at each bin.
    row : int
        Panel, from 1.
    """
    symbols = np.where(full, look.symbol, f"{look.symbol}-open")
    bars = np.isfinite(low)
    # A trace of its own, because plotly draws an undefined bar as a bar of no length.
    target.add_trace(
        go.Scatter(
            x=x[bars],
            y=y[bars],
            mode="markers",
            marker={"color": look.colour, "size": 1},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": np.clip(high - y, 0, None)[bars],
                "arrayminus": np.clip(y - low, 0, None)[bars],
                "color": look.colour,
                "thickness": 1.5,
                "width": 4,
            },
            hoverinfo="skip",
        ),
        row=row,
        col=1,
    )
    target.add_trace(
        go.Scatter(
            name=name,
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": look.colour, "width": 2},
            marker={
                "color": look.colour,
                "size": 10,
                "symbol": symbols.tolist(),
                "line": {"width": 2, "color": look.colour},
            },
            hovertext=list(hover),
            hoverinfo="text",
        ),
        row=row,
        col=1,
    )


def add_band(target: go.Figure, look: Look, *, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Shade the interval of a continuous curve; undefined (NaN) points are left out."""
    known = np.isfinite(low) & np.isfinite(high)
    red, green, blue = (int(look.colour[place : place + 2], 16) for place in (1, 3, 5))
    target.add_trace(
        go.Scatter(
            x=np.concatenate([x[known], x[known][::-1]]),
            y=np.concatenate([high[known], low[known][::-1]]),
            mode="lines",
            line={"width": 0, "color": look.colour},
            fill="toself",
            fillcolor=f"rgba({red},{green},{blue},0.18)",
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )


def filled(table: Table, column: str) -> np.ndarray:
    """Give a column as floats, NaN where it is masked."""
    return np.ma.filled(np.ma.asarray(table[column], dtype=float), np.nan)


def add_level(target: go.Figure, value: float, row: int = 1) -> None:
    """Draw a thin horizontal line."""
    target.add_hline(y=value, line={"color": NEUTRAL, "width": 1, "dash": "dot"}, row=row, col=1)


def add_diagonal(target: go.Figure, low: float = 0.0, high: float = 1.0) -> None:
    """Draw a thin line where x equals y."""
    target.add_trace(
        go.Scatter(
            x=[low, high],
            y=[low, high],
            mode="lines",
            line={"color": NEUTRAL, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    )


def add_counts(target: go.Figure, x: np.ndarray, n: np.ndarray) -> None:
    """Write the number of images of each bin along the upper edge; x is logarithmic."""
    angle = 0 if len(n) <= 8 else -90
    for position, count in zip(np.log10(x), n, strict=True):
        if count:
            target.add_annotation(
                x=position,
                y=1,
                xref="x",
                yref="y domain",
                yanchor="bottom",
                text=f"{count}",
                textangle=angle,
                showarrow=False,
                font={"size": 13},
            )
    if angle:
        target.update_layout(margin_t=56)


def legend(figures: Iterable[go.Figure]) -> list[Mapping[str, str]]:
    """List what the traces of some figures mean: name, colour and dash, each once, for the page's own legend."""
    entries: dict[str, Mapping[str, str]] = {}
    for drawn in figures:
        for trace in drawn.data:
            if trace.type == "scatter" and trace.name and trace.name not in entries:
                entries[trace.name] = {
                    "name": trace.name,
                    "colour": trace.line.color,
                    "dash": trace.line.dash or "solid",
                }
    return list(entries.values())
