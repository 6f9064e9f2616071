import numpy as np
import pytest

from iactflow.errors import ConfigError, InputError
from iactflow.simulate import block
from iactflow.simulate.config import Simulate
from iactflow.simulate.description import subarray_description
from iactflow.simulate.efficiency import DIGICAM
from iactflow.simulate.instruments import from_subarray, resolve
from iactflow.simulate.presets import PRESETS, preset
from iactflow.simulate.waveforms import build_electronics


@pytest.mark.parametrize("name", PRESETS)
def test_presets_become_subarrays_and_back(name):
    instrument = preset(name)
    subarray = subarray_description(instrument)
    assert subarray.n_tels == len(instrument.positions)
    again = from_subarray(subarray, instrument)
    assert list(again.positions) == list(instrument.positions)
    assert again.xyz.ravel() == pytest.approx(instrument.xyz.ravel())
    assert again.camera.n_pixels == instrument.camera.n_pixels


def test_the_ondrejov_pair_is_155_m_apart():
    (x1, y1, z1), (x2, y2, z2) = preset("sst1m-stereo").positions.values()
    assert ((x1 - x2) ** 2 + (y1 - y2) ** 2 + (z1 - z2) ** 2) ** 0.5 == pytest.approx(155.2, abs=0.1)  # A&A 699 A255


def test_a_file_can_describe_an_instrument(sst1m_simtel, tmp_path):
    path = tmp_path / "seven.yaml"
    path.write_text(f"like: sst1m-paranal\nsubarray: {sst1m_simtel}\ntelescopes: [1, 2, 29]\nmin_telescopes: 2\n")
    instrument, _ = resolve(Simulate(preset=str(path)))
    assert instrument.name == "seven"
    assert list(instrument.tel_ids) == [1, 2, 29]
    assert instrument.min_telescopes == 2
    assert instrument.xyz[0] == pytest.approx([205.5, 158.9, 3.25], abs=0.01)


def test_telescopes_of_another_kind_are_refused(flashcam_simtel, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(f"like: ct5\nsubarray: {flashcam_simtel}\ncamera: FlashCam\n")
    with pytest.raises(ConfigError, match="focal length of 16"):
        resolve(Simulate(preset=str(path)))
    path.write_text(f"like: sst1m-mono\nsubarray: {flashcam_simtel}\ncamera: NoCam\n")
    with pytest.raises(ConfigError, match="no telescope with camera NoCam"):
        resolve(Simulate(preset=str(path)))
    path.write_text("like: sst1m-mono\nsubarray: nothing.h5\n")
    with pytest.raises(InputError, match=r"nothing\.h5"):
        resolve(Simulate(preset=str(path)))


def test_a_lower_gain_makes_every_pulse_smaller_but_not_the_electronic_noise():
    nominal, low = (resolve(Simulate(preset="sst1m-mono", gain=gain))[0].camera for gain in (1.0, 0.9))
    assert low.gain / nominal.gain == pytest.approx(0.9)
    assert (low.night_sky, low.electronic_noise) == (nominal.night_sky, nominal.electronic_noise)
    charges = [np.mean(build_electronics(camera).charge) for camera in (nominal, low)]
    assert charges[1] / charges[0] == pytest.approx(0.9)


def test_a_duller_mirror_takes_light_of_showers_and_of_the_night_sky(monkeypatch):
    def look(primary, energy, alt, az, receivers, cores, place, efficiency, seed, index):
        raise InterruptedError(efficiency.throughput)

    monkeypatch.setattr(block, "simulate_shower", look)
    config = Simulate(preset="sst1m-mono", reflectivity=0.85)
    one = block.Block(config, seed=1, number=0, n_showers=1)
    with pytest.raises(InterruptedError) as seen:
        next(block.simulate_events(one, block.prepare(one)))
    assert seen.value.args[0] == pytest.approx(0.85 * DIGICAM.throughput)
    camera = resolve(config)[0].camera
    assert camera.night_sky == pytest.approx(0.85 * preset("sst1m-mono").camera.night_sky)
    assert camera.gain == pytest.approx(preset("sst1m-mono").camera.gain, rel=0.05)  # it sags less under less light
