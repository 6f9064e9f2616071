import numpy as np
import pytest

from iactflow.errors import ConfigError
from iactflow.simulate.camera_tables import read_geometry
from iactflow.simulate.presets import FLASHCAM_TRIGGER, SST1M_TRIGGER, digicam
from iactflow.simulate.trigger import brightest_group, build_groups, coincident, find_triplets, first_crossing
from iactflow.simulate.waveforms import Traces


@pytest.mark.parametrize(("camera", "n"), [("DigiCam", 432), ("FlashCam", 588)])
def test_triplets_share_out_all_pixels(camera, n):
    geometry = read_geometry(camera)
    triplets = find_triplets(geometry)
    assert triplets.shape == (n, 3)
    assert sorted(triplets.ravel()) == list(range(geometry.n_pixels))
    touching = geometry.neighbor_matrix
    assert all(touching[a, b] and touching[b, c] and touching[a, c] for a, b, c in triplets)


def test_a_camera_that_cannot_be_divided_is_refused():
    geometry = read_geometry("DigiCam")
    with pytest.raises(ConfigError, match="triplets"):
        find_triplets(geometry[np.arange(1295)])


def test_groups_have_21_and_9_pixels():
    groups = build_groups(read_geometry("DigiCam"), SST1M_TRIGGER)
    assert len(groups.indptr) - 1 == 432
    assert np.diff(groups.indptr).max() == 7  # the central triplet and six around it
    assert set(np.diff(build_groups(read_geometry("FlashCam"), FLASHCAM_TRIGGER).indptr)) == {3}


def crossing(trace, groups, trigger, scale, photoelectrons=1, first=18, last=59):
    """Sample at which waveforms trigger whose pixels all have the same number of photoelectrons."""
    n = len(trace)
    samples = np.vstack([trace, np.zeros_like(trace[:1])]).astype(np.float32)
    nothing, ones = np.zeros(1, np.float32), np.ones(n, np.float32)
    traces = Traces(samples, np.ones(n, bool), nothing, ones, np.zeros(1, np.uint64))
    true_image = np.full(n, photoelectrons, np.int32)
    limits = (float(trigger.clip), float(trigger.threshold), float(trigger.min_group))
    return first_crossing(traces, true_image, groups, np.array(trigger.shaping), float(scale), limits, first, last)


def test_the_threshold_decides_and_the_first_sample_over_it_is_found():
    camera = digicam()
    groups = build_groups(camera.geometry, SST1M_TRIGGER)
    trace = np.zeros((1296, 90), np.float32)
    patch = groups.triplets[groups.members[groups.indptr[200] : groups.indptr[201]]].ravel()
    step = np.float32(SST1M_TRIGGER.threshold / len(patch))  # scale 1: 0.5 + 0.5 of two samples make one step
    trace[patch, 30:32] = step * 0.999
    assert crossing(trace, groups, SST1M_TRIGGER, 1.0) == -1
    trace[patch, 30:32] = step * 1.001
    assert crossing(trace, groups, SST1M_TRIGGER, 1.0) == 31
    assert crossing(trace, groups, SST1M_TRIGGER, 1.0, photoelectrons=0) == -1


def test_real_waveforms_of_triggered_telescopes_trigger_at_their_trigger_sample(sst1m_simtel):
    """sim_telarray's own waveforms, in counts, pass the threshold in the 18th sample or right after it."""
    from ctapipe.io import SimTelEventSource

    from iactflow.simulate.waveforms import build_electronics

    camera = digicam()
    groups = build_groups(camera.geometry, SST1M_TRIGGER)
    peak = build_electronics(camera).pulse_sum  # from charge per sample to peaks of a photoelectron
    found = []
    with SimTelEventSource(sst1m_simtel, focal_length_choice="EQUIVALENT") as source:
        for event in source:
            for r1 in event.r1.tel.values():
                padded = np.pad(r1.waveform[0], ((0, 0), (0, 20)))
                scale = SST1M_TRIGGER.scale * camera.counts_per_pe * peak
                found.append(crossing(padded, groups, SST1M_TRIGGER, scale, first=3, last=50))
    found = np.array(found)
    assert len(found) == 129
    assert (found >= 0).all()
    assert (np.abs(found - 18) <= 2).mean() > 0.9


def test_the_brightest_group_is_found():
    groups = build_groups(read_geometry("DigiCam"), SST1M_TRIGGER)
    true_image = np.zeros(1296, np.int32)
    true_image[groups.triplets[groups.members[groups.indptr[7] : groups.indptr[8]]]] = 2
    assert brightest_group(true_image, groups) == 42  # two in each of 21 pixels


def test_telescopes_in_coincidence():
    times = np.array([0.0, 30.0, 2000.0, np.nan])
    assert coincident(times, 1000.0, 2).tolist() == [True, True, False, False]
    assert not coincident(times, 10.0, 2).any()
    assert coincident(np.array([5.0]), 1000.0, 1).tolist() == [True]
