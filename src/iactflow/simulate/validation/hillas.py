"""Image parameters of our gammas beside those of our protons, at the same intensity."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.simulate.validation.images import MAX_LEAKAGE
from iactflow.simulate.validation.output import OURS, THEIRS, Outcome, Scale, new_figure, table
from iactflow.simulate.validation.performance import stores

Float64 = NDArray[np.float64]

INTENSITIES = (50, 100, 200, 500, 2000)
"""Edges of the bins of intensity, p.e."""
COLUMNS = {"hillas_length": "length (deg)", "hillas_width": "width (deg)"}
PROTON_INDEX = -2.7
"""Index of the spectrum that protons are weighted to, about that of cosmic rays (thrown with -2)."""
FEWEST = 10  # images of a bin, below which nothing is stated


def read(path: Path) -> dict[str, Float64]:
    """Read parameters of images that are not cut off at the edge, with weights of the wanted spectrum."""
    store = Store(path)
    rows = np.flatnonzero(store.column("leakage_intensity_width_2") < MAX_LEAKAGE)
    values = {name: store.column(name)[rows] for name in (schema.INTENSITY, *COLUMNS, "morphology_n_islands")}
    proton = store.column(schema.PRIMARY)[0] != 0
    energy = store.column(schema.TRUE_ENERGY)[rows]
    return values | {"weight": energy ** (PROTON_INDEX + 2.0) if proton else np.ones(len(rows))}


def quantiles(values: Float64, weights: Float64) -> Float64:
    """16, 50 and 84 % quantiles of weighted values."""
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    return values[order][np.minimum(np.searchsorted(share, (0.16, 0.5, 0.84)), len(order) - 1)]


def run(scale: Scale) -> Outcome:
    """Tabulate length and width in bins of intensity."""
    gammas, protons = (read(path) for path in stores(scale.stores, "sst1m-mono", scale.stored))
    samples = {"gammas": gammas, "protons": protons}
    rows = []
    for low, high in pairwise(INTENSITIES):
        for label, values in samples.items():
            here = (values[schema.INTENSITY] >= low) & (values[schema.INTENSITY] < high)
            cells = ["-"] * len(COLUMNS)
            if here.sum() >= FEWEST:
                found = (quantiles(values[column][here], values["weight"][here]) for column in COLUMNS)
                cells = [f"{middle:.3f} ({first:.3f}-{last:.3f})" for first, middle, last in found]
            rows.append([f"{low}-{high}", label, int(here.sum()), *cells])
    header = ["intensity, p.e.", "images", "n", *(f"{name}, median (16-84 %)" for name in COLUMNS.values())]
    figure, axes = new_figure(columns=3, width=11.0, height=3.0)
    for (label, values), colour in zip(samples.items(), (OURS, THEIRS), strict=True):
        bright = values[schema.INTENSITY] >= INTENSITIES[1]
        for axis, column in zip(axes, COLUMNS, strict=False):
            content = {"weights": values["weight"][bright], "density": True, "histtype": "step"}
            axis.hist(
                values[column][bright],
                bins=30,
                range=(0, 0.8 if column == "hillas_length" else 0.3),
                color=colour,
                label=label,
                **content,
            )
            axis.set(xlabel=COLUMNS[column], ylabel="density (1/deg)")
        islands = np.minimum(values["morphology_n_islands"][bright].astype(int), 6)
        share = np.bincount(islands, values["weight"][bright], 7)
        axes[2].stairs(share / share.sum(), np.arange(8) - 0.5, color=colour, label=label)
    axes[2].set(xlabel="islands after cleaning (6: six or more)", ylabel="share of images", yscale="log")
    axes[0].legend(fontsize=7)
    return Outcome({"hillas": table(header, rows)}, {"hillas": figure})
