"""Our telescope against sim_telarray's: the same CORSIKA photons through both, image by image.

Run ``python -m iactflow.simulate.validate_telescope SIMTEL CORSIKA_IACT_FILE`` to print the comparison.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iactflow.ingest.processing import camera_calibrator, ctapipe_configuration
from iactflow.simulate.block import EFFICIENCIES, USES_PER_SHOWER
from iactflow.simulate.corsika import read_run, read_showers
from iactflow.simulate.efficiency import detection_probability
from iactflow.simulate.frames import impact_distance
from iactflow.simulate.light import Light
from iactflow.simulate.observe import Observer, TelescopeImage
from iactflow.simulate.presets import preset
from iactflow.simulate.site import site

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

#: Photoelectrons from which on images are compared.
MIN_PHOTOELECTRONS = 50
#: Times that our telescope detects the same photons anew, so that little of the scatter is ours.
DRAWS = 6
#: Pixels whose times are compared have at least this charge, p.e.
_TIMED = 10


@dataclass(frozen=True)
class Pair:
    """The same telescope of the same event in both simulations.

    Parameters
    ----------
    energy : float
        TeV.
    impact : float
        Distance from the shower's axis, m.
    theirs : dict of str to ndarray, shape (n_pixels,)
        sim_telarray's ``image``, ``peak_time`` and ``true_image``.
    ours : ndarray of int, shape (DRAWS, n_pixels)
        Our photoelectrons.
    image : TelescopeImage or None
        What our telescope recorded, if it triggered.
    """

    energy: float
    impact: float
    theirs: dict[str, np.ndarray]
    ours: np.ndarray
    image: TelescopeImage | None


@dataclass(frozen=True)
class Value:
    """One number of the comparison: median or mean over `n`, with its standard error and what is wanted."""

    name: str
    value: float
    error: float
    n: int
    wanted: str

    def __str__(self) -> str:
        """Write the row of a Markdown table."""
        return f"| {self.name} | {self.value:.4g} ± {self.error:.2g} | {self.n} | {self.wanted} |"


def read_images(path: Path) -> dict[tuple[int, int], dict[str, np.ndarray]]:
    """Read sim_telarray's calibrated images by event and telescope number."""
    from ctapipe.io import SimTelEventSource

    images = {}
    with SimTelEventSource(path, focal_length_choice="EQUIVALENT") as source:
        calibrate = camera_calibrator(source.subarray, ctapipe_configuration(None))
        for event in source:
            calibrate(event)
            for tel_id, dl1 in event.dl1.tel.items():
                truth = event.simulation.tel[tel_id].true_image
                key = (int(event.index.event_id), int(tel_id))
                images[key] = {"image": dl1.image, "peak_time": dl1.peak_time, "true_image": truth}
    return images


def observe_pairs(simtel: Path, photons: Path, name: str = "sst1m-paranal") -> tuple[list[Pair], dict[str, int]]:
    """Send the photons of a CORSIKA file through our telescopes.

    Returns
    -------
    list of Pair
        All telescopes that sim_telarray has.
    dict of str to int
        Triggered telescopes in events with at least two: in both, only ours, only theirs.
    """
    theirs = read_images(simtel)
    run = read_run(photons)
    instrument = preset(name).with_telescopes(run.positions)
    observer = Observer(instrument)
    place, efficiency = site(instrument.site), EFFICIENCIES[instrument.efficiency]

    def detection(height: np.ndarray) -> np.ndarray:
        return detection_probability(efficiency, place, height, np.sin(np.radians(run.alt)), run.wavelengths)

    showers = zip(*(read_showers(photons, run.alt, run.az, detection, _Draw(k)) for k in range(DRAWS)), strict=True)
    pairs, triggers = [], {"both": 0, "only ours": 0, "only theirs": 0}
    for draws in showers:
        shower = draws[0][0]
        for use in range(len(shower.core_x)):
            event = shower.shower_index * USES_PER_SHOWER + use
            rng = np.random.default_rng([103, event])
            recorded = {int(instrument.tel_ids[i.telescope]): i for i in observer.observe(draws[0][1][use], rng)}
            known = {tel_id for number, tel_id in theirs if number == event}
            ours = set(recorded) if len(recorded) > 1 else set()
            for label, tel_ids in (("both", ours & known), ("only ours", ours - known), ("only theirs", known - ours)):
                triggers[label] += len(tel_ids)
            core = np.array([shower.core_x[use], shower.core_y[use]])
            for tel_id in sorted(known):
                telescope = int(np.flatnonzero(instrument.tel_ids == tel_id)[0])
                images = np.stack([_photoelectrons(observer, light[use], telescope, rng) for _, light in draws])
                impact = impact_distance(instrument.xyz[telescope], core, shower.alt, shower.az)
                pairs.append(Pair(shower.energy, impact, theirs[event, tel_id], images, recorded.get(tel_id)))
    return pairs, triggers


