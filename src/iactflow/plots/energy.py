"""Plots of reconstructed energies: distribution, migration matrix, bias, resolution."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.data.result import Result
from iactflow.fitting.metrics_energy_bins import FEW_IMAGES
from iactflow.fitting.verdict import ratio_per_bin
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.reference import Reference

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
    _add_steps(drawn, "True energy", truth, "n_true", {"color": style.NEUTRAL, "width": 3, "dash": "dash"})
    for name, look in style.looks(results).items():
        _add_steps(drawn, name, tables[name], "n_reco", {"color": look.colour, "width": 2.5})
    drawn.update_yaxes(rangemode="tozero")
    return [Panel("", drawn)]


def migration(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the share of the images of each bin of true energy that each bin of reconstructed energy received."""
    return [Panel(name, _matrix(result.curves["energy_migration"])) for name, result in results.items()]


def bias(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the bias versus true energy; several results get a panel with the ratio of their energy scales."""
    drawn = _per_bin(results, "bias", "Bias", "Scale ratio", offset=1.0)
    style.add_level(drawn, 0.0)
    return [Panel("", drawn)]


def resolution(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the resolution versus true energy, with published values; several results get a panel with their ratio."""
    drawn = _per_bin(results, "resolution", "Resolution", "Ratio", offset=0.0)
    if reference is not None:
        drawn.add_trace(
            go.Scatter(
                name=reference.label,
                x=reference.energy_low,
                y=reference.resolution,
                mode="lines",
                line={"color": style.NEUTRAL, "width": 1.5, "dash": "dash", "shape": "hv"},
                hovertext=[f"from {low:g} TeV: {value:.1%}" for low, value in zip(*reference[1:], strict=True)],
                hoverinfo="text",
            ),
            row=1,
            col=1,
        )
    drawn.update_yaxes(rangemode="tozero", row=1, col=1)
    return [Panel("", drawn)]


def _per_bin(results: Mapping[str, Result], column: str, title: str, ratio: str, offset: float) -> go.Figure:
    first_name, first = next(iter(results.items()))
    table = first.curves["energy_performance"]
    edges = np.append(table["true_energy_low"], table["true_energy_high"][-1])
    drawn = style.figure(x=_TRUE, y=title, energy=edges, ratio=ratio if len(results) > 1 else None)
    drawn.update_yaxes(tickformat=".0%", row=1, col=1)
    centre, n = np.asarray(table["true_energy_center"]), np.asarray(table["n"])
    for index, (name, look) in enumerate(style.looks(results).items()):
        curve = results[name].curves["energy_performance"]
        # Neighbouring models stand a little apart so that their intervals do not hide each other.
        place = centre * 10 ** (0.014 * (index - (len(results) - 1) / 2))
        values = [_filled(curve, key) for key in (column, f"{column}_low", f"{column}_high")]
        style.add_curve(
            drawn,
            name,
            look,
            x=place,
            y=values[0],
            low=values[1],
            high=values[2],
            full=n >= FEW_IMAGES,
            hover=_hover(name, curve, *values),
        )
        if index:
            ratios = ratio_per_bin(first, results[name], f"energy_performance:{column}", offset)
            style.add_curve(
                drawn,
                name,
                look,
                x=place,
                y=ratios[0],
                low=ratios[1],
                high=ratios[2],
                full=n >= FEW_IMAGES,
                hover=[f"{name} / {first_name}: {value:.3g}" for value in ratios[0]],
                row=2,
            )
    style.add_counts(drawn, centre, n)
    return drawn


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
    ends = [max(x[0], y[0]), min(x[-1], y[-1])]
    drawn.add_trace(
        go.Scatter(
            x=ends, y=ends, mode="lines", line={"color": style.NEUTRAL, "width": 1.5, "dash": "dot"}, hoverinfo="skip"
        )
    )
    return drawn


def _add_steps(drawn: go.Figure, name: str, table: Table, column: str, line: dict[str, object]) -> None:
    edges, counts = np.append(table["energy_low"], table["energy_high"][-1]), np.asarray(table[column])
    hover = [
        f"{name}: {count} images, {low:.3g} to {high:.3g} TeV"
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


def _filled(table: Table, column: str) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(table[column], dtype=float), np.nan)


def _hover(name: str, table: Table, value: np.ndarray, low: np.ndarray, high: np.ndarray) -> list[str]:
    texts = []
    for row, middle, bottom, top in zip(table, value, low, high, strict=True):
        ends = f" [{bottom:.1%}, {top:.1%}]" if np.isfinite(bottom) else ", no interval"
        texts.append(
            f"{name}: {middle:.1%}{ends}<br>{row['true_energy_low']:.3g} to {row['true_energy_high']:.3g} TeV, "
            f"{row['n']} images of {row['n_showers']} showers"
        )
    return texts
