"""Plots of the catalogue as blocks of a page, with the numbers behind them."""

from collections.abc import Mapping, Sequence

import numpy as np
from astropy.table import Table as AstropyTable

from iactflow.data.result import Result
from iactflow.page import numbers
from iactflow.page.blocks import Gallery, Picture, Plot, Table
from iactflow.plots import style
from iactflow.plots.camera_image import camera_svg, colours
from iactflow.plots.catalogue import Entry
from iactflow.plots.reference import Reference

#: Columns of a curve that are fractions, which people read in percent.
_PERCENT = {"bias", "resolution", "fraction"}
#: A matrix has a row per pair of bins; the empty ones are left out of its table.
_COUNT = "n"


def plots(
    entries: Sequence[Entry], results: Mapping[str, Result], reference: Reference | None, sample: str = ""
) -> list[Plot]:
    """Draw the plots for which the results hold something to draw; `sample` keeps anchors apart."""
    blocks = []
    for entry in entries:
        panels = entry.draw(results, reference)
        if panels:
            legend = style.legend(panel.figure for panel in panels)
            tables = [] if entry.curve is None else [_table(name, result, entry) for name, result in results.items()]
            blocks.append(
                Plot(
                    "-".join(filter(None, (entry.name, sample))),
                    entry.title,
                    entry.reading,
                    entry.definition,
                    panels,
                    legend,
                    entry.wide,
                    tables,
                )
            )
    return blocks


def gallery(result: Result) -> Gallery:
    """Draw the example images of a result."""
    groups: dict[str, list[Picture]] = {}
    for row in result.examples.to_pylist():
        image, mask = np.array(row["image"], dtype=float), np.array(row["image_mask"], dtype=bool)
        true, reco = row["true_energy"], row["reco_energy"]
        error = f"{'+' if reco > true else ''}{numbers.quantity(reco / true - 1, percent=True)}"
        energies = f"True {numbers.number(true)} TeV, reconstructed {numbers.number(reco)} TeV ({error})"
        place = (
            f"Run {row['obs_id']}, event {row['event_id']}, telescope {row['tel_id']}; {int(mask.sum())} pixels "
            f"with {numbers.number(float(image[mask].sum()))} p.e. after cleaning, largest charge "
            f"{numbers.number(float(image.max()))} p.e."
        )
        groups.setdefault(row["kind"].capitalize(), []).append(
            Picture(camera_svg(result.pixels, image, mask, f"Camera image. {energies}"), [energies, place])
        )
    return Gallery(
        reading="Images with the smallest, the median and the largest error of the reconstructed energy (in log E). "
        "Colour is the charge of each pixel, in steps that are even in its square root; the red line surrounds "
        "the pixels that image cleaning kept.",
        groups=groups,
        scale=f"linear-gradient(to right, {', '.join(colours())})",
    )


def _table(name: str, result: Result, entry: Entry) -> Table:
    curve = result.curves[entry.curve or ""]
    if "fraction" in curve.colnames:
        curve = curve[curve[_COUNT] > 0]
    head = [f"{column.replace('_', ' ')}{_unit(curve, column)}" for column in curve.colnames]
    rows = [[_cell(column, row[column]) for column in curve.colnames] for row in curve]
    return Table(head, rows, caption=f"Numbers: {name}{_outside(curve)}", folded=True)


def _outside(curve: AstropyTable) -> str:
    n = curve.meta.get("n_outside", 0)
    return f" ({numbers.count(n)} images were reconstructed outside of all bins)" if n else ""


def _unit(curve: AstropyTable, column: str) -> str:
    if column.split("_")[0] in _PERCENT:
        return " / %"
    unit = curve[column].unit
    return f" / {unit}" if unit else ""


def _cell(column: str, value: object) -> str:
    if np.ma.is_masked(value):
        return "–"
    if isinstance(value, (int, np.integer)):
        return numbers.count(float(value))
    return numbers.number(float(value) * (100 if column.split("_")[0] in _PERCENT else 1))  # type: ignore[arg-type]