class _Draw:
    """Random numbers of each shower for one draw."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, shower: int) -> np.random.Generator:
        return np.random.default_rng([102, self.number, shower])


def _photoelectrons(observer: Observer, light: Light, telescope: int, rng: np.random.Generator) -> np.ndarray:
    first, last = np.searchsorted(light.telescope, [telescope, telescope + 1])
    pixel, _ = observer.focus(telescope, light, slice(int(first), int(last)), rng)
    return np.bincount(pixel, minlength=observer.instrument.camera.n_pixels)


def compare(pairs: list[Pair], geometry: CameraGeometry, focal_length: float) -> list[Value]:
    """Compare photoelectrons, moments and times of images in both simulations."""
    bright = [pair for pair in pairs if pair.theirs["true_image"].sum() > MIN_PHOTOELECTRONS]
    ours = np.array([np.mean([moments(draw, geometry, focal_length) for draw in pair.ours], axis=0) for pair in bright])
    theirs = np.array([moments(pair.theirs["true_image"], geometry, focal_length) for pair in bright])
    ratio, shift = ours / theirs, ours - theirs
    total = ours[:, 0].sum() / theirs[:, 0].sum()
    values = [
        _mean("photoelectrons, ours / theirs, pooled", ratio[:, 0], "1 after one fit", value=total),
        _median("photoelectrons, median", ratio[:, 0], "within 5 %"),
        _median("length, median ratio", ratio[:, 3], "within 3 %"),
        _median("width, median ratio", ratio[:, 4], "within 3 %"),
        _mean("centroid towards altitude, mean shift (deg)", shift[:, 1], "0.01"),
        _mean("centroid towards azimuth, mean shift (deg)", shift[:, 2], "0.01"),
    ]
    recorded = [pair for pair in bright if pair.image is not None]
    for low, high in ((0, 100), (100, 200), (200, 400), (400, 900)):
        near = np.array([low <= pair.impact < high for pair in bright])
        if near.sum() > 4:
            values.append(_median(f"photoelectrons at {low}-{high} m", ratio[near, 0] / total, "within 5 %"))
    times = np.concatenate([_time_differences(pair) for pair in recorded])
    values.append(_mean("pixel time, mean difference (ns)", times, "1"))
    values.append(Value("pixel time, standard deviation of differences (ns)", float(times.std()), 0.0, len(times), ""))
    for name, quantile in (("1 %", 1), ("16 %", 16), ("50 %", 50), ("84 %", 84), ("99 %", 99)):
        dark = [_dark_quantile(pair, quantile) for pair in recorded]
        values.append(_mean(f"empty pixels, {name} quantile, ours - theirs (p.e.)", np.array(dark), ""))
    return values


def moments(image: np.ndarray, geometry: CameraGeometry, focal_length: float) -> np.ndarray:
    """Give sum, centroid (deg), length and width (deg) of an image of photoelectrons, shape (5,)."""
    x, y = (np.degrees(axis.to_value("m") / focal_length) for axis in (geometry.pix_x, geometry.pix_y))
    weight = image / image.sum()
    mx, my = (weight * x).sum(), (weight * y).sum()
    spread = np.cov(np.stack([x, y]), aweights=np.asarray(image, float), ddof=0)
    width, length = np.sqrt(np.maximum(np.linalg.eigvalsh(spread), 0))
    return np.array([image.sum(), mx, my, length, width])


def _time_differences(pair: Pair) -> np.ndarray:
    """Give times of bright pixels, ours less theirs, without the difference of the readouts' beginnings."""
    assert pair.image is not None
    shared = (pair.image.image > _TIMED) & (pair.theirs["image"] > _TIMED)
    if shared.sum() < 3:
        return np.empty(0)
    difference = pair.image.peak_time[shared] - pair.theirs["peak_time"][shared]
    return difference - np.median(difference)


def _dark_quantile(pair: Pair, percent: float) -> float:
    assert pair.image is not None
    ours, theirs = pair.image.image[pair.image.true_image == 0], pair.theirs["image"][pair.theirs["true_image"] == 0]
    return float(np.percentile(ours, percent) - np.percentile(theirs, percent))


def _median(name: str, values: np.ndarray, wanted: str) -> Value:
    spread = np.subtract(*np.percentile(values, [84.135, 15.865])) / 2
    return Value(name, float(np.median(values)), float(1.2533 * spread / np.sqrt(len(values))), len(values), wanted)


def _mean(name: str, values: np.ndarray, wanted: str, value: float | None = None) -> Value:
    error = float(values.std() / np.sqrt(len(values)))
    return Value(name, float(values.mean()) if value is None else value, error, len(values), wanted)


def main(simtel: Path, photons: Path) -> None:
    """Print the comparison as a Markdown table."""
    pairs, triggers = observe_pairs(simtel, photons)
    instrument = preset("sst1m-paranal")
    print("| what | value | n | wanted |\n| --- | --- | --- | --- |")
    for value in compare(pairs, instrument.camera.geometry, instrument.dish.focal_length):
        print(value)
    print("| triggered telescopes | " + ", ".join(f"{k}: {n}" for k, n in triggers.items()) + " | | |")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
