"""The page of an instrument response: what it can see, how well, and what the simulation cannot tell."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from iactflow.fitting.bootstrap import LEVEL
from iactflow.irf.config import Irf
from iactflow.irf.performance import ANGLE, AREA, BACKGROUND, ENERGY
from iactflow.irf.run import SENSITIVITY, IrfSummary
from iactflow.irf.sensitivity import MEASURED, NOTHING_SEEN, best_bin, known_and_measured
from iactflow.irf.spectra import target_spectrum
from iactflow.page import numbers
from iactflow.page.blocks import Block, Facts, Page, Plot, Section, Table, Text, Verdict
from iactflow.page.write import PageSummary, write_page
from iactflow.plots import response as draw
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.reference import reference_for

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from astropy.table import Table as AstropyTable

_SHARES = (1.0, 0.1, 0.01)
_INTERVALS = f"Bars are {LEVEL:.0%} bootstrap intervals over showers."
_SELECTION = "Events whose gammaness passes the cut of their bin; none of them served to choose the cuts."


def write_report(summary: IrfSummary, out: Path, *, overwrite: bool = False) -> PageSummary:
    """Draw an instrument response as one self-contained HTML file.

    Parameters
    ----------
    summary : IrfSummary
        What `iactflow.irf.run.run` gave.
    out : pathlib.Path
        The page.
    overwrite : bool
        Whether an existing page may be replaced.
    """
    facts = summary.facts
    page = Page(
        title=f"Instrument response{' of ' + facts['instrument'] if facts['instrument'] else ''}",
        kicker="What a model can see of the sky, from simulated showers",
        identity={
            "File": summary.path.name,
            "Zenith": f"{facts['zenith']:.1f} deg",
            "Observation time": facts["config"]["observation_time"],
            "Enclosure": facts["config"]["enclosure"],
        },
        sections=[
            Section("summary", "", [_verdict(summary)]),
            Section("physics", "Physics", _plots(summary)),
            Section("cuts", "Cuts", _cut_plots(summary)),
            Section("data", "Data", _data(summary)),
        ],
    )
    return write_page(page, out, 1, overwrite=overwrite)


def _verdict(summary: IrfSummary) -> Verdict:
    """State the best sensitivity among the bins with a measured background, and what the others can tell."""
    table = summary.performance[SENSITIVITY]
    known, measured = known_and_measured(table)
    time = summary.facts["config"]["observation_time"]
    detection = (
        "Detection: 5 standard deviations (Li and Ma), at least 10 gammas, an excess of 5 % of the background, itself "
        f"measured in {1 / summary.facts['config']['alpha']:.3g} regions as large as the source's."
    )
    caution = (
        f"In {int((known & ~measured).sum())} of {int(known.sum())} bins fewer than {MEASURED} background showers pass "
        "the cuts (open points): the background there is not measured, and a sensitivity below the floor is not shown. "
        f"The floor is the sensitivity for a background of {NOTHING_SEEN:.1f} showers, the {LEVEL:.0%} upper limit "
        "where none of the simulated ones passes."
    )
    cautions = [caution] if (known & ~measured).any() else []
    if not measured.any():
        floor = np.asarray(table["relative_floor"], float)
        lowest = int(np.nanargmin(np.where(known, floor, np.inf)))
        headline = (
            "The simulated background is too small to measure a sensitivity; its floor is lowest, "
            f"{numbers.quantity(floor[lowest], percent=True)} of the source's flux in {time} at "
            f"{_energy(table, lowest)}."
        )
        return Verdict("bad", headline, [detection], cautions)
    best = best_bin(table, measured)
    ends = numbers.interval(table["relative_low"][best], table["relative_high"][best], scale=100)
    headline = (
        f"Best sensitivity in {time}: {numbers.quantity(table['relative'][best], percent=True)} {ends} of the source's "
        f"flux at {_energy(table, best)}."
    )
    return Verdict("neutral", headline, [detection], cautions)


def _energy(table: "AstropyTable", row: int) -> str:
    return numbers.quantity(table["reco_energy_center"].to_value("TeV")[row], "TeV")


def _plots(summary: IrfSummary) -> list[Block]:
    tables, config = summary.performance, Irf.model_validate(summary.facts["config"])
    reference = reference_for("sst1m", summary.facts["instrument"])
    spectrum, source = target_spectrum("gamma", config)
    center = tables[SENSITIVITY]["reco_energy_center"]
    flux = (spectrum(center) * center**2).to_value(u.Unit("erg cm-2 s-1"))
    near = f"Gammas within {config.offset_max:g} of the pointing."
    return [
        _plot(
            "sensitivity",
            "Sensitivity",
            f"Lower is better. Open points: fewer than {MEASURED} background showers after cuts, the numbers on top.",
            f"Flux of a point source that is detected in each bin alone, in {config.observation_time:g}. {_SELECTION} "
            f"{_INTERVALS} Source: {source}.",
            draw.sensitivity(tables[SENSITIVITY], _SHARES, flux, source.split(",")[0], MEASURED),
            tables[SENSITIVITY],
        ),
        _plot(
            "effective-area",
            "Effective area",
            "Higher is better; numbers on top are events.",
            f"Area over which cores were thrown times the share of the thrown that is left. {near} {_SELECTION} "
            f"{_INTERVALS}",
            draw.effective_area(tables[AREA]),
            tables[AREA],
        ),
        _plot(
            "angular-resolution",
            "Angular resolution",
            "Lower is better; numbers on top are events.",
            f"Angle that holds 68.27 % of the events, per bin of true energy. {near} {_SELECTION} {_INTERVALS}",
            draw.angular_resolution(tables[ANGLE], reference),
            tables[ANGLE],
        ),
        _plot(
            "energy-resolution",
            "Energy resolution",
            "Lower is better; numbers on top are events.",
            "Half of the central 68.27 % interval of E_reco/E_true − 1, per bin of true energy. "
            f"{near} {_SELECTION} {_INTERVALS}",
            draw.energy_resolution(tables[ENERGY], reference),
            tables[ENERGY],
        ),
        _plot(
            "background",
            "Background",
            "Lower is better; numbers on top are simulated events.",
            f"Rate per energy and solid angle within {config.offset_max:g} of the pointing. {_SELECTION} {_INTERVALS}",
            draw.background_rate(tables[BACKGROUND]),
            tables[BACKGROUND],
        ),
    ]


def _cut_plots(summary: IrfSummary) -> list[Block]:
    cuts = summary.cuts
    return [
        _plot(
            "cut-gammaness",
            "Cut in gammaness",
            "Events above the line count as gammas.",
            "Chosen per bin for the best sensitivity, with showers that are used for nothing else.",
            draw.cuts(cuts.gammaness, "cut", "Gammaness"),
            cuts.gammaness,
        ),
        _plot(
            "cut-theta",
            "Cut in angular distance",
            "Events below the line count for a point source.",
            "Chosen together with the cut in gammaness.",
            draw.cuts(cuts.theta, "cut", "Distance / deg"),
            cuts.theta,
        ),
    ]


def _plot(name: str, title: str, reading: str, definition: str, figure: "go.Figure", table: "AstropyTable") -> Plot:
    return Plot(name, title, reading, definition, [Panel("", figure)], style.legend([figure]), False, [_table(table)])


def _table(table: "AstropyTable") -> Table:
    """Fold the numbers behind a plot."""
    units = {name: str(getattr(table[name], "unit", "") or "") for name in table.colnames}
    head = [f"{name.replace('_', ' ')}{' / ' + unit if unit else ''}" for name, unit in units.items()]
    return Table(head, [_cells(table, row) for row in range(len(table))], caption="Numbers", folded=True)


def _cells(table: "AstropyTable", row: int) -> Sequence[str]:
    cells = []
    for name in table.colnames:
        value = getattr(table[name][row], "value", table[name][row])
        if np.ma.is_masked(value):
            cells.append("–")
        elif isinstance(value, str):
            cells.append(value)
        else:
            whole = np.issubdtype(table[name].dtype, np.integer)
            cells.append(numbers.count(float(value)) if whole else numbers.number(float(value)))
    return cells


def _data(summary: IrfSummary) -> list[Block]:
    """Say which showers this was measured with, and with which settings."""
    head = [
        "Primary",
        "Weighted to",
        "Showers thrown, uses counted",
        "Cone / deg",
        "Events",
        "Measured with",
        "Of showers",
    ]
    rows = [
        [
            name,
            facts["spectrum"],
            numbers.count(facts["n_thrown"]),
            numbers.number(facts["viewcone"]),
            numbers.count(facts["n_events"]),
            numbers.count(facts["n_measuring"]),
            numbers.count(facts["n_showers_measuring"]),
        ]
        for name, facts in summary.facts["primaries"].items()
    ]
    files = [file for facts in summary.facts["primaries"].values() for file in facts["files"]]
    return [
        Table(head, rows, caption="Simulated showers"),
        Facts({key.replace("_", " "): str(value) for key, value in summary.facts["config"].items()}),
        Text(_which(summary.facts)),
        Text(f"DL2 files: {', '.join(files)}"),
    ]


def _which(facts: Mapping[str, Any]) -> str:
    if facts["config"]["showers"] == "all":
        return "All showers of the files were used, whether or not a model learnt from them: irf.showers is all."
    used = f"{100 * facts['share']:.3g} % of the showers of the files were used"
    return f"{used}, the test part that no model learnt from: irf.showers is test."
