"""Plots of generated images beside simulated ones: distributions, correlations, distances."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.data.result import Result
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.reference import Reference

Draw = Callable[[Mapping[str, Result], Reference | None], list[Panel]]

#: Quantities by what their tables are called, with their axes; as `iactflow.validate.quantities` measures them.
HILLAS = {
    "log_size": "log₁₀ size / p.e.",
    "length": "Length / deg",
    "width": "Width / deg",
    "r": "r / deg",
    "cos_phi": "cos φ",
    "sin_phi": "sin φ",
    "cos_2psi": "cos 2ψ",
    "sin_2psi": "sin 2ψ",
}
SHAPE = {
    "abs_skewness": "|Skewness|",
    "log_pixels": "log₁₀ pixels after cleaning",
    "islands": "Islands",
    "brightest": "Share of the brightest pixel",
}
TIME = {"abs_time_slope": "|Time gradient| / ns/deg", "time_deviation": "Deviation from the time gradient / ns"}
SIMULATED = "Simulation"
_LIMIT = 0.3


def distributions(quantities: Mapping[str, str]) -> Draw:
    """Make a plot of the distributions of some quantities, a figure for each."""

    def draw(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
        return [
            Panel(title.split(" / ")[0], _steps(results, f"distribution_{name}", name, title, "Share of all images"))
            for name, title in quantities.items()
        ]

    return draw


def spectrum(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw how many pixels of an image have which charge after cleaning."""
    drawn = _steps(
        results, "pixel_spectrum", "log_charge", "log₁₀ charge of a pixel / p.e.", "Pixels per image and bin"
    )
    drawn.update_yaxes(type="log", tickformat=".0e", row=1, col=1)
    return [Panel("", drawn)]


def correlations(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the correlation matrices: of the simulation, then of each sample with its difference."""
    first = next(iter(results.values())).curves["correlations"]
    panels = [Panel(SIMULATED, _matrix(first, "simulated", 1.0))]
    for name, result in results.items():
        table = result.curves["correlations"]
        panels.append(Panel(name, _matrix(table, "generated", 1.0)))
        panels.append(Panel(f"{name} minus simulation", _matrix(table, "difference", _LIMIT)))
    return panels


def distances(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the Wasserstein distance of every quantity, with intervals."""
    titles = {**HILLAS, **SHAPE, **TIME}
    drawn = style.figure(x="", y="Wasserstein distance / standard deviations")
    places = np.arange(len(titles), dtype=float)
    for index, (name, look) in enumerate(style.looks(results).items()):
        metrics = [results[name].metrics[f"w1_{quantity}"] for quantity in titles]
        value, low, high = (
            np.array([np.nan if one is None else one for one in column], float)
            for column in zip(*((metric.value, metric.low, metric.high) for metric in metrics), strict=True)
        )
        hover = [
            f"{name}, {title}: {a:.3g} [{b:.3g}, {c:.3g}]"
            for title, a, b, c in zip(titles.values(), value, low, high, strict=True)
        ]
        shift = 0.12 * (index - (len(results) - 1) / 2)
        full = np.ones(len(places), bool)
        style.add_curve(drawn, name, look, x=places + shift, y=value, low=low, high=high, full=full, hover=hover)
        drawn.data[-1].mode = "markers"
    labels = [title.split(" / ")[0] for title in titles.values()]
    drawn.update_xaxes(tickvals=places.tolist(), ticktext=labels, tickangle=-40)
    drawn.update_yaxes(type="log", row=1, col=1)
    drawn.update_layout(margin_b=150, height=480)
    return [Panel("", drawn)]


def _steps(results: Mapping[str, Result], curve: str, name: str, x: str, y: str) -> go.Figure:
    """Draw one table of every result as steps with bands, the simulation dashed below."""
    drawn = style.figure(x=x, y=y)
    first = next(iter(results.values())).curves[curve]
    add_shares(drawn, SIMULATED, style.Look(style.NEUTRAL, "x"), first, name, "simulated", "dash")
    for model, look in style.looks(results).items():
        add_shares(drawn, model, look, results[model].curves[curve], name, "generated", "solid")
    return drawn


def add_shares(drawn: go.Figure, model: str, look: style.Look, table: Table, name: str, side: str, dash: str) -> None:
    """Draw the column `side` over the bins ``NAME_low`` to ``NAME_high`` as steps, its interval as a band."""
    edges = _short(np.append(table[f"{name}_low"], table[f"{name}_high"][-1]))
    value, low, high = (_short(style.filled(table, column)) for column in (side, f"{side}_low", f"{side}_high"))
    corners = np.repeat(edges, 2)[1:-1]
    style.add_band(drawn, look, x=corners, low=np.repeat(low, 2), high=np.repeat(high, 2))
    hover = [
        f"{model}: {share:.3g} [{a:.3g}, {b:.3g}], {left:.3g} to {right:.3g}"
        for share, a, b, left, right in zip(value, low, high, edges[:-1], edges[1:], strict=True)
    ]
    drawn.add_trace(
        go.Scatter(
            name=model,
            x=edges,
            y=np.append(value, value[-1]),
            mode="lines",
            line={"color": look.colour, "width": 2.5, "dash": dash, "shape": "hv"},
            hovertext=[*hover, hover[-1]],
            hoverinfo="text",
        )
    )


def _short(values: np.ndarray) -> np.ndarray:
    """Round to four digits: a page holds thousands of these numbers as text."""
    return np.array([float(f"{value:.4g}") for value in np.asarray(values, float)])


def _matrix(table: Table, side: str, limit: float) -> go.Figure:
    names: Sequence[str] = list(dict.fromkeys(table["first"]))
    labels = [HILLAS[name].split(" / ")[0] for name in names]
    values = np.asarray(table[side], float).reshape(len(names), len(names))
    drawn = style.figure(x="", y="")
    drawn.add_trace(
        go.Heatmap(
            x=labels,
            y=labels,
            z=values,
            zmin=-limit,
            zmax=limit,
            colorscale="RdBu",
            text=[[f"{value:.2f}" for value in row] for row in values],
            texttemplate="%{text}",
            textfont={"size": 11},
            hovertemplate="%{y}, %{x}: %{z:.3f}<extra></extra>",
            colorbar={"thickness": 14},
        )
    )
    drawn.update_yaxes(autorange="reversed")
    return drawn
