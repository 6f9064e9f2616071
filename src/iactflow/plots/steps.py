"""Numbers of images per bin, as steps."""

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table


def add_steps(drawn: go.Figure, name: str, table: Table, quantity: str, column: str, line: dict[str, object]) -> None:
    """Draw a column of counts over the bins ``QUANTITY_low`` to ``QUANTITY_high``."""
    edges, counts = np.append(table[f"{quantity}_low"], table[f"{quantity}_high"][-1]), np.asarray(table[column])
    unit = f" {table[f'{quantity}_low'].unit}" if table[f"{quantity}_low"].unit else ""
    hover = [
        f"{name}: {count} images, {low:.3g} to {high:.3g}{unit}"
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
    ]
    drawn.add_trace(
        go.Scatter(
            name=name,
            x=edges,
            y=np.append(counts, counts[-1]),
            mode="lines",
            line={**line, "shape": "hv"},
            hovertext=[*hover, hover[-1]],
            hoverinfo="text",
        )
    )
