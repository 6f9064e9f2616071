"""Proton showers beside published numbers, and beside the one real proton whose photons are public."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iactflow.data.samples import sample
from iactflow.simulate.atmosphere import US_STANDARD
from iactflow.simulate.efficiency import Efficiency
from iactflow.simulate.light import Receivers
from iactflow.simulate.shower import Settings, simulate_shower
from iactflow.simulate.site import Site, site
from iactflow.simulate.validation.cascades import count, depth_of_maximum, fine_steps, follow, mean_and_error
from iactflow.simulate.validation.output import OURS, THEIRS, Outcome, Scale, new_figure, table
from iactflow.simulate.work import MUONS, PROFILE_STEP

Float64 = NDArray[np.float64]

PROTON, IRON, GAMMA = 101, 5626, 0
DEPTHS = (1.0, 10.0, 100.0)  # TeV
MUONS_ABOVE = ((10.0, 100.0), (100.0, 100.0), (100.0, 1000.0))
"""Proton energy (TeV) and lowest muon energy (GeV) of the comparison with Elbert's formula."""
LIGHT = (0.3, 1.0, 3.0, 10.0)  # TeV
LIGHT_RADIUS = 125.0  # m, the Cherenkov light pool


def elbert(energy: float, above: float, mass: int = 1) -> float:
    """Mean number of muons above an energy (GeV) in a vertical shower of an energy (TeV), asymptotically high up.

    Elbert 1978 as in Gaisser 1990: 14.5 GeV A / E_mu (E / (A E_mu))^0.757 (1 - A E_mu / E)^5.25.
    """
    x = mass * above / (energy * 1e3)
    return 14.5 * mass / above * x**-0.757 * (1 - x) ** 5.25


def muons(primary: int, energy: float, index: int, above: float) -> float:
    """Muons above an energy (GeV) that reach 2150 m; slower hadrons and all electrons are not followed."""
    settings = Settings(muon_cut=above, hadron_cut=above, electron_cut=above, absorption=False)
    shower = follow(primary, energy, index, settings)
    assert shower.profile is not None
    last = int(site("paranal").atmosphere.depth(site("paranal").altitude) / PROFILE_STEP) - 1
    return float(shower.profile[MUONS, last])


def light_density(primary: int, energy: float, index: int) -> float:
    """Photons (300 to 600 nm, without absorption) per m2 and TeV within the light pool, at 2150 m, vertical."""
    radius = LIGHT_RADIUS * np.sqrt((np.arange(12) + 0.5) / 12)
    angle = 2.4 * np.arange(12)  # golden angle: equal areas
    ring = Receivers(
        radius * np.cos(angle), radius * np.sin(angle), np.zeros(12), np.full(12, 5.0), 90.0, 0.0, 30.0
    )  # fmt: skip
    band = Efficiency("part of 300 to 600 nm", (300.0, 600.0), (1.0, 1.0), 0.2)
    _, (light,) = simulate_shower(
        primary, energy, 90.0, 0.0, ring, np.zeros((1, 2)), site("paranal"), band, 1, index, Settings(absorption=False)
    )
    return len(light) / 0.2 / (12 * math.pi * 5.0**2) / energy


def run(scale: Scale) -> Outcome:
    """Compare depths of maximum, muons, light, and one shower."""
    outcome = Outcome({"proton-depth": _depths(scale), "proton-muons": _muons(scale), "light-density": _light(scale)})
    outcome.tables["proton-file"], figure = _one_shower(scale)
    outcome.figures["proton-file"] = figure
    return outcome


def _depths(scale: Scale) -> str:
    rows = []
    for energy in DEPTHS:
        settings = Settings(electron_cut=0.0205, absorption=False)
        with fine_steps():
            showers = [follow(PROTON, energy, i, settings) for i in range(2 * count(scale, energy))]
        profiles = [shower.profile[:2] for shower in showers if shower.profile is not None]
        mean, error = mean_and_error(np.array([depth_of_maximum(p) for p in profiles]))
        together = depth_of_maximum(np.sum([p / p.sum() for p in profiles], axis=0))
        rows.append([energy, len(showers), f"{mean:.0f} ± {error:.0f}", f"{together:.0f}", f"{_matthews(energy):.0f}"])
    header = ["proton energy, TeV", "showers", "depth of maximum, g/cm2", "of the mean profile", "570 + 58 lg(E/PeV)"]
    return table(header, rows)


