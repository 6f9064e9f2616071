"""Weights that turn thrown showers into those that arrive."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.irf.config import Irf
from iactflow.irf.events import Showers

if TYPE_CHECKING:
    from pyirf.simulations import SimulatedEventsInfo

#: Names of pyirf's spectra by what the configuration calls them; their sources are in `pyirf.spectral`.
SPECTRA = {
    "crab-hegra": ("CRAB_HEGRA", "Crab nebula, HEGRA (Aharonian et al. 2004, ApJ 614, 897)"),
    "crab-magic": ("CRAB_MAGIC_JHEAP2015", "Crab nebula, MAGIC (Aleksić et al. 2015, JHEAp 5-6, 30)"),
    "irfdoc": ("IRFDOC_PROTON_SPECTRUM", "protons, CTA prod3b IRF description"),
    "dampe-proton-helium": ("DAMPE_P_He_SPECTRUM", "protons and helium, DAMPE"),
    "electrons": ("IRFDOC_ELECTRON_SPECTRUM", "electrons and positrons, CTA prod3b IRF description"),
}


def target_spectrum(primary: str, config: Irf) -> tuple[Callable[[Any], Any], str]:
    """Give the published spectrum of a primary and what it is.

    Returns
    -------
    callable, str
        From energy to flux (of a point source for gammas, per solid angle for all others); its name and source.
    """
    from pyirf import spectral

    key = {"gamma": config.source, "electron": "electrons"}.get(primary, config.protons)
    name, told = SPECTRA[key]
    return getattr(spectral, name), told


def weights(showers: Showers, config: Irf, share: float) -> np.ndarray:
    """Say for how many arriving showers each event stands in the observation time.

    Parameters
    ----------
    showers : Showers
        Of one primary.
    config : Irf
        Spectra, observation time, and the ring of offsets that gammas count from.
    share : float
        Part of the thrown showers that the events are of.

    Returns
    -------
    ndarray, shape (n,)
        Zero for gammas outside of the ring.

    Notes
    -----
    w = target flux / thrown flux at the true energy. Gammas thrown in a cone stand for a point source anywhere in the
    ring from the pointing to ``offset_max``: their flux is the thrown one integrated over the ring's solid angle.
    """
    from pyirf.spectral import PowerLaw, calculate_event_weights

    thrown = PowerLaw.from_simulation(_of_share(showers.thrown, share), config.observation_time)
    spectrum, _ = target_spectrum(showers.primary, config)
    inside = np.ones(len(showers.events), bool)
    if showers.primary == "gamma" and showers.is_diffuse:
        outer = min(config.offset_max, showers.thrown.viewcone_max)
        thrown = thrown.integrate_cone(showers.thrown.viewcone_min, outer)
        inside = np.asarray(showers.events["true_source_fov_offset"] <= outer)
    found = calculate_event_weights(showers.events["true_energy"], spectrum, thrown)
    return np.where(inside, found, 0.0)


def _of_share(thrown: "SimulatedEventsInfo", share: float) -> "SimulatedEventsInfo":
    """Give what was thrown for a share of the showers."""
    from pyirf.simulations import SimulatedEventsInfo

    values = {name: getattr(thrown, name) for name in SimulatedEventsInfo.__slots__}
    return SimulatedEventsInfo(**values | {"n_showers": thrown.n_showers * share})


def thrown_share(showers: Showers, share: float) -> "SimulatedEventsInfo":
    """Give what was thrown of the showers of a part."""
    return _of_share(showers.thrown, share)
