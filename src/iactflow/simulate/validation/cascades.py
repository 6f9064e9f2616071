"""Longitudinal development of gamma showers: depth of maximum against energy, and profiles beside CORSIKA's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from iactflow.data.samples import sample
from iactflow.simulate import electromagnetic
from iactflow.simulate import shower as shower_code
from iactflow.simulate.efficiency import ALL_PHOTONS
from iactflow.simulate.electromagnetic import RADIATION_LENGTH
from iactflow.simulate.light import Receivers, Shower
from iactflow.simulate.shower import Settings, simulate_shower
from iactflow.simulate.site import site
from iactflow.simulate.validation.corsika import CorsikaShower, read
from iactflow.simulate.validation.output import OURS, THEIRS, Outcome, Scale, new_figure, table
from iactflow.simulate.work import PROFILE_STEP

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

ENERGIES = (0.1, 0.3, 1.0, 3.0, 10.0)  # TeV
CRITICAL_ENERGY = 87.92e-6  # TeV, electrons in dry air; PDG, atomic and nuclear properties
CUT = 0.0205  # GeV of total energy; CORSIKA's ECUTS in the file: 20 MeV of kinetic energy
FINE_LOSS = 0.05
DARK = Receivers(np.array([1e5]), np.zeros(1), np.zeros(1), np.ones(1), 90.0, 0.0, 0.1)
"""A telescope so far away that no light is made."""


@contextmanager
def fine_steps() -> Iterator[None]:
    """Let electrons lose at most `FINE_LOSS` of their energy in a step.

    A profile above a cut counts the whole of the step in which an electron falls below it: 6 % too much track length
    at 20 MeV with the steps that are usual. Light is not concerned, it ends at the threshold within the step.
    """
    usual = electromagnetic.MAX_LOSS
    electromagnetic.MAX_LOSS = FINE_LOSS
    shower_code._electromagnetic.cache_clear()
    try:
        yield
    finally:
        electromagnetic.MAX_LOSS = usual
        shower_code._electromagnetic.cache_clear()


def follow(primary: int, energy: float, index: int, settings: Settings, first_height: float | None = None) -> Shower:
    """Simulate one vertical shower above Paranal without light."""
    return simulate_shower(
        primary, energy, 90.0, 0.0, DARK, np.zeros((1, 2)), site("paranal"), ALL_PHOTONS, 1, index, settings,
        first_height,
    )[0]  # fmt: skip


def depth_of_maximum(profile: Float64) -> float:
    """Give the depth (g / cm2) of the maximum of the charged particles' profile, by a parabola over its top.

    The profile is smoothed over 50 g / cm2; the parabola is fitted within 80 g / cm2 of the highest point.
    """
    charged = np.convolve(profile.sum(axis=0), np.ones(5) / 5, mode="same")
    top = int(np.argmax(charged))
    near = np.arange(max(top - 8, 0), min(top + 9, len(charged)))
    square, slope, _ = np.polyfit(near, charged[near], 2)
    best = -slope / (2 * square) if square < 0 else top
    return float((np.clip(best, near[0], near[-1]) + 0.5) * PROFILE_STEP)


def mean_and_error(values: Float64) -> tuple[float, float]:
    """Mean and its standard error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values)))


def count(scale: Scale, energy: float) -> int:
    """Showers to simulate at an energy (TeV): fewer where each costs and tells more."""
    return max(round(scale.showers * (ENERGIES[0] / energy) ** 0.5), 4)


def run(scale: Scale) -> Outcome:
    """Compare depths of maximum with the formula of cascade theory, and profiles with CORSIKA's."""
    with fine_steps():
        return _run(scale)


def _run(scale: Scale) -> Outcome:
    rows, means = [], []
    for energy in ENERGIES:
        n = count(scale, energy)
        settings = Settings(electron_cut=CUT, absorption=False)
        depths = [depth_of_maximum(_profile(follow(0, energy, i, settings))) for i in range(n)]
        mean, error = mean_and_error(np.array(depths))
        means.append((mean, error))
        expected = RADIATION_LENGTH * (math.log(energy / CRITICAL_ENERGY) + 0.5)
        rows.append([energy, n, f"{mean:.0f} ± {error:.0f}", f"{expected:.0f}"])
    slope, spread = _slope(np.log10(ENERGIES), np.array(means))
    theory = RADIATION_LENGTH * math.log(10)
    rows.append(["per decade", "", f"{slope:.0f} ± {spread:.0f}", f"{theory:.0f}"])
    header = ["gamma energy, TeV", "showers", "depth of maximum, ours, g/cm2", "X0 (ln(E/Ec) + 1/2)"]
    outcome = Outcome({"gamma-depth": table(header, rows)})
    showers = [s for s in read(sample("sst1m-prod4-photons"))[1] if not s.hadronic and s.energy <= scale.max_energy]
    again = [_repeat(shower, number, scale.repeats) for number, shower in enumerate(showers)]
    outcome.tables["gamma-profile"] = _compare(showers, again)
    outcome.figures["gamma-profile"] = _figure(showers, again, np.array(means))
    return outcome


