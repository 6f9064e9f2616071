"""Our telescope against sim_telarray's: the same CORSIKA photons through both, image by image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iactflow.data.samples import sample
from iactflow.ingest.processing import camera_calibrator, ctapipe_configuration
from iactflow.simulate.block import EFFICIENCIES, USES_PER_SHOWER
from iactflow.simulate.corsika import read_run, read_showers
from iactflow.simulate.efficiency import detection_probability
from iactflow.simulate.frames import impact_distance
from iactflow.simulate.light import Light
from iactflow.simulate.observe import Observer, TelescopeImage
from iactflow.simulate.presets import preset
from iactflow.simulate.site import site
from iactflow.simulate.validation.output import OURS, Outcome, Scale, new_figure, table

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry
    from matplotlib.figure import Figure

#: Photoelectrons from which on images are compared.
MIN_PHOTOELECTRONS = 50
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
    ours : ndarray of int, shape (n_draws, n_pixels)
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


def observe_pairs(
    simtel: Path, photons: Path, draws: int, name: str = "sst1m-paranal"
) -> tuple[list[Pair], dict[str, int]]:
    """Send the photons of a CORSIKA file through our telescopes.

    Parameters
    ----------
    simtel, photons : Path
        sim_telarray's file and CORSIKA's that it was made from.
    draws : int
        Times that our telescope detects the same photons anew, so that little of the scatter is ours.
    name : str
        Preset of our telescopes.

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

    showers = zip(*(read_showers(photons, run.alt, run.az, detection, _Draw(k)) for k in range(draws)), strict=True)
    pairs, triggers = [], {"both": 0, "only ours": 0, "only theirs": 0}
    for drawn in showers:
        shower = drawn[0][0]
        for use in range(len(shower.core_x)):
            event = shower.shower_index * USES_PER_SHOWER + use
            rng = np.random.default_rng([103, event])
            recorded = {int(instrument.tel_ids[i.telescope]): i for i in observer.observe(drawn[0][1][use], rng)}
            known = {tel_id for number, tel_id in theirs if number == event}
            ours = set(recorded) if len(recorded) > 1 else set()
            for label, tel_ids in (("both", ours & known), ("only ours", ours - known), ("only theirs", known - ours)):
                triggers[label] += len(tel_ids)
            core = np.array([shower.core_x[use], shower.core_y[use]])
            for tel_id in sorted(known):
                telescope = int(np.flatnonzero(instrument.tel_ids == tel_id)[0])
                images = np.stack([_photoelectrons(observer, light[use], telescope, rng) for _, light in drawn])
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
    spread = float(times.std()) / np.sqrt(2 * len(times))
    values.append(
        Value("pixel time, standard deviation of differences (ns)", float(times.std()), spread, len(times), "")
    )
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


def run(scale: Scale) -> Outcome:
    """Compare with the public SST-1M file of production 4."""
    pairs, triggers = observe_pairs(sample("sst1m-prod4-gamma"), sample("sst1m-prod4-photons"), scale.draws)
    instrument = preset("sst1m-paranal")
    geometry, focal_length = instrument.camera.geometry, instrument.dish.focal_length
    values = compare(pairs, geometry, focal_length)
    rows = [[v.name, f"{v.value:.3g} ± {v.error:.2g}", v.n, v.wanted] for v in values]
    rows.append(
        ["triggered telescopes", ", ".join(f"{k}: {n}" for k, n in triggers.items()), sum(triggers.values()), ""]
    )
    outcome = Outcome({"telescope": table(["what", "value ± standard error", "n", "wanted"], rows)})
    outcome.figures["telescope"] = _figure(pairs, geometry, focal_length)
    return outcome


def _figure(pairs: list[Pair], geometry: CameraGeometry, focal_length: float) -> Figure:
    """Draw intensity, length and width of each image in both simulations, and pixel times."""
    bright = [pair for pair in pairs if pair.theirs["true_image"].sum() > MIN_PHOTOELECTRONS]
    ours = np.array([np.mean([moments(draw, geometry, focal_length) for draw in pair.ours], axis=0) for pair in bright])
    theirs = np.array([moments(pair.theirs["true_image"], geometry, focal_length) for pair in bright])
    figure, axes = new_figure(columns=4, width=11.0, height=3.1)
    for axis, column, name in zip(axes, (0, 3, 4), ("photoelectrons", "length (deg)", "width (deg)"), strict=False):
        axis.plot(theirs[:, column], ours[:, column], ".", color=OURS, markersize=4)
        limits = [theirs[:, column].min(), theirs[:, column].max()]
        axis.plot(limits, limits, color="0.5", linewidth=0.8)
        axis.set(xlabel=f"sim_telarray:\n{name}", ylabel=f"ours (mean of {len(pairs[0].ours)} draws)")
        if column == 0:
            axis.set(xscale="log", yscale="log")
    times = np.concatenate([_time_differences(pair) for pair in bright if pair.image is not None])
    axes[3].hist(times, bins=40, range=(-2, 2), color=OURS)
    axes[3].set(xlabel="pixel time,\nours - sim_telarray (ns)", ylabel="pixels")
    return figure
