"""Plots of a comparison of new data with a reference."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.plots import style
from iactflow.plots.generation import add_shares

#: How the two sides are called; the reference is grey.
REFERENCE, CURRENT = "reference", "current"
_HEIGHT_OF_ROW = 26


def distribution(table: Table, name: str, title: str) -> go.Figure:
    """Draw how a quantity is distributed on both sides.

    Parameters
    ----------
    table : astropy.table.Table
        Bins ``NAME_low``, ``NAME_high``, and for each side the share of images with the ends of its interval.
    name : str
        Of the quantity in `table`.
    title : str
        Of the axis, with the unit.
    """
    drawn = style.figure(x=title, y="Share of images")
    look = style.looks([CURRENT])[CURRENT]
    add_shares(drawn, REFERENCE, style.Look(style.NEUTRAL, "x"), table, name, REFERENCE, "dash")
    add_shares(drawn, CURRENT, look, table, name, CURRENT, "solid")
    return drawn


def distances(titles: Sequence[str], distance: np.ndarray, threshold: np.ndarray) -> go.Figure:
    """Draw the distance of every quantity beside its threshold, on a logarithmic axis, the largest ratio on top.

    Parameters
    ----------
    titles : sequence of str
        Names of the quantities.
    distance, threshold : ndarray of float, shape (k,)
        In standard deviations of the reference.
    """
    order = np.argsort(distance / threshold)
    names = [titles[place] for place in order]
    drawn = style.figure(x="Wasserstein distance / standard deviations of the reference", y="")
    look = style.looks([CURRENT])[CURRENT]
    least = float(threshold.min()) / 10  # a distance of 0 has no place on a logarithmic axis
    for label, values, marker in (
        ("threshold", threshold[order], {"symbol": "line-ns-open", "color": style.NEUTRAL, "size": 14}),
        ("distance", np.maximum(distance[order], least), {"symbol": "circle", "color": look.colour, "size": 10}),
    ):
        drawn.add_trace(
            go.Scatter(
                name=label,
                x=values,
                y=names,
                mode="markers",
                marker={**marker, "line": {"width": 2, "color": marker["color"]}},
                line={"color": marker["color"]},
                hovertext=[f"{name}: {label} {value:.3g}" for name, value in zip(names, values, strict=True)],
                hoverinfo="text",
            )
        )
    drawn.update_xaxes(type="log")
    drawn.update_layout(height=120 + _HEIGHT_OF_ROW * len(names))
    return drawn