def _profile(shower: Shower) -> Float64:
    assert shower.profile is not None
    return shower.profile


def _slope(x: Float64, values: Float64) -> tuple[float, float]:
    """Weighted slope of a straight line through (mean, error) and its standard error."""
    coefficients, covariance = np.polyfit(x, values[:, 0], 1, w=1 / values[:, 1], cov="unscaled")
    return float(coefficients[0]), float(math.sqrt(covariance[0, 0]))


def _repeat(shower: CorsikaShower, number: int, repeats: int) -> Float64:
    """Simulate a shower of the file anew: electrons and positrons per step, shape (repeats, n_steps)."""
    receivers = Receivers(np.array([1e5]), np.zeros(1), np.zeros(1), np.ones(1), 70.0, 0.0, 0.1)
    profiles = [
        simulate_shower(
            0, shower.energy, 70.0, 0.0, receivers, np.zeros((1, 2)), site("paranal"), ALL_PHOTONS, 1,
            number * 1000 + repeat, Settings(electron_cut=CUT, absorption=False), shower.first_height,
        )[0]
        for repeat in range(repeats)
    ]  # fmt: skip
    return np.array([_profile(one)[:2].sum(axis=0) for one in profiles])


def _compare(showers: list[CorsikaShower], again: list[Float64]) -> str:
    """Compare track length and mean depth: averages of showers with the scatter of the single differences."""
    track, depth = [], []
    for shower, ours in zip(showers, again, strict=True):
        theirs = shower.profile[1:3].sum(axis=0)
        x, y = (np.arange(len(p)) + 0.5 for p in (theirs, ours[0]))
        track.append(ours.sum(axis=1).mean() * PROFILE_STEP / (theirs.sum() * shower.step))
        depth.append(((ours @ y) / ours.sum(axis=1)).mean() * PROFILE_STEP - theirs @ x / theirs.sum() * shower.step)
    (ratio, ratio_error), (shift, shift_error) = (mean_and_error(np.array(v)) for v in (track, depth))
    rows = [
        ["track length, ours / CORSIKA", f"{ratio:.3f} ± {ratio_error:.3f}", len(track)],
        ["mean depth, ours - CORSIKA, vertical g/cm2", f"{shift:.1f} ± {shift_error:.1f}", len(depth)],
    ]
    return table(["electrons and positrons above 20 MeV", "value ± standard error", "showers"], rows)


def _figure(showers: list[CorsikaShower], again: list[Float64], means: Float64) -> Figure:
    figure, axes = new_figure(columns=3, width=11.0, height=3.4)
    energies = np.array(ENERGIES)
    axes[0].errorbar(energies, means[:, 0], 1.96 * means[:, 1], fmt="o", color=OURS, label="ours, 95 %")
    axes[0].plot(energies, RADIATION_LENGTH * (np.log(energies / CRITICAL_ENERGY) + 0.5), color="0.4", label="PDG")
    axes[0].set(xscale="log", xlabel="energy (TeV)", ylabel="depth of maximum (g/cm2)")
    axes[0].legend(fontsize=8)
    order = np.argsort([shower.energy for shower in showers])
    for axis, k in zip(axes[1:], (order[-1], order[len(order) // 2]), strict=True):
        shower, ours = showers[k], again[k]
        y = (np.arange(ours.shape[1]) + 0.5) * PROFILE_STEP
        low, middle, high = np.percentile(ours, [2.5, 50, 97.5], axis=0)
        axis.fill_between(y, low, high, color=OURS, alpha=0.25, linewidth=0, label="ours, 95 % of repeats")
        axis.plot(y, middle, color=OURS, label="ours, median")
        theirs = shower.profile[1:3].sum(axis=0)
        axis.plot((np.arange(len(theirs)) + 0.5) * shower.step, theirs, color=THEIRS, label="CORSIKA")
        axis.set(xlabel="vertical depth (g/cm2)", xlim=(0, 780), title=f"gamma, {shower.energy:.2f} TeV")
        axis.set_ylabel("electrons and positrons > 20 MeV")
    axes[1].legend(fontsize=8)
    return figure
