"""Our cascades against CORSIKA's: the same showers (energy, direction, first interaction, cores), light and shape.

Run ``python -m iactflow.simulate.validate_corsika CORSIKA_IACT_FILE [REPEATS [MAX_TEV]]`` to print the comparison. It
is made for the public file of 20 gamma showers above Paranal (eventio's test resources).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from eventio import IACTFile
from numpy.typing import NDArray

from iactflow.simulate.cherenkov import direction
from iactflow.simulate.efficiency import Efficiency
from iactflow.simulate.light import Light, Receivers
from iactflow.simulate.particles import SPEED_OF_LIGHT
from iactflow.simulate.shower import Settings, simulate_shower
from iactflow.simulate.site import site

Float64 = NDArray[np.float64]
Shapes = dict[int, list[Float64]]

IMPACTS = (0, 80, 120, 180, 250, 400, 700, 1200)
"""Edges of the bins of impact distance, m."""
SAMPLED = 0.2
"""Part of our photons that is kept: CORSIKA's bunches hold five photons."""
HADRONIC = 0.6
"""A shower whose electrons and positrons have less than this part of the usual track length began hadronically."""
USUAL_TRACK = 206.0  # g / cm2 per GeV, electrons and positrons above 20 MeV, median of the file's showers
FEWEST = 20  # photons (bunches) that a telescope must have for the shape of its image


@dataclass(frozen=True)
class Real:
    """One shower of the file.

    Parameters
    ----------
    energy : float, TeV
    first_height : float, m
    cores : array, shape (n_reuse, 2), m
    photons : array, shape (n_reuse, n_telescopes)
        Number of photons on each telescope's sphere.
    bunches : list of dict of int to structured array
        Bunches by telescope, for each reuse.
    track : float, g / cm2 / GeV
        Vertical track length of electrons and positrons per energy.
    """

    energy: float
    first_height: float
    cores: Float64
    photons: Float64
    bunches: list[dict[int, np.ndarray]]
    track: float


def read(path: Path) -> tuple[Receivers, list[Real]]:
    """Read telescopes and showers."""
    with IACTFile(str(path)) as file:
        t = file.telescope_positions
        x, y, z, r = (np.asarray(t[name], dtype=float) / 100 for name in ("x", "y", "z", "r"))
        groups: dict[int, list[Any]] = {}
        for event in file:
            groups.setdefault(int(event.event_number), []).append(event)
    alt = 90 - float(np.degrees(groups[1][0].header["zenith"]))
    showers = []
    for events in groups.values():
        header = events[0].header
        photons = np.zeros((len(events), len(x)))
        for i, event in enumerate(events):
            for telescope, bunches in event.photon_bunches.items():
                photons[i, telescope] = bunches["photons"].sum()
        profile = events[0].longitudinal
        energy = float(header["total_energy"])
        showers.append(
            Real(
                energy / 1e3,
                abs(float(header["first_interaction_height"])) / 100,
                np.array([[e.impact_x, e.impact_y] for e in events], dtype=float) / 100,
                photons,
                [event.photon_bunches for event in events],
                float(profile["data"][1:3].sum() * profile["thickstep"]) / energy,
            )
        )
    return Receivers(x, y, z, r, alt, 0.0, 180.0), showers


def impacts(receivers: Receivers, cores: Float64) -> Float64:
    """Distance of each telescope from the axis, shape (n_reuse, n_telescopes), m."""
    axis = direction(receivers.alt, receivers.az)[0]
    place = np.stack([receivers.x, receivers.y, receivers.z], axis=1)
    offset = np.concatenate([cores, np.zeros((len(cores), 1))], axis=1)
    return np.linalg.norm(np.cross(place[None] - offset[:, None], axis), axis=2)


def _real_shape(bunches: np.ndarray, receivers: Receivers) -> Float64:
    """Gnomonic coordinates (deg) and time (ns) of bunches, shape (3, n)."""
    axis, lon, lat = direction(receivers.alt, receivers.az)
    cx, cy = bunches["cx"].astype(float), bunches["cy"].astype(float)
    down = np.stack([cx, cy, -np.sqrt(1 - cx**2 - cy**2)])
    forward = -(axis @ down)
    on_plane = bunches["time"] - (cx * bunches["x"] + cy * bunches["y"]) / 100 / SPEED_OF_LIGHT
    return np.stack([np.degrees(-(lon @ down) / forward), np.degrees(-(lat @ down) / forward), on_plane])


def _collect(shape: Float64, towards: Float64, out: list[Float64]) -> None:
    """Add an image's photons: along and across the line to the core (deg), time (ns) about its trimmed mean."""
    if shape.shape[1] < FEWEST:
        return
    tenth = shape.shape[1] // 10
    mean = np.sort(shape[2])[tenth : shape.shape[1] - tenth].mean()
    along = shape[0] * towards[0] + shape[1] * towards[1]
    across = shape[1] * towards[0] - shape[0] * towards[1]
    out.append(np.stack([along, across, shape[2] - mean]))


