"""Our light against CORSIKA's: the same showers (energy, direction, first interaction, cores), each simulated anew."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from iactflow.data.samples import sample
from iactflow.simulate.efficiency import Efficiency
from iactflow.simulate.light import Receivers
from iactflow.simulate.shower import Settings, simulate_shower
from iactflow.simulate.site import site
from iactflow.simulate.validation.corsika import CorsikaShower, Photons, gather, geometry, read
from iactflow.simulate.validation.output import OURS, THEIRS, Outcome, Scale, new_figure, table
from iactflow.simulate.validation.ratios import Ratio
from iactflow.simulate.validation.ratios import compare as against

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

IMPACTS = (0, 80, 120, 180, 250, 400, 700, 1200)
"""Edges of the bins of impact distance, m."""
SAMPLED = 0.2
"""Part of our photons that is kept: CORSIKA's bunches hold five photons."""
FEWEST = 20  # photons or bunches of an image whose times are compared
MEASURES = ("light", "along", "across", "time")
"""Photons; half of the central 68 % interval of their angle along and across the line to the core (deg), and of their
time about the median of their image (ns)."""
UNITS = {"light": "photons", "along": "deg", "across": "deg", "time": "ns"}


@dataclass(frozen=True)
class Measured:
    """What was measured in bins of impact; NaN where a bin has no photons.

    Parameters
    ----------
    energies : array, shape (n_showers,), TeV
    real : array, shape (n_showers, n_bins, 4)
        CORSIKA's, columns as in `MEASURES`.
    ours : array, shape (n_showers, n_repeats, n_bins, 4)
    """

    energies: Float64
    real: Float64
    ours: Float64


def measure(photons: Photons, impact: Float64, towards: Float64) -> Float64:
    """Measure one shower, shape (n_bins, 4)."""
    along, across = offsets(photons, towards)
    time, timed = times(photons, len(impact))
    bins = np.digitize(impact, IMPACTS)[photons.image] - 1
    rows = []
    for b in range(len(IMPACTS) - 1):
        here = bins == b
        rows.append(
            [
                here.sum() * photons.weight,
                half_width(along[here]),
                half_width(across[here]),
                half_width(time[here & timed]),
            ]
        )
    return np.array(rows)


def offsets(photons: Photons, towards: Float64) -> tuple[Float64, Float64]:
    """Give angles from the source, along and across the line from it to the image, deg."""
    t = towards[photons.image]
    return photons.lon * t[:, 0] + photons.lat * t[:, 1], photons.lat * t[:, 0] - photons.lon * t[:, 1]


