import numpy as np
import pytest

from iactflow.data.camera import Camera, geometry_hash
from iactflow.errors import ConfigError


def test_same_pixels_in_another_order_are_another_camera():
    x, y = np.array([0.0, 0.05, 0.1]), np.array([0.0, 0.0, 0.02])
    order = [1, 0, 2]
    assert geometry_hash(x, y) != geometry_hash(x[order], y[order])
    assert geometry_hash(x, y) != geometry_hash(y, x)


def test_hash_ignores_what_rounding_of_files_changes():
    x, y = np.array([0.0123, 0.0523]), np.array([0.0246, 0.0])
    assert geometry_hash(x, y) == geometry_hash(x.astype(np.float32), y + 1e-6)


def test_real_cameras(sst1m_store, flashcam_store):
    digicam, flashcam = Camera.read(sst1m_store), Camera.read(flashcam_store)
    assert (digicam.name, digicam.n_pixels, len(digicam.telescopes)) == ("DigiCam", 1296, 70)
    assert (flashcam.name, flashcam.n_pixels, len(flashcam.telescopes)) == ("FlashCam", 1764, 25)
    with pytest.raises(ConfigError, match=r"DigiCam.*the model was made for geometry"):
        digicam.require_same(flashcam.hash, here="the store", there="the model")


def test_written_again_the_tables_are_the_same(sst1m_store, tmp_path):
    camera = Camera.read(sst1m_store)
    camera.write(tmp_path)
    for name in ("camera.ecsv", "telescopes.ecsv"):
        assert (tmp_path / name).read_bytes() == (sst1m_store / name).read_bytes()
    assert Camera.read(tmp_path).hash == camera.hash


def test_geometry_is_ctapipes(sst1m_store):
    geometry = Camera.read(sst1m_store).geometry
    assert geometry.pix_type.value == "hexagon"
    assert geometry.neighbor_matrix.sum(axis=1).max() == 6