def compare(receivers: Receivers, showers: list[Real], repeats: int) -> tuple[Float64, Float64, Shapes, Shapes]:
    """Simulate each shower again.

    Returns
    -------
    real, ours : array, shape (n_showers, n_bins)
        Photons by impact, per TeV.
    real_shape, our_shape : dict of int to list of array
        Photons of images by impact bin, see :func:`_collect`.
    """
    sensor = Efficiency("part of all photons", (0.0, 2000.0), (1.0, 1.0), SAMPLED)
    settings = Settings(absorption=False)
    axis, lon, lat = direction(receivers.alt, receivers.az)
    place = np.stack([receivers.x, receivers.y, receivers.z], axis=1)
    real, ours = [], []
    shapes: tuple[Shapes, Shapes] = ({}, {})
    for number, shower in enumerate(showers):
        bins = np.digitize(impacts(receivers, shower.cores), IMPACTS) - 1
        real.append([shower.photons[bins == b].sum() / shower.energy for b in range(len(IMPACTS) - 1)])
        light: list[list[Light]] = [
            simulate_shower(
                0, shower.energy, receivers.alt, receivers.az, receivers, shower.cores, site("paranal"), sensor, 1,
                number * 1000 + repeat, settings, shower.first_height,
            )[1]
            for repeat in range(repeats)
        ]  # fmt: skip
        n = np.zeros(shower.photons.shape)
        for one in light:
            n += [np.bincount(use.telescope, minlength=n.shape[1]) for use in one]
        n /= SAMPLED * repeats
        ours.append([n[bins == b].sum() / shower.energy for b in range(len(IMPACTS) - 1)])
        for i, uses in enumerate(shower.bunches):
            for telescope, bunches in uses.items():
                b = int(bins[i, telescope])
                if not 0 <= b < len(IMPACTS) - 1 or len(bunches) < FEWEST:
                    continue
                offset = place[telescope] - [*shower.cores[i], 0.0]
                across = offset - axis * (offset @ axis)
                towards = -np.array([across @ lon, across @ lat]) / np.linalg.norm(across)
                _collect(_real_shape(bunches, receivers), towards, shapes[0].setdefault(b, []))
                for one in light:
                    mine = one[i].telescope == telescope
                    shape = np.stack([one[i].fov_lon[mine], one[i].fov_lat[mine], one[i].time[mine]]).astype(float)
                    _collect(shape, towards, shapes[1].setdefault(b, []))
    return np.array(real), np.array(ours), *shapes


def _interval(real: Float64, ours: Float64) -> tuple[float, float, float]:
    """Pooled ratio with its central 68 % interval from bootstraps over showers."""
    rng = np.random.default_rng(1)
    chosen = rng.integers(0, len(real), (1000, len(real)))
    ratios = ours[chosen].sum(axis=1) / np.maximum(real[chosen].sum(axis=1), 1e-9)
    low, high = np.percentile(ratios, [15.87, 84.13])
    return float(ours.sum() / real.sum()), float(low), float(high)


def _width(parts: list[Float64], row: int) -> float:
    """Half of the central 68 % interval of all photons of all images."""
    low, high = np.percentile(np.concatenate(parts, axis=1)[row], [15.87, 84.13])
    return float(high - low) / 2


def report(path: Path, repeats: int, max_tev: float) -> str:
    """Compare, as a Markdown table."""
    receivers, showers = read(path)
    hadronic = [s for s in showers if s.track < HADRONIC * USUAL_TRACK]
    chosen = [s for s in showers if s not in hadronic and s.energy <= max_tev]
    real, ours, real_shape, our_shape = compare(receivers, chosen, repeats)
    lines = [
        (
            f"{len(chosen)} gamma showers of {min(s.energy for s in chosen):.2f} to "
            f"{max(s.energy for s in chosen):.2f} TeV, each simulated {repeats} times; left out, because the photon "
            f"interacted hadronically in CORSIKA: {len(hadronic)}. Ratios are ours over CORSIKA's; intervals are 68 % "
            "bootstraps over showers."
        ),
        "",
        "| impact, m | light per TeV, pooled | median of showers (n) | width along, deg | across, deg | time, ns |",
        "|---|---|---|---|---|---|",
    ]
    for b in range(len(IMPACTS) - 1):
        ratio, low, high = _interval(real[:, b], ours[:, b])
        lit = real[:, b] > 0
        row = f"| {IMPACTS[b]}-{IMPACTS[b + 1]} | {ratio:.2f} ({low:.2f}-{high:.2f}) | "
        row += f"{np.median(ours[lit, b] / real[lit, b]):.2f} ({lit.sum()}) |"
        for column in range(3):
            if b not in real_shape or b not in our_shape:
                row += " - |"
                continue
            theirs, mine = _width(real_shape[b], column), _width(our_shape[b], column)
            row += f" {mine:.3g} / {theirs:.3g} = {mine / theirs:.2f} |"
        lines.append(row)
    ratio, low, high = _interval(real.sum(axis=1), ours.sum(axis=1))
    lines += ["", f"All light within {IMPACTS[-1]} m: {ratio:.3f} ({low:.3f}-{high:.3f})."]
    return "\n".join(lines)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    print(report(
        Path(arguments[0]),
        int(arguments[1]) if len(arguments) > 1 else 3,
        float(arguments[2]) if len(arguments) > 2 else 5.0,
    ))  # fmt: skip