def times(photons: Photons, n_images: int) -> tuple[Float64, NDArray[np.bool_]]:
    """Give times about the median of each image (ns), and whether the image has at least `FEWEST` photons."""
    order = np.lexsort([photons.time, photons.image])
    counts = np.bincount(photons.image, minlength=n_images)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    middle = photons.time[order][np.minimum(first + counts // 2, len(order) - 1)]
    return photons.time - middle[photons.image], counts[photons.image] >= FEWEST


def half_width(values: Float64) -> float:
    """Half of the central 68 % interval; NaN of fewer than ten values."""
    if len(values) < 10:
        return float("nan")
    low, high = np.percentile(values, [15.87, 84.13])
    return float(high - low) / 2


def simulate_again(receivers: Receivers, shower: CorsikaShower, number: int, repeat: int) -> Photons:
    """Simulate a shower of the file anew."""
    sensor = Efficiency("part of all photons", (0.0, 2000.0), (1.0, 1.0), SAMPLED)
    uses = simulate_shower(
        0, shower.energy, receivers.alt, receivers.az, receivers, shower.cores, site("paranal"), sensor, 1,
        number * 1000 + repeat, Settings(absorption=False), shower.first_height,
    )[1]  # fmt: skip
    return gather(uses, receivers.n_telescopes, 1 / SAMPLED)


def compare(receivers: Receivers, showers: list[CorsikaShower], repeats: int) -> Measured:
    """Simulate each shower several times and measure both."""
    real, ours = [], []
    for number, shower in enumerate(showers):
        impact, towards = geometry(receivers, shower.cores)
        real.append(measure(shower.photons, impact, towards))
        ours.append([measure(simulate_again(receivers, shower, number, r), impact, towards) for r in range(repeats)])
    return Measured(np.array([s.energy for s in showers]), np.array(real), np.array(ours))


def ratios(measured: Measured) -> dict[str, list[Ratio]]:
    """Compare all measures in all bins; the last entry of light is the sum over all bins."""
    rng = np.random.default_rng(1)
    n_bins = len(IMPACTS) - 1
    real, ours = measured.real, measured.ours
    light = [(real[:, b, 0], ours[:, :, b, 0]) for b in range(n_bins)]
    light.append((real[:, :, 0].sum(axis=1), ours[:, :, :, 0].sum(axis=2)))
    result = {
        "pooled": [against(theirs, mine, True, rng) for theirs, mine in light],
        "light": [against(theirs, mine, False, rng) for theirs, mine in light],
    }
    for column, name in enumerate(MEASURES[1:], start=1):
        result[name] = [against(real[:, b, column], ours[:, :, b, column], False, rng) for b in range(n_bins)]
    return result


def run(scale: Scale) -> Outcome:
    """Compare with the public CORSIKA file."""
    receivers, everything = read(sample("sst1m-prod4-photons"))
    showers = [s for s in everything if not s.hadronic and s.energy < scale.max_energy]
    measured = compare(receivers, showers, scale.repeats)
    found = ratios(measured)
    names = [f"{low}-{high}" for low, high in pairwise(IMPACTS)]
    light = [
        [name, pooled.n, pooled, median]
        for name, pooled, median in zip([*names, "all"], found["pooled"], found["light"], strict=True)
    ]
    shape = [[name, found["along"][b].n, *(found[m][b] for m in MEASURES[1:])] for b, name in enumerate(names)]
    each = [one for some in found.values() for one in some]
    note = (
        f"{len(showers)} gamma showers of {measured.energies.min():.2f} to {measured.energies.max():.2f} TeV, each "
        f"simulated {scale.repeats} times; left out, because the photon interacted hadronically in CORSIKA: "
        f"{sum(s.hadronic for s in everything)}. {sum(one.explained for one in each)} of {len(each)} ratios lie in the "
        "range of identical codes; 95 % would be expected to."
    )
    outcome = Outcome({"light-summary": note})
    outcome.tables["light"] = table(["impact, m", "showers", "light, pooled", "light, median of showers"], light)
    outcome.tables["light-shape"] = table(["impact, m", "showers", "angle along", "angle across", "time"], shape)
    outcome.figures["light-ratio"] = _ratio_figure(found, names)
    outcome.figures["light-shape"] = _shape_figure(receivers, showers)
    return outcome


def _ratio_figure(found: dict[str, list[Ratio]], names: list[str]) -> Figure:
    """Draw medians over showers with what identical codes would show."""
    figure, axes = new_figure(columns=4, width=11.0, height=3.2)
    for axis, name in zip(axes, MEASURES, strict=True):
        values = found[name][: len(names)]
        place = np.arange(len(names))
        low, high = np.array([v.identical for v in values]).T
        axis.fill_between(place, low, high, color="0.85", label="identical codes, 95 %")
        axis.axhline(1, color="0.4", linewidth=0.8)
        middle = np.array([v.value for v in values])
        ends = np.abs(np.array([v.interval for v in values]).T - middle)
        axis.errorbar(place, middle, ends, fmt="o", color=OURS, capsize=2, label="ours / CORSIKA")
        axis.set_xticks(place, names, rotation=60)
        axis.set_ylim(0.6, 1.6)
        axis.set_title(f"{name} ({UNITS[name]})")
        axis.set_xlabel("impact (m)")
    axes[0].set_ylabel("ratio, median of showers")
    axes[0].legend(fontsize=8)
    return figure


def _shape_figure(receivers: Receivers, showers: list[CorsikaShower]) -> Figure:
    """Draw angles and times of all photons in bins of impact, CORSIKA's and ours (one repeat)."""
    shown = [b for b in range(len(IMPACTS) - 1) if IMPACTS[b] in (80, 180, 400)]
    figure, axes = new_figure(columns=3, rows=len(shown), width=11.0, height=7.5)
    pooled: dict[tuple[int, int, int], list[Float64]] = {}
    for number, shower in enumerate(showers):
        impact, towards = geometry(receivers, shower.cores)
        for who, photons in enumerate((simulate_again(receivers, shower, number, 0), shower.photons)):
            bins = np.digitize(impact, IMPACTS)[photons.image] - 1
            time, timed = times(photons, len(impact))
            for b in shown:
                for column, values in enumerate((*offsets(photons, towards), np.where(timed, time, np.nan))):
                    pooled.setdefault((b, column, who), []).append(values[bins == b])
    labels = ("angle along (deg)", "angle across (deg)", "time about the image's median (ns)")
    for (row, b), (column, label) in product(enumerate(shown), enumerate(labels)):
        both = [np.concatenate(pooled[b, column, who]) for who in (0, 1)]
        low, high = np.nanpercentile(both[1], [0.5, 99.5])
        for who, (name, colour) in enumerate((("ours", OURS), ("CORSIKA", THEIRS))):
            content, edges = np.histogram(both[who], bins=60, range=(low, high))
            axes[row, column].stairs(content / content.sum(), edges, color=colour, label=name)
        axes[row, column].set_yscale("log")
        axes[row, column].set_xlabel(label)
        axes[row, column].set_title(f"{IMPACTS[b]}-{IMPACTS[b + 1]} m", fontsize=9)
    axes[0, 0].legend(fontsize=8)
    return figure
