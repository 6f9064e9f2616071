"""Our FlashCam against sim_telarray's of production 3: the same showers, simulated many times, image by image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from iactflow.data.samples import sample
from iactflow.ingest.processing import ctapipe_configuration, image_processor
from iactflow.simulate.block import EFFICIENCIES
from iactflow.simulate.description import subarray_description
from iactflow.simulate.observe import Observer
from iactflow.simulate.presets import preset
from iactflow.simulate.shower import simulate_shower
from iactflow.simulate.site import site
from iactflow.simulate.validation.chain import QUANTITIES, RealEvent, image_rows, read_rows
from iactflow.simulate.validation.output import OURS, Outcome, Scale, new_figure, table
from iactflow.simulate.validation.ratios import compare

Float64 = NDArray[np.float64]

BRIGHT = 100.0
"""Intensity in sim_telarray from which on images are compared, p.e."""
REPEATS = 5  # per repeat of the chain


def simulate_again(event: RealEvent, number: int, observer: Observer, process: Any, repeats: int) -> list[Any]:
    """Simulate a shower of the file anew: parameters of its images by telescope, for each repeat."""
    shower, instrument = event.shower, observer.instrument
    results = []
    for repeat in range(repeats):
        _, (light,) = simulate_shower(
            0,
            float(shower.energy.to_value("TeV")),
            float(shower.alt.to_value("deg")),
            float(shower.az.to_value("deg")),
            observer.receivers(70.0, 0.0),
            np.array([[shower.core_x.to_value("m"), shower.core_y.to_value("m")]]),
            site(instrument.site),
            EFFICIENCIES[instrument.efficiency],
            seed=1,
            shower_index=1000 * number + repeat,
            first_height=float(shower.h_first_int.to_value("m")),
        )
        images = observer.observe(light, np.random.default_rng([105, number, repeat]))
        results.append(image_rows(images, instrument.tel_ids, process))
    return results


def run(scale: Scale) -> Outcome:
    """Compare with the FlashCam images of the truncated production-3 file."""
    path = sample("prod3-gamma-diffuse-truncated")
    events = [event for event in read_rows(path, "FlashCam") if event.rows]
    observer = Observer(preset("mst-flashcam").with_telescopes(_positions(path)))
    process = image_processor(subarray_description(observer.instrument), ctapipe_configuration(None))
    real, ours, shower = [], [], []
    for number, event in enumerate(events):
        again = simulate_again(event, number, observer, process, REPEATS * scale.chain)
        for tel_id, row in event.rows.items():
            if row[0] > BRIGHT:
                real.append(row)
                ours.append([one.get(tel_id, np.full(len(QUANTITIES), np.nan)) for one in again])
                shower.append(round(float(event.shower.energy.to_value("GeV"))))
    theirs, mine, which = np.array(real), np.array(ours), np.array(shower)
    rng = np.random.default_rng(1)
    rows = []
    figure, axes = new_figure(columns=len(QUANTITIES), width=11.0, height=3.0)
    for column, (name, axis) in enumerate(zip(QUANTITIES, axes, strict=True)):
        found = compare(theirs[:, column], mine[:, :, column], False, rng, which)
        rows.append([name, found.n, len(np.unique(which)), found])
        middle = np.nanmedian(mine[:, :, column], axis=1)
        ends = np.abs(np.nanpercentile(mine[:, :, column], [16, 84], axis=1) - middle)
        axis.errorbar(theirs[:, column], middle, ends, fmt=".", color=OURS, linewidth=0.7)
        limits = [np.nanmin(theirs[:, column]), np.nanmax(theirs[:, column])]
        axis.plot(limits, limits, color="0.5", linewidth=0.8)
        scale_name = "log" if column == 0 else "linear"
        axis.set(xlabel=f"sim_telarray:\n{name}", ylabel="ours, median, 68 %", xscale=scale_name, yscale=scale_name)
    header = ["quantity", "images", "showers", "ours / theirs, median of images (95 %); identical codes"]
    return Outcome({"flashcam": table(header, rows)}, {"flashcam": figure})


def _positions(path: Any) -> dict[int, tuple[float, float, float]]:
    """Read where the telescopes with FlashCam stand."""
    from ctapipe.io import SimTelEventSource

    with SimTelEventSource(path, focal_length_choice="EQUIVALENT", max_events=1) as source:
        telescopes = source.subarray.tel.items()
        chosen = [tel_id for tel_id, telescope in telescopes if telescope.camera.name == "FlashCam"]
        places = {int(t): source.subarray.positions[t].to_value("m") for t in chosen}
    return {t: (float(x), float(y), float(z)) for t, (x, y, z) in places.items()}
