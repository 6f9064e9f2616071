"""Plots of instrument response: effective area, sensitivity, background, resolutions, each of one table per bin."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.fitting.metrics_energy_bins import FEW_IMAGES
from iactflow.plots import style
from iactflow.plots.reference import Reference

#: A measured value as people read it.
Words = Callable[[float], str]


def per_bin(
    table: Table, energy: str, column: str, name: str, title: str, words: Words, *, few: np.ndarray, counted: str
) -> go.Figure:
    """Draw a column of a table against energy, with its intervals and counts.

    Parameters
    ----------
    table : astropy.table.Table
        ``ENERGY_low``, ``_high``, ``_center`` in TeV, the column with the ends of its intervals, and counts.
    energy : str
        ``true_energy`` or ``reco_energy``.
    column : str
        What is drawn.
    name, title : str
        Of the curve and of its axis, with the unit.
    words : callable
        Writes a value.
    few : ndarray of bool, shape (n,)
        Bins that are drawn open.
    counted : str
        Column with the number of events that stands above each bin.
    """
    edges = np.append(_numbers(table, f"{energy}_low"), _numbers(table, f"{energy}_high")[-1])
    kind = {"true_energy": "True energy / TeV", "reco_energy": "Reconstructed energy / TeV"}[energy]
    drawn = style.figure(x=kind, y=title, energy=edges)
    center, n = _numbers(table, f"{energy}_center"), np.asarray(table[counted])
    values = [_numbers(table, key) for key in (column, f"{column}_low", f"{column}_high")]
    [look] = style.looks([name]).values()
    hover = [
        f"{name}: {words(middle)} [{words(low)}, {words(high)}]<br>{start:.3g} to {stop:.3g} TeV, {count} events"
        for middle, low, high, start, stop, count in zip(*values, edges[:-1], edges[1:], n, strict=True)
    ]
    style.add_curve(drawn, name, look, x=center, y=values[0], low=values[1], high=values[2], full=~few, hover=hover)
    style.add_counts(drawn, center, n)
    return drawn


def _numbers(table: Table, name: str) -> np.ndarray:
    """Give a column as floats in its own unit, NaN where it is masked."""
    return np.ma.filled(np.ma.asarray(getattr(table[name], "value", table[name]), dtype=float), np.nan)


def effective_area(table: Table) -> go.Figure:
    """Draw the effective area of the events that pass the cut in gammaness."""
    few = np.asarray(table["n"]) < FEW_IMAGES
    words = "{:.3g} m²".format
    drawn = per_bin(table, "true_energy", "effective_area", "Effective area", "Area / m²", words, few=few, counted="n")
    drawn.update_yaxes(type="log", exponentformat="power")
    return drawn


def background_rate(table: Table) -> go.Figure:
    """Draw the rate of background that passes the cut in gammaness."""
    few = np.asarray(table["n_showers"]) < FEW_IMAGES
    title, words = "Rate / (s⁻¹ TeV⁻¹ sr⁻¹)", "{:.3g} per s TeV sr".format
    drawn = per_bin(table, "reco_energy", "rate", "Background", title, words, few=few, counted="n")
    drawn.update_yaxes(type="log", exponentformat="power")
    return drawn


def sensitivity(table: Table, shares: Sequence[float], spectrum: np.ndarray, source: str, measured: int) -> go.Figure:
    """Draw the sensitivity, the floor that the simulated background sets, and shares of the source.

    Parameters
    ----------
    table : astropy.table.Table
        As `iactflow.irf.sensitivity.sensitivity_table` gives it.
    shares : sequence of float
        Which shares of the source are drawn as lines.
    spectrum : ndarray, shape (n_bins,)
        E² dN/dE of the source at the bins' centres, erg cm-2 s-1.
    source : str
        Its name.
    measured : int
        Background showers from which on a bin is drawn full.
    """
    few = np.asarray(table["n_background_showers"]) < measured
    title, words = "E² dN/dE / (erg cm⁻² s⁻¹)", "{:.3g} erg/(cm² s)".format
    drawn = per_bin(
        table, "reco_energy", "energy_flux", "Sensitivity", title, words, few=few, counted="n_background_showers"
    )
    center = _numbers(table, "reco_energy_center")
    drawn.add_trace(
        go.Scatter(
            name="Floor of the simulated background",
            x=center,
            y=_numbers(table, "energy_flux_floor"),
            mode="lines",
            line={"color": "#D55E00", "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )
    )
    for share in shares:
        drawn.add_trace(
            go.Scatter(
                name=f"{share:.0%} of {source}",
                x=center,
                y=share * spectrum,
                mode="lines",
                line={"color": style.NEUTRAL, "width": 1.5, "dash": "dash" if share == 1 else "dashdot"},
                hoverinfo="skip",
            )
        )
    drawn.update_yaxes(type="log", exponentformat="power")
    return drawn


def energy_resolution(table: Table, reference: Reference | None) -> go.Figure:
    """Draw the energy resolution with published values."""
    few = np.asarray(table["n"]) < FEW_IMAGES
    drawn = per_bin(
        table, "true_energy", "resolution", "Energy resolution", "Resolution", "{:.1%}".format, few=few, counted="n"
    )
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    if reference is not None:
        _published(drawn, reference, reference.resolution)
    return drawn


def angular_resolution(table: Table, reference: Reference | None) -> go.Figure:
    """Draw the angular resolution with published values."""
    few, words = np.asarray(table["n"]) < FEW_IMAGES, "{:.3g}°".format
    title = "Angular resolution / deg"
    drawn = per_bin(table, "true_energy", "resolution", "Angular resolution", title, words, few=few, counted="n")
    drawn.update_yaxes(rangemode="tozero")
    if reference is not None:
        _published(drawn, reference, reference.angular_resolution)
    return drawn


def _published(drawn: go.Figure, reference: Reference, values: Sequence[float]) -> None:
    drawn.add_trace(
        go.Scatter(
            name=reference.label,
            x=reference.energy_low,
            y=values,
            mode="lines",
            line={"color": style.NEUTRAL, "width": 1.5, "dash": "dash", "shape": "hv"},
            hoverinfo="skip",
        )
    )


def cuts(table: Table, column: str, title: str) -> go.Figure:
    """Draw a cut per bin of reconstructed energy."""
    low, high, values = (_numbers(table, name) for name in ("low", "high", column))
    drawn = style.figure(x="Reconstructed energy / TeV", y=title, energy=np.append(low, high[-1]))
    [look] = style.looks([title]).values()
    drawn.add_trace(
        go.Scatter(
            x=np.append(low, high[-1]),
            y=np.append(values, values[-1]),
            mode="lines",
            line={"color": look.colour, "width": 2, "shape": "hv"},
            hovertemplate="from %{x:.3g} TeV: %{y:.3g}<extra></extra>",
        )
    )
    drawn.update_yaxes(rangemode="tozero")
    return drawn
