"""Plots of the catalogue as blocks of a page, with the numbers behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from astropy.table import Table as AstropyTable

from iactflow.data.result import Result
from iactflow.page import numbers
from iactflow.page.blocks import Plot, Table
from iactflow.page.wording import worded, worded_figure
from iactflow.plots import style
from iactflow.plots.entry import Entry
from iactflow.plots.panel import Panel
from iactflow.plots.reference import Reference

#: Columns of a curve, and their intervals' ends, that are fractions where they have no unit; people read percent.
_PERCENT = {"bias", "resolution", "fraction", "contained", "background_efficiency", "gamma_efficiency"}
#: First columns of smooth curves, of which every n-th point is listed, so that there are about so many rows.
_SMOOTH, _ROWS = {"radius", "gamma_efficiency"}, 25
#: Matrices and maps have a row per cell, known by one of these columns; the empty ones are left out of the table.
_CELLS, _COUNT = {"fraction", "median_separation"}, "n"


def plots(
    entries: Sequence[Entry], results: Mapping[str, Result], reference: Reference | None, sample: str = ""
) -> list[Plot]:
    """Draw the plots for which the results hold something to draw; `sample` keeps anchors apart."""
    blocks = []
    for entry in entries:
        panels = entry.draw(results, reference)
        if panels:
            first = next(iter(results.values()))
            panels = [Panel(panel.caption, worded_figure(panel.figure, first)) for panel in panels]
            legend = style.legend(panel.figure for panel in panels)
            tables = [] if entry.curve is None else [_table(name, result, entry) for name, result in results.items()]
            blocks.append(
                Plot(
                    "-".join(filter(None, (entry.name, sample))),
                    entry.title,
                    worded(entry.reading, first),
                    worded(entry.definition, first),
                    panels,
                    legend,
                    entry.wide,
                    tables,
                )
            )
    return _widened(blocks)


def _widened(blocks: Sequence[Plot]) -> list[Plot]:
    """Let a plot fill the page where its row would stay half empty, or hold the plot of another task beside it."""
    result: list[Plot] = []
    for _, plots_of_task in groupby(blocks, lambda block: block.name.split("-")[0]):
        for wide, row in groupby(plots_of_task, lambda block: block.wide):
            *others, last = row
            result += [*others, last if wide or len(others) % 2 else replace(last, wide=True)]
    return result


def _table(name: str, result: Result, entry: Entry) -> Table:
    curve = result.curves[entry.curve or ""]
    if _CELLS.intersection(curve.colnames):
        curve = curve[curve[_COUNT] > 0]
    if curve.colnames[0] in _SMOOTH:
        curve = curve[:: -(-len(curve) // _ROWS)]
    head = [f"{column.replace('_', ' ')}{_unit(curve, column)}" for column in curve.colnames]
    shares = {column for column in curve.colnames if _is_share(curve, column)}
    rows = [[_cell(row[column], 100 if column in shares else 1) for column in curve.colnames] for row in curve]
    return Table(head, rows, caption=worded(f"Numbers: {name}{_outside(curve)}", result), folded=True)


def _outside(curve: AstropyTable) -> str:
    n = curve.meta.get("n_outside", 0)
    return f" ({numbers.count(n)} images were reconstructed outside of all bins)" if n else ""


def _unit(curve: AstropyTable, column: str) -> str:
    if _is_share(curve, column):
        return " / %"
    unit = curve[column].unit
    return f" / {unit}" if unit else ""


def _is_share(curve: AstropyTable, column: str) -> bool:
    name = column.removesuffix("_low").removesuffix("_high")
    return name in _PERCENT and not curve[column].unit


def _cell(value: object, scale: int) -> str:
    if np.ma.is_masked(value):
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return numbers.count(float(value))
    return numbers.number(float(value) * scale)  # type: ignore[arg-type]
