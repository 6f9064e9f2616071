"""Our showers and telescopes against CORSIKA's and sim_telarray's: the same showers, simulated many times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data.samples import sample
from iactflow.errors import InputError
from iactflow.ingest.processing import camera_calibrator, ctapipe_configuration, image_processor
from iactflow.simulate.block import EFFICIENCIES
from iactflow.simulate.corsika import read_run, read_showers
from iactflow.simulate.description import subarray_description
from iactflow.simulate.dl1 import add_parameters
from iactflow.simulate.light import Shower
from iactflow.simulate.observe import Observer, TelescopeImage
from iactflow.simulate.presets import preset
from iactflow.simulate.shower import simulate_shower
from iactflow.simulate.site import site
from iactflow.simulate.validation.output import OURS, THEIRS, Outcome, Scale, new_figure, table

if TYPE_CHECKING:
    from ctapipe.image import ImageProcessor

#: Images whose parameters are compared have at least this intensity after cleaning, p.e.
MIN_INTENSITY = 50
QUANTITIES = ("intensity (p.e.)", "length (deg)", "width (deg)", "time gradient (1/deg)")


@dataclass(frozen=True)
class Distributions:
    """Parameters of images in both simulations: each an array of shape (n, 4), columns as in ``QUANTITIES``."""

    ours: np.ndarray
    theirs: np.ndarray


def collect(simtel: Path, photons: Path, scale: Scale, name: str = "sst1m-paranal") -> Distributions:
    """Simulate all showers of a CORSIKA file again: energy, direction, first interaction and cores as there."""
    run = read_run(photons)
    observer = Observer(preset(name).with_telescopes(run.positions))
    process = image_processor(subarray_description(observer.instrument), ctapipe_configuration(None))
    ours: list[np.ndarray] = []
    for shower, _ in read_showers(photons, run.alt, run.az, np.zeros_like, np.random.default_rng):
        if shower.energy > scale.max_energy:
            continue
        for repeat in range(scale.chain):
            for images in _simulate(shower, repeat, observer):
                ours += image_rows(images, observer.instrument.tel_ids, process).values()
    return Distributions(np.array(ours), np.array([row for event in read_rows(simtel) for row in event.rows.values()]))


@dataclass(frozen=True)
class RealEvent:
    """One array event of sim_telarray.

    Parameters
    ----------
    shower : ctapipe.containers.SimulatedShowerContainer
        Its truth.
    rows : dict of int to ndarray, shape (4,)
        Parameters of its images by telescope number, columns as in ``QUANTITIES``.
    """

    shower: Any
    rows: dict[int, np.ndarray]


def read_rows(simtel: Path, camera: str | None = None) -> list[RealEvent]:
    """Read sim_telarray's images, calibrate and clean them with ctapipe; of one camera, if it is named."""
    from ctapipe.io import SimTelEventSource

    events = []
    with SimTelEventSource(simtel, focal_length_choice="EQUIVALENT") as source:
        process = image_processor(source.subarray, ctapipe_configuration(None))
        calibrate = camera_calibrator(source.subarray, ctapipe_configuration(None))
        for event in source:
            calibrate(event)
            for tel_id in event.dl1.tel:
                event.simulation.tel[tel_id].true_image = None
            add_parameters(event, process)
            rows = {
                int(tel_id): row
                for tel_id, dl1 in event.dl1.tel.items()
                if camera in (None, source.subarray.tel[tel_id].camera.name) and (row := _row(dl1)) is not None
            }
            events.append(RealEvent(event.simulation.shower, rows))
    return events


def _simulate(shower: Shower, repeat: int, observer: Observer) -> Iterator[list[TelescopeImage]]:
    """Simulate a shower anew, with the telescopes and the trigger of the whole array, at each of its cores."""
    instrument, index = observer.instrument, 100 * shower.shower_index + repeat
    _, uses = simulate_shower(
        shower.shower_primary_id,
        shower.energy,
        shower.alt,
        shower.az,
        observer.receivers(shower.alt, shower.az),
        np.column_stack([shower.core_x, shower.core_y]),
        site(instrument.site),
        EFFICIENCIES[instrument.efficiency],
        seed=1,
        shower_index=index,
        first_height=shower.h_first_int,
    )
    rng = np.random.default_rng([104, index])
    for light in uses:
        images = observer.observe(light, rng)
        if len(images) > 1:  # the file holds events of at least two telescopes
            yield images


def image_rows(images: list[TelescopeImage], tel_ids: np.ndarray, process: ImageProcessor) -> dict[int, np.ndarray]:
    """Clean images of one event with ctapipe; parameters of bright ones by telescope, columns as in `QUANTITIES`."""
    from ctapipe.containers import (
        ArrayEventContainer,
        DL1CameraContainer,
        SimulatedCameraContainer,
        SimulatedEventContainer,
    )

    event = ArrayEventContainer(simulation=SimulatedEventContainer())
    for image in images:
        tel_id = int(tel_ids[image.telescope])
        event.dl1.tel[tel_id] = DL1CameraContainer(image=image.image, peak_time=image.peak_time, is_valid=True)
        event.simulation.tel[tel_id] = SimulatedCameraContainer()
    add_parameters(event, process)
    return {int(tel_id): row for tel_id, dl1 in event.dl1.tel.items() if (row := _row(dl1)) is not None}


def _row(dl1: Any) -> np.ndarray | None:
    hillas, timing = dl1.parameters.hillas, dl1.parameters.timing
    if not hillas.intensity > MIN_INTENSITY:
        return None
    slope = abs(timing.slope.to_value("1/deg"))
    return np.array([hillas.intensity, hillas.length.to_value("deg"), hillas.width.to_value("deg"), slope])


def run(scale: Scale) -> Outcome:
    """State medians and two-sample tests (Kolmogorov-Smirnov), and draw the distributions."""
    from scipy.stats import ks_2samp

    found = collect(sample("sst1m-prod4-gamma"), sample("sst1m-prod4-photons"), scale)
    rows: list[list[object]] = [
        ["images, each shower once", f"{len(found.ours) / scale.chain:.1f}", "", len(found.theirs), "", "", ""]
    ]
    figure, axes = new_figure(columns=4, width=11.0, height=3.0)
    for column, (name, axis) in enumerate(zip(QUANTITIES, axes, strict=True)):
        one, two = (values[np.isfinite(values[:, column]), column] for values in (found.ours, found.theirs))
        if not len(one):
            raise InputError(f"No image of ours is brighter than {MIN_INTENSITY} p.e. Raise max_energy or chain.")
        test = ks_2samp(one, two)
        shown = ["{1:.3g} ({0:.3g}-{2:.3g})".format(*np.percentile(values, [16, 50, 84])) for values in (one, two)]
        rows.append([name, shown[0], len(one), shown[1], len(two), f"{test.statistic:.3f}", f"{test.pvalue:.2g}"])
        for values, label, colour in ((one, "ours", OURS), (two, "CORSIKA + sim_telarray", THEIRS)):
            axis.ecdf(values, color=colour, label=label)
        axis.set(xlabel=name, ylabel="share below", xscale="log" if column == 0 else "linear")
    axes[0].legend(fontsize=8)
    header = ["quantity", "ours, median (16-84 %)", "n", "theirs", "n", "KS distance", "p"]
    return Outcome({"chain": table(header, rows)}, {"chain": figure})
