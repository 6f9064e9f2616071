from dataclasses import replace

import numpy as np
import pytest

from iactflow.simulate.presets import digicam
from iactflow.simulate.rng import state_of
from iactflow.simulate.waveforms import borel_charges, build_electronics, draw_response, make, new_traces, record


@pytest.fixture(scope="module")
def electronics():
    return build_electronics(digicam())


def recorded(electronics, pixel, time, rng, n_trace=90):
    traces = new_traces(electronics, n_trace)
    parts = (electronics.pulse, electronics.charge, electronics.sample_width)
    record(traces, np.asarray(pixel, np.int16), np.asarray(time, np.float32), 0.0, 0.0, *parts, state_of(rng))
    for other in range(1296):
        make(traces, other, 0, n_trace)
    return traces.samples[:1296]


def test_crosstalk_charges_have_mean_one_and_borels_variance(rng):
    charge = borel_charges(0.08, 0.0, rng, 400_000)
    assert charge.mean() == pytest.approx(1, abs=1e-4)
    # Borel's variance over the squared mean is L / (1 - L)
    assert charge.var() == pytest.approx(0.08 / 0.92, rel=0.02)
    # the first peak lies at 1 - L of the mean: 5.00 of 5.43 counts in the public file's configuration
    assert np.median(charge) == pytest.approx(5.00 / 5.43, abs=0.002)


def test_a_pulse_peaks_where_the_table_says(electronics, rng):
    quiet = replace(electronics, noise=np.zeros_like(electronics.noise), charge=np.ones(4, np.float32))
    trace = recorded(quiet, [5], [100.0], rng)
    assert trace[5].max() == pytest.approx(1, abs=0.05)  # sampled every 4 ns
    assert 4.0 * trace[5].argmax() == pytest.approx(100 + 14.8, abs=4)  # the pulse peaks 14.8 ns after it begins
    assert trace[5].sum() == pytest.approx(quiet.pulse_sum, rel=0.01)
    assert np.delete(trace, 5, axis=0).max() == 0


def test_pulses_at_the_borders_are_cut(electronics, rng):
    quiet = replace(electronics, noise=np.zeros_like(electronics.noise))
    trace = recorded(quiet, [1, 2, 3, 4], [-20.0, 350.0, -1000.0, 1000.0], rng)
    assert trace[1].max() > 0
    assert trace[2].max() > 0
    assert trace[3].max() == trace[4].max() == 0


def test_noise_is_that_of_the_real_waveforms(electronics, sst1m_simtel):
    from ctapipe.io import SimTelEventSource

    with SimTelEventSource(sst1m_simtel, focal_length_choice="EQUIVALENT", max_events=3) as source:
        event = next(iter(source))
        tel_id = next(iter(event.r1.tel))
        waveform = event.r1.tel[tel_id].waveform[0]
        dark = event.simulation.tel[tel_id].true_image == 0
    real = waveform[dark] * electronics.pulse_sum  # from charge per sample to peaks of a photoelectron
    assert electronics.noise.std() == pytest.approx(real.std(), rel=0.05)
    ours = np.corrcoef(electronics.noise[:-1], electronics.noise[1:])[0, 1]
    theirs = np.corrcoef(real[:, :-1].ravel(), real[:, 1:].ravel())[0, 1]
    assert ours == pytest.approx(theirs, abs=0.05)


def test_dead_pixels_give_nothing_and_belong_to_the_telescope():
    camera = replace(digicam(), dead_fraction=0.1)
    response = draw_response(camera, 21)
    assert (response == 0).mean() == pytest.approx(0.1, abs=0.03)
    assert np.array_equal(response, draw_response(camera, 21))
    assert not np.array_equal(response, draw_response(camera, 22))


def test_the_same_generator_gives_the_same_waveforms(electronics):
    first, second = (recorded(electronics, [1, 2], [50.0, 60.0], np.random.default_rng(3)) for _ in range(2))
    assert first.tobytes() == second.tobytes()
