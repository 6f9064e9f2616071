"""Plots of the training: how the loss fell."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from iactflow.data.result import Result
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.reference import Reference


def loss(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the loss of training and validation per epoch, for the models that were trained in epochs."""
    histories = {name: history_of(result) for name, result in results.items()}
    if not any(histories.values()):
        return []
    drawn = style.figure(x="Epoch", y="Loss")
    for name, look in style.looks(results).items():
        history = histories[name]
        for key, word, dash in (("loss", "training", "dot"), ("val_loss", "validation", "solid")):
            values = history.get(key)
            if not values or all(value is None for value in values):
                continue
            drawn.add_trace(
                go.Scatter(
                    name=f"{name}, {word}",
                    x=history["epoch"],
                    y=values,
                    mode="lines+markers" if len(values) < 40 else "lines",
                    line={"color": look.colour, "width": 2.5, "dash": dash},
                    marker={"size": 6},
                )
            )
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_xaxes(tickformat="d")
    return [Panel("", drawn)]


def history_of(result: Result) -> dict[str, list[Any]]:
    """Give the history of a model trained in epochs, empty for others."""
    history = result.model.get("history") or {}
    return history if history.get("epoch") else {}
