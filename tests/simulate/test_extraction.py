from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from iactflow.simulate.extraction import charge_scale, extract, six_neighbours
from iactflow.simulate.presets import digicam, flashcam
from iactflow.simulate.rng import state_of
from iactflow.simulate.waveforms import build_electronics, new_traces, record


def extracted(camera, traces, start, n_samples, scale=1.0):
    image, peak_time = (np.empty(camera.n_pixels, np.float32) for _ in range(2))
    neighbours = six_neighbours(camera.geometry)
    extract(traces, start, n_samples, neighbours, 1 / camera.sampling_rate, scale, image, peak_time)
    return image, peak_time


def test_charges_and_times_are_those_of_ctapipe(rng):
    from ctapipe.image.extractor import extract_around_peak, neighbor_average_maximum

    camera = digicam()
    response = np.ones(camera.n_pixels, np.float32)
    response[[3, 700]] = 0
    traces = new_traces(replace(build_electronics(camera), response=response), 60)
    trace = rng.normal(0, 1, (camera.n_pixels, 60)).astype(np.float32) * response[:, None]
    traces.samples[:-1], traces.made[:] = trace, True
    image, peak_time = extracted(camera, traces, 4, 50)
    neighbours = camera.geometry.neighbor_matrix_sparse
    window = trace[None, :, 4:54]
    peak = neighbor_average_maximum(window, neighbours.indices, neighbours.indptr, 0, (response == 0)[None])
    charge, time = extract_around_peak(window, peak, 7, 3, camera.sampling_rate)
    alive = response > 0
    assert image[alive] == pytest.approx(charge[0][alive], abs=1e-5)
    assert peak_time[alive] == pytest.approx(time[0][alive], abs=1e-3)
    assert image[~alive].tolist() == peak_time[~alive].tolist() == [0, 0]


@pytest.mark.parametrize("camera", [digicam(), flashcam(36.0, 0.2)], ids=["DigiCam", "FlashCam"])
def test_the_windows_share_is_ctapipes_integration_correction(camera):
    from ctapipe.image.extractor import integration_correction

    electronics = SimpleNamespace(sample_width=4.0, pulse_sum=1.0)
    n = len(camera.pulse.values)
    while len(np.arange(0, n * camera.pulse.step, camera.pulse.step)) != n:  # ctapipe needs a length without rounding
        n += 1
    shape = np.pad(camera.pulse.values, (0, n - len(camera.pulse.values)))
    [wanted] = integration_correction(shape[None], camera.pulse.step, 4.0, 7, 3)
    assert charge_scale(camera, electronics) == pytest.approx(wanted, rel=0.02)


def test_a_flat_field_comes_back_as_charge(rng):
    """Forty photoelectrons in every pixel are read as forty, less the gain that the night sky takes."""
    camera = digicam()
    electronics = build_electronics(camera)
    pixel = np.repeat(np.arange(camera.n_pixels), 40).astype(np.int16)
    time = rng.normal(140, 1, pixel.size).astype(np.float32)
    traces = new_traces(electronics, 90)
    record(traces, pixel, time, 0.0, 0.0, electronics.pulse, electronics.charge, 4.0, state_of(rng))
    image, peak_time = extracted(camera, traces, 20, 50, charge_scale(camera, electronics))
    assert image.mean() == pytest.approx(40 * camera.gain, rel=0.03)
    assert np.median(peak_time) == pytest.approx(140 + 14.8 - 80, abs=3)
