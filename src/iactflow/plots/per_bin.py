"""A measured quantity against bins of another one, for one model or several."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from astropy.table import Table

from iactflow.data.result import Result
from iactflow.fitting.metrics_energy_bins import FEW_IMAGES
from iactflow.fitting.verdict import ratio_per_bin
from iactflow.plots import style


class Binning(NamedTuple):
    """A curve of a result, and what its bins are bins of.

    Attributes
    ----------
    curve : str
        Name of the curve.
    column : str
        Prefix of the columns with edges and centre.
    title, unit : str
        Of the binned quantity.
    percent : bool
        Whether the measured quantity is a fraction that people read in percent.
    measured : str
        Unit of the measured quantity otherwise.
    counted : str
        Column with the number that each value rests on.
    """

    curve: str
    column: str
    title: str
    unit: str
    percent: bool = False
    measured: str = ""
    counted: str = "n"

    def text(self, value: float) -> str:
        """Write a measured value."""
        return f"{value:.1%}" if self.percent else f"{value:.3g} {self.measured}".rstrip()


def per_bin(
    results: Mapping[str, Result], binning: Binning, column: str, title: str, ratio: str, offset: float = 0.0
) -> go.Figure:
    """Draw a column of a curve, with its intervals and, for several results, the ratio to the first.

    Parameters
    ----------
    results : mapping of Result
        By name, of the same events.
    binning : Binning
        Which curve.
    column : str
        Which of its measured columns.
    title, ratio : str
        Of the axes.
    offset : float
        Added before dividing (1 makes a bias an energy scale).
    """
    first_name, first = next(iter(results.items()))
    table = first.curves[binning.curve]
    edges = np.append(table[f"{binning.column}_low"], table[f"{binning.column}_high"][-1])
    x = f"{binning.title} / {binning.unit}"
    drawn = style.figure(x=x, y=title, energy=edges, ratio=ratio if len(results) > 1 else None)
    if binning.percent:
        drawn.update_yaxes(tickformat=".0%", row=1, col=1)
    centre, n = np.asarray(table[f"{binning.column}_center"]), np.asarray(table[binning.counted])
    for index, (name, look) in enumerate(style.looks(results).items()):
        curve = results[name].curves[binning.curve]
        # Neighbouring models stand a little apart so that their intervals do not hide each other.
        place = centre * 10 ** (0.014 * (index - (len(results) - 1) / 2))
        values = [style.filled(curve, key) for key in (column, f"{column}_low", f"{column}_high")]
        full = n >= FEW_IMAGES
        style.add_curve(
            drawn,
            name,
            look,
            y=values[0],
            low=values[1],
            high=values[2],
            hover=_hover(name, curve, binning, *values),
            x=place,
            full=full,
        )
        if index:
            ratios = ratio_per_bin(first, results[name], f"{binning.curve}:{column}", offset)
            hover = [f"{name} / {first_name}: {value:.3g}" for value in ratios[0]]
            style.add_curve(
                drawn, name, look, y=ratios[0], low=ratios[1], high=ratios[2], hover=hover, row=2, x=place, full=full
            )
    style.add_counts(drawn, centre, n)
    return drawn


def _hover(
    name: str, table: Table, binning: Binning, value: np.ndarray, low: np.ndarray, high: np.ndarray
) -> list[str]:
    texts = []
    for row, middle, bottom, top in zip(table, value, low, high, strict=True):
        ends = f" [{binning.text(bottom)}, {binning.text(top)}]" if np.isfinite(bottom) else ", no interval"
        between = f"{row[f'{binning.column}_low']:.3g} to {row[f'{binning.column}_high']:.3g} {binning.unit}"
        texts.append(
            f"{name}: {binning.text(middle)}{ends}<br>{between}, {row['n']} images of {row['n_showers']} showers"
        )
    return texts
