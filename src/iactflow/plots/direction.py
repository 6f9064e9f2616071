"""Plots of reconstructed directions: angular resolution, containment, bias over the field, altitude and azimuth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.data.result import Result
from iactflow.fitting.metrics_direction import coverage
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.per_bin import Binning, per_bin
from iactflow.plots.reference import Reference
from iactflow.plots.steps import add_steps


@dataclass(frozen=True)
class Direction:
    """The plots of ``skydirection`` or ``cameradirection``."""

    task: str

    def resolution(self, results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
        """Draw the angular resolution versus true energy, with published values."""
        binning = Binning(f"{self.task}_performance", "true_energy", "True energy", "TeV", measured="deg")
        drawn = per_bin(results, binning, "resolution", "Angular resolution / deg", "Ratio")
        if reference is not None:
            drawn.add_trace(
                go.Scatter(
                    name=reference.label,
                    x=reference.energy_low,
                    y=reference.angular_resolution,
                    mode="lines",
                    line={"color": style.NEUTRAL, "width": 1.5, "dash": "dash", "shape": "hv"},
                    hovertext=[
                        f"from {low:g} TeV: {value:.3g} deg"
                        for low, value in zip(reference.energy_low, reference.angular_resolution, strict=True)
                    ],
                    hoverinfo="text",
                ),
                row=1,
                col=1,
            )
        drawn.update_yaxes(rangemode="tozero", row=1, col=1)
        return [Panel("", drawn)]

    def against_intensity(self, results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
        """Draw the angular resolution versus the charge of the image, where stores hold it."""
        curve = f"{self.task}_intensity"
        if not all(curve in result.curves for result in results.values()):
            return []
        binning = Binning(curve, "intensity", "Charge of the cleaned image", "p.e.", measured="deg")
        drawn = per_bin(results, binning, "resolution", "Angular resolution / deg", "Ratio")
        drawn.update_yaxes(rangemode="tozero", row=1, col=1)
        return [Panel("", drawn)]

    def containment(self, results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
        """Draw the share of images within an angle of the true direction."""
        drawn = style.figure(x="Angular separation / deg", y="Share of images within")
        for name, look in style.looks(results).items():
            curve = results[name].curves[f"{self.task}_containment"]
            radius, share = np.asarray(curve["radius"]), style.filled(curve, "contained")
            low, high = (style.filled(curve, f"contained_{end}") for end in ("low", "high"))
            style.add_band(drawn, look, x=radius, low=low, high=high)
            drawn.add_trace(
                go.Scatter(
                    name=name,
                    x=radius,
                    y=share,
                    mode="lines",
                    line={"color": look.colour, "width": 2.5},
                    hovertext=[
                        f"{name}: {part:.1%} within {angle:.3g} deg" for part, angle in zip(share, radius, strict=True)
                    ],
                    hoverinfo="text",
                )
            )
        style.add_level(drawn, coverage())
        drawn.update_xaxes(rangemode="tozero")
        drawn.update_yaxes(range=[0, 1.01], tickformat=".0%")
        return [Panel("", drawn)]

    def bias_map(self, results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
        """Draw where directions of each part of the field are moved to, a figure per model."""
        return [Panel(name, _arrows(result.curves[f"{self.task}_bias_map"])) for name, result in results.items()]

    def horizon(self, results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
        """Draw how true and reconstructed directions are spread in altitude and in azimuth."""
        panels = []
        for name in ("altitude", "azimuth"):
            tables = {model: result.curves[f"{self.task}_{name}"] for model, result in results.items()}
            drawn = style.figure(x=f"{name.capitalize()} / deg", y="Images per bin")
            truth = next(iter(tables.values()))
            neutral = {"color": style.NEUTRAL, "width": 3, "dash": "dash"}
            add_steps(drawn, "True direction", truth, name, "n_true", neutral)
            for model, look in style.looks(results).items():
                add_steps(drawn, model, tables[model], name, "n_reco", {"color": look.colour, "width": 2.5})
            drawn.update_yaxes(rangemode="tozero")
            panels.append(Panel(name.capitalize(), drawn))
        return panels


def _arrows(table: Table) -> go.Figure:
    seen = table[np.asarray(table["n"]) > 0]
    x, y = ((np.asarray(seen[f"{axis}_low"]) + np.asarray(seen[f"{axis}_high"])) / 2 for axis in ("lon", "lat"))
    dx, dy = (style.filled(seen, f"bias_{axis}") for axis in ("lon", "lat"))
    apart = style.filled(seen, "median_separation")
    drawn = style.figure(x="Longitude beside the pointing / deg", y="Latitude beside the pointing / deg")
    for start, end in zip(np.stack([x, y], 1), np.stack([x + dx, y + dy], 1), strict=True):
        drawn.add_annotation(
            x=end[0],
            y=end[1],
            ax=start[0],
            ay=start[1],
            xref="x",
            yref="y",
            axref="x",
            ayref="y",
            text="",
            showarrow=True,
            arrowhead=2,
            arrowwidth=1.5,
            arrowcolor=style.NEUTRAL,
        )
    drawn.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker={
                "size": 9,
                "color": apart,
                "colorscale": "Viridis",
                "colorbar": {"title": {"text": "Median separation / deg", "side": "right"}, "thickness": 14},
            },
            hovertext=[
                f"{row['n']} images, moved by {a:.3g} and {b:.3g} deg" for row, a, b in zip(seen, dx, dy, strict=True)
            ],
            hoverinfo="text",
        )
    )
    reach = float(np.max(table["lon_high"]))
    drawn.update_xaxes(range=[-reach, reach])
    drawn.update_yaxes(range=[-reach, reach])
    return drawn
