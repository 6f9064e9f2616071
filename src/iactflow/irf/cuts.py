"""Cuts in gammaness and in angular distance, chosen per bin of reconstructed energy for the best sensitivity."""

import operator
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import astropy.units as u
import numpy as np

from iactflow.errors import InputError
from iactflow.irf.config import Irf

if TYPE_CHECKING:
    from astropy.table import QTable

#: Shares of the gammas that cuts may keep, in gammaness and in angular distance.
_GAMMANESS_EFFICIENCIES = np.arange(0.40, 0.96, 0.05)
_ANGLE_EFFICIENCIES = np.arange(0.50, 0.91, 0.10)
#: Limits of the angular cut.
_ANGLES = (0.02 * u.deg, 1.0 * u.deg)


@dataclass(frozen=True)
class Cuts:
    """Which events count as gammas from a point.

    Attributes
    ----------
    gammaness, theta : astropy.table.QTable
        pyirf's tables of cuts: ``low``, ``center``, ``high`` of reconstructed energy, ``cut``, ``efficiency``.
    """

    gammaness: "QTable"
    theta: "QTable"

    def gamma_like(self, events: "QTable") -> np.ndarray:
        """Tell which events pass the cut in gammaness, bool of shape (n,)."""
        from pyirf.cuts import evaluate_binned_cut

        return evaluate_binned_cut(events["gh_score"], events["reco_energy"], self.gammaness, operator.ge)

    def near(self, events: "QTable") -> np.ndarray:
        """Tell which events pass the cut in the distance between true and reconstructed direction."""
        from pyirf.cuts import evaluate_binned_cut

        return evaluate_binned_cut(events["theta"], events["reco_energy"], self.theta, operator.le)


def optimise_cuts(gammas: "QTable", background: "QTable", edges: u.Quantity, config: Irf) -> Cuts:
    """Choose the cuts with the best differential sensitivity in each bin.

    Parameters
    ----------
    gammas, background : astropy.table.QTable
        Weighted events that serve for this alone.
    edges : Quantity, shape (n_bins + 1,)
        Bins of reconstructed energy.
    config : Irf
        Background regions and ring of offsets.

    Returns
    -------
    Cuts

    Raises
    ------
    InputError
        If there are no gammas or no background to choose with.
    """
    from pyirf.cut_optimization import optimize_cuts

    signal = gammas[gammas["weight"] > 0]
    for name, events in (("gammas inside of irf.offset_max", signal), ("background", background)):
        if not len(events):
            raise InputError(
                f"Cuts are chosen with a share irf.optimise_share={config.optimise_share:g} of the showers, and there "
                f"are no {name} among them. Give more DL2 files, or a larger share."
            )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # pyirf divides by the zero counts of empty bins
        _, _, theta, gammaness = optimize_cuts(
            signal,
            background,
            reco_energy_bins=edges,
            multiplicity_cuts=[config.multiplicity_min],
            gh_cut_efficiencies=_GAMMANESS_EFFICIENCIES,
            theta_cut_efficiencies=_ANGLE_EFFICIENCIES,
            fov_offset_max=config.offset_max,
            alpha=config.alpha,
            theta_min_value=_ANGLES[0],
            theta_max_value=_ANGLES[1],
            progress=False,
        )
    return Cuts(gammaness, theta)
