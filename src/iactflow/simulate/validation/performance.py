"""The table of the random forest: made from simulated stores, beside what SST-1M has published."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.frames import pointing_axes
from iactflow.simulate.presets import preset
from iactflow.simulate.validation.forest import (
    EDGES,
    FOLDS,
    PUBLISHED,
    Estimated,
    angular_resolution,
    auc,
    energy_bias,
    energy_resolution,
    estimate,
    with_interval,
)
from iactflow.simulate.validation.images import MAX_LEAKAGE, read_images
from iactflow.simulate.validation.output import OURS, THEIRS, THIRD, Outcome, Scale, new_figure, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KEPT = 0.7
"""Share of the gammas of a bin that the cut in gammaness keeps in the second columns."""
SEED = 1
_FINE = np.geomspace(0.3, 50, 9)  # edges of the figure's bins, TeV


def stores(folder: Path, name: str, events: int) -> tuple[Path, Path]:
    """Give stores of diffuse gammas and protons of a preset; simulate what is not there."""
    from iactflow.simulate.config import Simulate
    from iactflow.simulate.run import run as simulate

    paths = []
    for primary in ("gamma", "proton"):
        path = folder / f"{name}-{primary}"
        config = Simulate.model_validate({"preset": name, "primary": primary})
        simulate(config, path, seed=SEED, events=events, output_format="store")
        paths.append(path)
    return paths[0], paths[1]


def run(scale: Scale) -> Outcome:
    """Train forests on one and on two telescopes and state their performance."""
    rows, figures = [], {}
    summary = []
    for name, published in PUBLISHED.items():
        images = read_images(*stores(scale.stores, name, scale.stored))
        places = None
        if name == "sst1m-stereo":
            _, up, right = pointing_axes(70, 0)
            instrument = preset(name)
            places = {
                int(tel_id): (float(xyz @ right), float(xyz @ up))
                for tel_id, xyz in zip(instrument.tel_ids, instrument.xyz, strict=True)
            }
        found = estimate(images, places)
        summary.append(_summary(name, found))
        rows += [_row(name, found, edges, values) for edges, values in zip(pairwise(EDGES), published, strict=True)]
        figures[name] = found
    header = ["preset", "true energy, TeV", "gammas", "E bias", "E resolution", f"best {KEPT:.0%}", "published"]
    header += ["angle 68 %, deg", f"best {KEPT:.0%}", "published"]
    lead = (
        f"Images of at least 50 p.e. with less than {MAX_LEAKAGE:.0%} of it in the camera's outer two rows; diffuse, "
        f"up to 3 deg off axis; {FOLDS} parts of the showers, each estimated by forests trained on the others. "
        "Intervals are 95 %, from bootstraps over showers."
    )
    outcome = Outcome({"forest": "\n".join([lead, "", *summary, "", table(header, rows)])})
    outcome.figures["forest"] = _figure(figures)
    return outcome


def _gammas(found: Estimated, low: float, high: float) -> NDArray[np.int64]:
    return np.flatnonzero(found.gamma & (found.true_energy >= low) & (found.true_energy < high))


def _best(found: Estimated, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep the events of highest gammaness."""
    if not len(rows):
        return rows
    return rows[found.gammaness[rows] >= np.quantile(found.gammaness[rows], 1 - KEPT)]


def _summary(name: str, found: Estimated) -> str:
    everything = np.arange(len(found.energy))
    bright = np.flatnonzero(np.where(found.gamma, found.true_energy >= 1, found.true_energy >= 2))
    n_gammas = int(found.gamma.sum())
    return (
        f"- {name}: {n_gammas} gammas, {len(everything) - n_gammas} protons. AUC "
        f"{with_interval(auc, found, everything)}; of gammas above 1 TeV against protons above 2 TeV "
        f"{with_interval(auc, found, bright)}."
    )


def _row(name: str, found: Estimated, edges: tuple[float, float], published: tuple[float, float]) -> list[object]:
    rows = _gammas(found, *edges)
    best = _best(found, rows)
    return [
        name,
        f"{edges[0]:g}-{edges[1]:g}",
        len(rows),
        with_interval(energy_bias, found, rows),
        with_interval(energy_resolution, found, rows),
        with_interval(energy_resolution, found, best),
        published[0],
        with_interval(angular_resolution, found, rows),
        with_interval(angular_resolution, found, best),
        published[1],
    ]


def _figure(found: dict[str, Estimated]) -> Figure:
    from sklearn.metrics import roc_curve

    figure, axes = new_figure(columns=3, width=11.0, height=3.4)
    centre = np.sqrt(_FINE[1:] * _FINE[:-1])
    for (name, one), colour in zip(found.items(), (OURS, THIRD), strict=True):
        bins = [_gammas(one, *edges) for edges in pairwise(_FINE)]
        for axis, measure in zip(axes, (energy_resolution, angular_resolution), strict=False):
            values = [measure(one, rows) if len(rows) else np.nan for rows in bins]
            axis.plot(centre, values, "o-", color=colour, label=f"{name}, ours", markersize=4)
        for axis, column in zip(axes, (0, 1), strict=False):
            known = np.array(PUBLISHED[name])[:, column]
            style = "--" if name == "sst1m-mono" else ":"
            axis.stairs(known, EDGES, color=THEIRS, linestyle=style, label=f"{name}, published", baseline=None)
        if one.gamma.any() and not one.gamma.all():
            wrong, right, _ = roc_curve(one.gamma, one.gammaness)
            axes[2].plot(wrong, right, color=colour, label=name)
    for axis, label in zip(axes, ("energy resolution", "68 % containment (deg)"), strict=False):
        axis.set(xscale="log", xlabel="true energy (TeV)", ylabel=label, ylim=(0, None))
    axes[2].set(xlabel="protons kept", ylabel="gammas kept", xlim=(0, 1), ylim=(0, 1))
    for axis in (axes[0], axes[2]):
        axis.legend(fontsize=8)
    return figure
