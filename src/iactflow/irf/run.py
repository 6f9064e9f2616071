"""The work of ``irf``: DL2 of gammas and background becomes instrument response functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data.result import Bootstrap
from iactflow.data.split import SplitFractions
from iactflow.errors import InputError
from iactflow.fitting.bootstrap import LEVEL
from iactflow.irf.config import Irf
from iactflow.irf.cuts import Cuts, optimise_cuts
from iactflow.irf.events import Showers, read_showers
from iactflow.irf.fits import write_fits
from iactflow.irf.parts import TO_MEASURE, TO_OPTIMISE, divide
from iactflow.irf.performance import background_performance, gamma_performance
from iactflow.irf.response import Response, make_axes, respond
from iactflow.irf.sensitivity import best_bin, known_and_measured, sensitivity_table
from iactflow.irf.spectra import target_spectrum, thrown_share, weights
from iactflow.storage import refuse_existing

if TYPE_CHECKING:
    from astropy.table import QTable, Table

SENSITIVITY = "SENSITIVITY"


@dataclass(frozen=True)
class IrfSummary:
    """What irf made.

    Attributes
    ----------
    path : pathlib.Path
        The FITS file.
    response : Response
        What is in it for gammapy.
    cuts : Cuts
        How events are selected.
    performance : dict of astropy.table.Table
        Tables of the file, by name.
    facts : dict
        What it was made of, for pages and headers.
    """

    path: Path
    response: Response
    cuts: Cuts
    performance: "dict[str, Table]"
    facts: dict[str, Any]

    def finite(self) -> dict[str, float]:
        """Give the numbers to log: the best sensitivity where background is measured, and how many bins that is."""
        table = self.performance[SENSITIVITY]
        known, measured = known_and_measured(table)
        numbers = {"n_bins_with_sensitivity": float(known.sum()), "n_bins_measured": float(measured.sum())}
        if measured.any():
            best = best_bin(table, measured)
            numbers["best_sensitivity_relative"] = float(table["relative"][best])
            numbers["best_sensitivity_energy_tev"] = float(table["reco_energy_center"].to_value("TeV")[best])
        return numbers


def run(
    dl2: Sequence[Path],
    out: Path,
    *,
    config: Irf,
    fractions: SplitFractions | None = None,
    instrument: str = "",
    overwrite: bool = False,
) -> IrfSummary:
    """Make instrument response functions.

    Parameters
    ----------
    dl2 : sequence of pathlib.Path
        DL2 files of simulated gammas and protons, electrons if there are any, each of one primary.
    out : pathlib.Path
        FITS file to write; compressed if it ends in .gz.
    config : Irf
        Spectra, selection, intervals.
    fractions : SplitFractions or None
        How stores divide the same showers, for ``irf.showers: test`` with DL2 files that do not say it; where both say
        it, the smaller test part counts.
    instrument : str
        Its name, for header and page; empty takes that of the array in the files.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    IrfSummary

    Raises
    ------
    InputError
        If there are no gammas or no background, or the files do not fit together.
    ConfigError
        If an algorithm is not named where several are there, or it is not known which showers are of the test part.
    """
    refuse_existing(out, overwrite=overwrite)
    found, parts = divide(read_showers([Path(path) for path in dl2], config), config, fractions)
    gammas, background = _required(found)
    axes = make_axes(gammas, background)
    optimising, measuring = (
        {name: _part(showers, code, share, config) for name, showers in found.items()}
        for code, share in ((TO_OPTIMISE, parts.validation), (TO_MEASURE, parts.test))
    )
    cuts = optimise_cuts(optimising["gamma"], _joined(optimising, background), axes.reco_energy, config)
    signal, noise = measuring["gamma"], _joined(measuring, background)
    if not cuts.gamma_like(signal).any():
        raise InputError("No gamma is left after the cuts to measure with. Give more DL2 files of gammas.")
    thrown = thrown_share(gammas, parts.test)
    response = respond(signal, thrown, gammas.is_diffuse, noise, cuts, axes, config)
    bootstrap = Bootstrap(n=config.bootstrap, seed=config.seed, level=LEVEL)
    spectrum, _ = target_spectrum("gamma", config)
    performance = {
        SENSITIVITY: sensitivity_table(signal, noise, cuts, axes.reco_energy, spectrum, config),
        **gamma_performance(signal, thrown, gammas.is_diffuse, cuts, axes, config, bootstrap),
        **background_performance(noise, cuts, axes, config, bootstrap),
    }
    facts = _facts(found, measuring, config, parts, instrument)
    point_like = config.enclosure == "point-like"
    write_fits(out, response, cuts, performance, _header(facts), point_like=point_like, overwrite=overwrite)
    return IrfSummary(Path(out), response, cuts, performance, facts)


def _required(found: Mapping[str, Showers]) -> tuple[Showers, dict[str, Showers]]:
    background = {name: showers for name, showers in found.items() if name != "gamma"}
    if "gamma" not in found or "proton" not in found:
        raise InputError(
            "Instrument responses take DL2 files of gammas and of protons. Received: "
            f"{', '.join(sorted(found)) or 'none'}. Add the others with --dl2."
        )
    for name, showers in background.items():
        if name not in ("proton", "electron"):
            raise InputError(
                f"{' '.join(map(str, showers.paths))}: no published spectrum for {name} is known; background is "
                "of protons and electrons. Leave the file out."
            )
        if not showers.is_diffuse:
            raise InputError(
                f"{' '.join(map(str, showers.paths))}: background must arrive from a cone of directions, but "
                f"{name} showers were thrown from a single one. Simulate them with a viewcone, iactflow's default."
            )
    return found["gamma"], background


def _part(showers: Showers, code: int, share: float, config: Irf) -> "QTable":
    """Take the weighted events of one part."""
    events = showers.events.copy()
    events["weight"] = weights(showers, config, share)
    return events[np.asarray(events["part"]) == code]


def _joined(tables: "Mapping[str, QTable]", background: Mapping[str, Showers]) -> "QTable":
    """Put all kinds of background into one table; showers of different kinds keep different numbers."""
    from astropy.table import vstack

    joined, first = [], 0
    for name in background:
        events = tables[name].copy()
        events["shower"] = np.asarray(events["shower"]) + first
        first += len(np.unique(np.asarray(background[name].events["shower"])))
        joined.append(events)
    return vstack(joined, metadata_conflicts="silent")


def _facts(
    found: Mapping[str, Showers],
    measuring: "Mapping[str, QTable]",
    config: Irf,
    parts: SplitFractions,
    instrument: str,
) -> dict[str, Any]:
    """Say what the responses were made of."""
    arrays = set.union(*(showers.arrays for showers in found.values()))
    return {
        "instrument": instrument or (arrays.pop() if len(arrays) == 1 else ""),
        "share": parts.validation + parts.test,
        "zenith": float(np.mean([showers.zenith for showers in found.values()])),
        "config": config.model_dump(mode="json"),
        "primaries": {
            name: {
                "files": [str(path) for path in showers.paths],
                "spectrum": target_spectrum(name, config)[1],
                "n_thrown": float(showers.thrown.n_showers),
                "n_events": len(showers.events),
                "n_measuring": len(measuring[name]),
                "n_showers_measuring": len(np.unique(np.asarray(measuring[name]["shower"]))),
                "viewcone": float(showers.thrown.viewcone_max.to_value("deg")),
            }
            for name, showers in found.items()
        },
    }


def _header(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the cards that every extension has."""
    return {"TELESCOP": facts["instrument"] or "unknown", "INSTRUME": "iactflow", "ZENITH": round(facts["zenith"], 3)}
