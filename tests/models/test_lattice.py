"""Lattices of real cameras, and of made-up ones whose cells are known."""

import astropy.units as u
import numpy as np
import pytest
from ctapipe.instrument import CameraGeometry

from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.lattice import Lattice

NEIGHBOURS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, -1], [-1, 1]])


def geometry_at(xy, kind="hexagonal", rotation=0.0):
    x, y = np.asarray(xy, float).T
    area = np.ones(len(x)) * u.m**2
    return CameraGeometry("made up", np.arange(len(x)), x * u.m, y * u.m, area, kind, pix_rotation=rotation * u.deg)


def turned(xy, degrees):
    angle = np.radians(degrees)
    return xy @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize(
    ("store", "n_pixels", "box"),
    [("sst1m_store", 1296, (48, 48)), ("flashcam_store", 1764, (56, 56)), ("lst_store", 1855, (55, 55))],
)
def test_cells_next_to_each_other_are_ctapipes_neighbours(store, n_pixels, box, request):
    geometry = Store(request.getfixturevalue(store)).camera.geometry
    lattice = Lattice.of(geometry)
    assert (len(lattice.cells), lattice.shape) == (n_pixels, box)
    cells = lattice.cells
    differences = cells[:, None] - cells[None]
    near = (differences[:, :, None] == NEIGHBOURS).all(axis=-1).any(axis=-1)
    np.testing.assert_array_equal(near, geometry.neighbor_matrix)


@pytest.mark.parametrize("angle", [0, 11, 30, 77])
def test_a_hexagonal_camera_is_understood_whichever_way_it_is_turned(angle):
    axial = np.array([(q, r) for q in range(-6, 7) for r in range(-6, 7) if abs(q + r) <= 6])
    xy = axial @ np.array([[1, 0], [0.5, np.sqrt(3) / 2]])
    lattice = Lattice.of(geometry_at(turned(xy, angle)))
    assert lattice.hexagonal
    assert lattice.shape == (13, 13)
    np.testing.assert_allclose(np.linalg.norm(lattice.basis, axis=1), 1, atol=1e-9)
    differences = lattice.cells[:, None] - lattice.cells[None]
    near = (differences[:, :, None] == NEIGHBOURS).all(axis=-1).any(axis=-1)
    distance = np.linalg.norm(lattice.xy[:, None] - lattice.xy[None], axis=-1)
    np.testing.assert_array_equal(near, np.abs(distance - 1) < 1e-6)


@pytest.mark.parametrize(("hexagonal", "count"), [(True, 12), (False, 8)])
def test_symmetries_turn_and_mirror_without_stretching(hexagonal, count):
    cells = np.array([(q, r) for q in range(6) for r in range(6)])
    xy = cells @ (np.array([[1, 0], [0.5, np.sqrt(3) / 2]]) if hexagonal else np.eye(2))
    lattice = Lattice.of(geometry_at(xy, "hexagonal" if hexagonal else "rectangular"))
    assert lattice.hexagonal == hexagonal
    assert len(np.unique(lattice.symmetries, axis=0)) == count
    np.testing.assert_array_equal(lattice.symmetries[0], np.eye(2))
    for turn in lattice.turns:
        np.testing.assert_allclose(turn @ turn.T, np.eye(2), atol=1e-9)


def test_gaps_between_square_modules_are_closed():
    line = np.array([0, 1, 2, 3, 4.3, 5.3, 6.3, 7.3])
    xy = np.array([(x, y) for x in line for y in line])
    lattice = Lattice.of(geometry_at(turned(xy, 25), "rectangular", rotation=25))
    assert lattice.shape == (8, 8)
    assert sorted(map(tuple, lattice.cells.tolist())) == [(a, b) for a in range(8) for b in range(8)]


def test_pixels_on_no_lattice_are_refused():
    rng = np.random.default_rng(2)
    with pytest.raises(ConfigError, match="one hexagonal lattice"):
        Lattice.of(geometry_at(rng.uniform(0, 20, (400, 2))))
