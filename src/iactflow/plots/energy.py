"""Plots of reconstructed energies: distribution, migration matrix, bias, resolution."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.data.result import Result
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.per_bin import Binning, per_bin
from iactflow.plots.reference import Reference
from iactflow.plots.steps import add_steps

#: The result's curve with bias and resolution per bin of true energy.
PERFORMANCE = Binning("energy_performance", "true_energy", "True energy", "TeV", percent=True)
#: The same per bin of the charge of the image.
INTENSITY = PERFORMANCE._replace(
    curve="energy_intensity", column="intensity", title="Charge of the cleaned image", unit="p.e."
)
_TRUE, _RECO = "True energy / TeV", "Reconstructed energy / TeV"
#: Matrices of at most this many bins a side show the number of images in each.
_FEW_BINS = 12


def distribution(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw how many images have which true and which reconstructed energy."""
    tables = {name: result.curves["energy_distribution"] for name, result in results.items()}
    filled = [table["energy_high"][(table["n_true"] > 0) | (table["n_reco"] > 0)].max() for table in tables.values()]
    start = [table["energy_low"][(table["n_true"] > 0) | (table["n_reco"] > 0)].min() for table in tables.values()]
    drawn = style.figure(x="Energy / TeV", y="Images per bin", energy=np.array([min(start), max(filled)]))
    truth = next(iter(tables.values()))
    add_steps(drawn, "True energy", truth, "energy", "n_true", {"color": style.NEUTRAL, "width": 3, "dash": "dash"})
    for name, look in style.looks(results).items():
        add_steps(drawn, name, tables[name], "energy", "n_reco", {"color": look.colour, "width": 2.5})
    drawn.update_yaxes(rangemode="tozero")
    return [Panel("", drawn)]


def migration(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the share of the images of each bin of true energy that each bin of reconstructed energy received."""
    return [Panel(name, _matrix(result.curves["energy_migration"])) for name, result in results.items()]


def bias(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the bias versus true energy; several results get a panel with the ratio of their energy scales."""
    drawn = per_bin(results, PERFORMANCE, "bias", "Bias", "Scale ratio", offset=1.0)
    style.add_level(drawn, 0.0)
    return [Panel("", drawn)]


def resolution(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the resolution versus true energy, with published values; several results get a panel with their ratio."""
    drawn = per_bin(results, PERFORMANCE, "resolution", "Resolution", "Ratio")
    if reference is not None:
        drawn.add_trace(
            go.Scatter(
                name=reference.label,
                x=reference.energy_low,
                y=reference.resolution,
                mode="lines",
                line={"color": style.NEUTRAL, "width": 1.5, "dash": "dash", "shape": "hv"},
                hovertext=[f"from {low:g} TeV: {value:.1%}" for low, value in zip(*reference[1:3], strict=True)],
                hoverinfo="text",
            ),
            row=1,
            col=1,
        )
    drawn.update_yaxes(rangemode="tozero", row=1, col=1)
    return [Panel("", drawn)]


def against_intensity(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the resolution versus the charge of the image, where stores hold it."""
    if not all(INTENSITY.curve in result.curves for result in results.values()):
        return []
    drawn = per_bin(results, INTENSITY, "resolution", "Resolution", "Ratio")
    drawn.update_yaxes(rangemode="tozero", row=1, col=1)
    return [Panel("", drawn)]


def _matrix(table: Table) -> go.Figure:
    seen = table[table["n"] > 0]
    x = np.unique(np.append(table["true_energy_low"], table["true_energy_high"]))
    low, high = min(seen["reco_energy_low"].min(), x[0]), max(seen["reco_energy_high"].max(), x[-1])
    table = table[(table["reco_energy_low"] >= low) & (table["reco_energy_high"] <= high)]
    y = np.unique(np.append(table["reco_energy_low"], table["reco_energy_high"]))
    shape = (len(x) - 1, len(y) - 1)
    fraction, n = (np.asarray(table[name]).reshape(shape).T for name in ("fraction", "n"))
    drawn = style.figure(x=_TRUE, y=_RECO, energy=x)
    drawn.update_yaxes(**style.energy_axis(y))
    drawn.add_trace(
        go.Heatmap(
            x=x,
            y=y,
            z=np.where(n > 0, fraction, np.nan),
            zmin=0,
            zmax=1,
            colorscale="Viridis",
            text=np.where(n > 0, n.astype(str), ""),
            texttemplate="%{text}" if max(shape) <= _FEW_BINS else None,
            textfont={"size": 13},
            hovertemplate="true %{x:.3g} TeV, reconstructed %{y:.3g} TeV<br>%{z:.1%} of the column<extra></extra>",
            colorbar={"title": {"text": "Share of the column", "side": "right"}, "thickness": 14, "tickformat": ".0%"},
        )
    )
    style.add_diagonal(drawn, max(x[0], y[0]), min(x[-1], y[-1]))
    return drawn