def _matthews(energy: float) -> float:
    """Elongation of Matthews 2005 (470 + 58 lg(E / PeV)), 100 g / cm2 deeper as he says full simulations are."""
    return 570 + 58 * math.log10(energy / 1e3)


def _muons(scale: Scale) -> str:
    rows = []
    for energy, above in MUONS_ABOVE:
        n = 4 * count(scale, energy)
        mean, error = mean_and_error(np.array([muons(PROTON, energy, i, above) for i in range(n)]))
        rows.append([f"proton, {energy:g} TeV", above, n, f"{mean:.3g} ± {error:.2g}", f"{elbert(energy, above):.3g}"])
    header = ["shower", "muons above, GeV", "showers", "ours at 2150 m", "Elbert's formula"]
    return table(header, rows)


def _light(scale: Scale) -> str:
    rows = []
    for energy in LIGHT:
        n = count(scale, energy)
        gamma, proton = (np.array([light_density(primary, energy, i) for i in range(n)]) for primary in (GAMMA, PROTON))
        (one, one_error), (two, two_error) = mean_and_error(gamma), mean_and_error(proton)
        ratio = two / one
        error = ratio * math.hypot(one_error / one, two_error / two)
        rows.append(
            [energy, n, f"{one:.1f} ± {one_error:.1f}", f"{two:.1f} ± {two_error:.1f}", f"{ratio:.2f} ± {error:.2f}"]
        )
    header = ["energy, TeV", "showers of each", "gamma, photons/m2/TeV", "proton, photons/m2/TeV", "proton / gamma"]
    return table(header, rows)


def _one_shower(scale: Scale) -> tuple[str, Any]:
    """Compare the public 500 GeV proton with ours of the same first interaction."""
    from eventio import IACTFile

    with IACTFile(str(sample("proton-photons"))) as file:
        event = next(iter(file))
        header, bunches = event.header, event.photon_bunches[0]
    height = abs(float(header["first_interaction_height"])) / 100
    level = Site("file", 2200.0, US_STANDARD, (29.5e-6, 0.0, -23.0e-6), 0.0)
    sphere = Receivers(np.zeros(1), np.zeros(1), np.full(1, 5.0), np.full(1, 5.0), 90.0, 0.0, 60.0)
    band = Efficiency("290 to 900 nm", (290.0, 900.0), (1.0, 1.0), 1.0)
    real = _describe(np.degrees(bunches["cx"]), np.degrees(bunches["cy"]), bunches["time"], bunches["photons"].sum())
    ours = []
    for index in range(10 * scale.repeats):
        _, (light,) = simulate_shower(
            PROTON, 0.5, 90.0, 0.0, sphere, np.zeros((1, 2)), level, band, 1, index, Settings(absorption=False), height
        )
        ours.append(_describe(light.fov_lon, light.fov_lat, light.time, len(light)))
    values = np.array(ours)
    rows = []
    figure, axes = new_figure(columns=3, width=11.0, height=2.8)
    names = ("photons", "angular spread, deg", "time spread, ns")
    for column, (name, axis) in enumerate(zip(names, axes, strict=True)):
        low, middle, high = np.percentile(values[:, column], [2.5, 50, 97.5])
        rank = float(np.mean(values[:, column] < real[column]))
        rows.append([name, f"{middle:.3g} ({low:.3g}-{high:.3g})", len(values), f"{real[column]:.4g}", f"{rank:.2f}"])
        axis.hist(values[:, column], bins=20, color=OURS, label="ours")
        axis.axvline(real[column], color=THEIRS, label="CORSIKA")
        axis.set(xlabel=name, ylabel="showers")
    axes[0].legend(fontsize=8)
    return table(["quantity", "ours, median (95 %)", "showers", "CORSIKA", "share of ours below"], rows), figure


def _describe(lon: Any, lat: Any, time: Any, photons: float) -> list[float]:
    """Give the number of photons, half of the central 68 % of their angles (mean of two axes) and of their times."""
    widths = [float(np.diff(np.percentile(values, [15.87, 84.13]))[0]) / 2 for values in (lon, lat, time)]
    return [float(photons), (widths[0] + widths[1]) / 2, widths[2]]
