"""Plots of particle types: ROC and its area per bin, background left, gammaness, confusion, calibration."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.data.result import Result
from iactflow.fitting.metrics_energy_bins import FEW_IMAGES
from iactflow.fitting.metrics_type import EFFICIENCIES
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.per_bin import Binning, per_bin
from iactflow.plots.reference import Reference
from iactflow.plots.steps import add_steps

#: Curves with the area under the ROC curve per bin.
_ENERGY = Binning("type_true_energy", "true_energy", "True energy", "TeV", counted="n_rarer")
_CHARGE = Binning("type_intensity", "intensity", "Charge of the cleaned image", "p.e.", counted="n_rarer")


def roc(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the share of background against the share of gammas that a cut leaves; nothing where there is only one."""
    if not all("type_roc" in result.curves for result in results.values()):
        return []
    drawn = style.figure(x="Background efficiency", y="Gamma efficiency")
    for name, look in style.looks(results).items():
        curve = results[name].curves["type_roc"]
        gammas, background = np.asarray(curve["gamma_efficiency"]), style.filled(curve, "background_efficiency")
        drawn.add_trace(
            go.Scatter(
                name=name,
                x=background,
                y=gammas,
                mode="lines",
                line={"color": look.colour, "width": 2.5},
                hovertext=[
                    f"{name}: {share:.1%} of the background at {wanted:.0%} of the gammas, cut {cut:.3f}"
                    for share, wanted, cut in zip(background, gammas, curve["cut"], strict=True)
                ],
                hoverinfo="text",
            )
        )
    style.add_diagonal(drawn)
    drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    drawn.update_yaxes(range=[0, 1.01], tickformat=".0%")
    return [Panel("", drawn)]


def background(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the share of background that is left at each share of gammas, with the efficiencies that metrics state."""
    if not all("type_roc" in result.curves for result in results.values()):
        return []
    drawn = style.figure(x="Gamma efficiency", y="Background efficiency")
    least = 1.0
    for name, look in style.looks(results).items():
        curve = results[name].curves["type_roc"]
        gammas, left = np.asarray(curve["gamma_efficiency"]), style.filled(curve, "background_efficiency")
        least = min(least, left[left > 0].min(initial=1.0))
        ends = [np.maximum(style.filled(curve, f"background_efficiency_{end}"), 1e-9) for end in ("low", "high")]
        style.add_band(drawn, look, x=gammas, low=ends[0], high=ends[1])
        stated = np.isin(np.round(gammas, 9), EFFICIENCIES)
        pairs = zip(left, gammas, strict=True)
        hover = [f"{name}: {share:.2%} of the background at {at:.0%} of the gammas" for share, at in pairs]
        drawn.add_trace(
            go.Scatter(
                name=name,
                x=gammas,
                y=np.where(left > 0, left, np.nan),
                mode="lines+markers",
                line={"color": look.colour, "width": 2.5},
                marker={"color": look.colour, "symbol": look.symbol, "size": np.where(stated, 11, 0).tolist()},
                hovertext=hover,
                hoverinfo="text",
            )
        )
    drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    drawn.update_yaxes(type="log", range=[np.log10(least) - 0.1, 0.02], tickformat="~%", dtick=1)
    return [Panel("", drawn)]


def auc_against_energy(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the area under the ROC curve of gammas and background of the same true energy."""
    return _auc(results, _ENERGY)


def auc_against_charge(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the area under the ROC curve of gammas and background whose images are equally bright."""
    return _auc(results, _CHARGE)


def gammaness(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw how many gammas and how much background have which gammaness, a figure per model."""
    panels = []
    for name, look in style.looks(results).items():
        table = results[name].curves["type_distribution"]
        drawn = style.figure(x="Gammaness", y="Images per bin")
        add_steps(drawn, "Gammas", table, "gammaness", "n_gamma", {"color": look.colour, "width": 2.5})
        add_steps(
            drawn,
            "Background",
            table,
            "gammaness",
            "n_background",
            {"color": style.NEUTRAL, "width": 2.5, "dash": "dash"},
        )
        drawn.update_xaxes(range=[0, 1])
        drawn.update_yaxes(rangemode="tozero")
        panels.append(Panel(name, drawn))
    return panels


def confusion(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw what gammas and background count as at the cut."""
    return [Panel(name, _confusion(result.curves["type_confusion"])) for name, result in results.items()]


def calibration(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the share of gammas per bin of gammaness against the mean gammaness there."""
    drawn = style.figure(x="Mean gammaness of the bin", y="Share of gammas")
    for name, look in style.looks(results).items():
        curve = results[name].curves["type_calibration"]
        x, *values = (
            style.filled(curve, key) for key in ("mean_gammaness", "fraction", "fraction_low", "fraction_high")
        )
        n = np.asarray(curve["n"])
        hover = [f"{name}: {share:.1%} of {count} images" for share, count in zip(values[0], n, strict=True)]
        style.add_curve(
            drawn, name, look, x=x, y=values[0], low=values[1], high=values[2], full=n >= FEW_IMAGES, hover=hover
        )
    style.add_diagonal(drawn)
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return [Panel("", drawn)]


def _auc(results: Mapping[str, Result], binning: Binning) -> list[Panel]:
    if not all(binning.curve in result.curves for result in results.values()):
        return []
    return [Panel("", per_bin(results, binning, "auc", "AUC", "Ratio"))]


def _confusion(table: Table) -> go.Figure:
    kinds = ("gamma", "background")
    cells = {(row["true"], row["estimated"]): row for row in table}
    share = [[cells[true, estimated]["fraction"] for true in kinds] for estimated in kinds]
    text = [
        [f"{cells[true, estimated]['n']}<br>{cells[true, estimated]['fraction']:.1%}" for true in kinds]
        for estimated in kinds
    ]
    drawn = style.figure(x="True type", y="Counts as")
    drawn.add_trace(
        go.Heatmap(
            x=list(kinds),
            y=list(kinds),
            z=share,
            zmin=0,
            zmax=1,
            colorscale="Viridis",
            text=text,
            texttemplate="%{text}",
            textfont={"size": 15},
            hoverinfo="skip",
            colorbar={"title": {"text": "Share of the column", "side": "right"}, "thickness": 14, "tickformat": ".0%"},
        )
    )
    return drawn
