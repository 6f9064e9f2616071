"""What a plot function gives: figures with captions."""

from typing import NamedTuple

import plotly.graph_objects as go


class Panel(NamedTuple):
    """One figure of a plot; `caption` names the model where each model has its own, else it is empty."""

    caption: str
    figure: go.Figure
