"""Effective area, energy dispersion, point spread function and background, as gammapy takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import astropy.units as u
import numpy as np

from iactflow.irf.config import Irf
from iactflow.irf.cuts import Cuts
from iactflow.irf.events import Showers

if TYPE_CHECKING:
    from astropy.table import QTable
    from pyirf.simulations import SimulatedEventsInfo

#: Bins of reconstructed over true energy, and of the distance from the true direction.
_MIGRATION = np.geomspace(0.2, 5, 31)
_SOURCE_OFFSETS = np.append(np.linspace(0, 0.5, 26), np.linspace(0.6, 2, 15)) * u.deg
#: Width of a bin of the offset from the pointing.
_OFFSET_STEP = 1 * u.deg
#: Least number of such bins over a cone: gammapy 2.1 makes no maps of a response with a single one.
_LEAST_RINGS = 2
#: Least gammas in a bin of true energy for it to be called usable.
_LEAST = 10


@dataclass(frozen=True)
class Axes:
    """Edges of all bins.

    Attributes
    ----------
    true_energy, reco_energy : Quantity, shape (n + 1,)
        On the grid of 0.2 dex that all results share.
    offset : Quantity, shape (n + 1,)
        Offset of the source from the pointing.
    background_offset : Quantity, shape (n + 1,)
        Offset of background from the pointing.
    """

    true_energy: u.Quantity
    reco_energy: u.Quantity
    offset: u.Quantity
    background_offset: u.Quantity


@dataclass(frozen=True)
class Response:
    """Responses of one selection.

    Attributes
    ----------
    axes : Axes
        Their bins.
    effective_area : Quantity, shape (n_true, n_offset)
        In m2.
    energy_dispersion : ndarray, shape (n_true, n_migration, n_offset)
        Probability density in reconstructed over true energy.
    psf : Quantity, shape (n_true, n_offset, n_source_offset)
        Per sr.
    background : Quantity, shape (n_reco, n_background_offset)
        Rate per energy, time and solid angle.
    migration, source_offset : ndarray, Quantity
        Edges of the remaining axes.
    usable : tuple of Quantity
        Lowest and highest energy of the bins with enough gammas.
    """

    axes: Axes
    effective_area: u.Quantity
    energy_dispersion: np.ndarray
    psf: u.Quantity
    background: u.Quantity
    migration: np.ndarray
    source_offset: u.Quantity
    usable: tuple[u.Quantity, u.Quantity]


def make_axes(gammas: Showers, background: Mapping[str, Showers]) -> Axes:
    """Choose bins that hold what was thrown."""
    from iactflow.fitting.metrics_energy_bins import energy_edges

    thrown = gammas.thrown
    limits = [value.to_value(u.TeV) for value in (thrown.energy_min, thrown.energy_max)]
    energy = energy_edges(np.array([limits[0], limits[1] * (1 - 1e-6)])) * u.TeV
    outer = max(showers.thrown.viewcone_max for showers in background.values())
    return Axes(energy, energy, _offsets(gammas), _rings(outer))


def _offsets(gammas: Showers) -> u.Quantity:
    """Give bins of the offset of gammas: rings of the cone, or one bin around a point source."""
    if gammas.is_diffuse:
        return _rings(gammas.thrown.viewcone_max)
    at = np.median(gammas.events["true_source_fov_offset"]) if len(gammas.events) else 0 * u.deg
    return u.Quantity([max(at - _OFFSET_STEP / 2, 0 * u.deg), at + _OFFSET_STEP / 2]).to(u.deg)


def _rings(outer: u.Quantity) -> u.Quantity:
    n = max(int(np.ceil((outer / _OFFSET_STEP).to_value(u.one) - 1e-9)), _LEAST_RINGS)
    return np.linspace(0, max(outer.to_value(u.deg), 1e-3), n + 1) * u.deg


def respond(
    gammas: "QTable",
    thrown: "SimulatedEventsInfo",
    diffuse: bool,
    background: "QTable",
    cuts: Cuts,
    axes: Axes,
    config: Irf,
) -> Response:
    """Measure all responses on events that the cuts were not chosen with.

    Parameters
    ----------
    gammas, background : astropy.table.QTable
        Events before cuts; background is weighted.
    thrown : SimulatedEventsInfo
        What was thrown for these gammas.
    diffuse : bool
        Whether their directions were thrown in a cone.
    cuts : Cuts
        The cut in gammaness counts for all; that in distance for a point-like response alone.
    axes : Axes
        Bins.
    config : Irf
        Enclosure and observation time.

    Returns
    -------
    Response
    """
    from pyirf import irf

    kept = gammas[cuts.gamma_like(gammas)]
    selected = kept[cuts.near(kept)] if config.enclosure == "point-like" else kept
    if diffuse:
        area = irf.effective_area_per_energy_and_fov(selected, thrown, axes.true_energy, axes.offset)
    else:
        area = irf.effective_area_per_energy(selected, thrown, axes.true_energy)[:, np.newaxis]
    area = np.nan_to_num(area.to(u.m**2))
    counts, _ = np.histogram(selected["true_energy"].to_value(u.TeV), axes.true_energy.to_value(u.TeV))
    enough = np.flatnonzero(counts >= _LEAST)
    first, last = (enough[0], enough[-1] + 1) if len(enough) else (0, len(counts))
    return Response(
        axes=axes,
        effective_area=area,
        energy_dispersion=irf.energy_dispersion(selected, axes.true_energy, axes.offset, _MIGRATION),
        psf=irf.psf_table(kept, axes.true_energy, _SOURCE_OFFSETS, axes.offset),
        background=irf.background_2d(
            background[cuts.gamma_like(background)],
            axes.reco_energy,
            axes.background_offset,
            config.observation_time.to(u.s),
        ),
        migration=_MIGRATION,
        source_offset=_SOURCE_OFFSETS,
        usable=(axes.true_energy[first], axes.true_energy[last]),
    )
