from importlib.resources import files

import numpy as np
import pytest

from iactflow.errors import ConfigError
from iactflow.simulate.camera_tables import read_geometry, read_pulse, write_tables


def test_committed_tables_are_what_the_public_files_give(sst1m_simtel, flashcam_simtel, tmp_path):
    write_tables(tmp_path)
    for path in tmp_path.iterdir():
        committed = files("iactflow.simulate").joinpath("data", path.name).read_text()
        assert path.read_text() == committed


def test_the_digicam_is_that_of_production_4(sst1m_store):
    from iactflow.data.camera import Camera, geometry_hash

    geometry = read_geometry("DigiCam")
    found = geometry_hash(geometry.pix_x.to_value("m"), geometry.pix_y.to_value("m"))
    assert found == Camera.read(sst1m_store).hash


def test_pulses_have_their_width():
    for camera, low, high in (("DigiCam", 13, 15), ("FlashCam", 5, 20)):  # ns, full width at half maximum
        pulse = read_pulse(camera)
        above = np.flatnonzero(pulse.values >= 0.5)
        assert pulse.values.max() == 1
        assert low < (above[-1] - above[0]) * pulse.step < high


def test_an_unknown_camera_names_the_known_ones():
    with pytest.raises(ConfigError, match="DigiCam, FlashCam"):
        read_pulse("NectarCam")
