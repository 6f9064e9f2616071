import numpy as np
import pytest

from iactflow.generation.grid import Grid
from iactflow.simulate.camera_tables import read_geometry


@pytest.fixture(scope="module", params=["FlashCam", "DigiCam"])
def geometry(request):
    return read_geometry(request.param)


def test_neighbouring_pixels_lie_in_neighbouring_cells_the_same_way_everywhere(geometry):
    grid = Grid.of(geometry)
    one, other = np.nonzero(geometry.neighbor_matrix)
    for index in grid.index:
        assert len(np.unique(index)) == geometry.n_pixels
        row, column = np.divmod(index // 4, grid.shape[1])
        steps = {
            step
            for step in zip(
                (row[other] - row[one]).tolist(),
                (column[other] - column[one]).tolist(),
                (index[one] % 4).tolist(),
                (index[other] % 4).tolist(),
                strict=True,
            )
        }
        assert len(steps) == 4 * 6  # six neighbours of each of the four places in a cell
        assert max(max(abs(step[0]), abs(step[1])) for step in steps) == 1


def test_flashcam_fills_a_grid_of_28_by_22_cells_and_little_more_with_its_turns():
    geometry = read_geometry("FlashCam")
    assert Grid.of(geometry, symmetries=False).shape == (28, 22)
    assert Grid.of(geometry).shape == (30, 22)
    assert Grid.of(geometry).pitch == pytest.approx(0.05, rel=1e-4)


def test_unpacking_undoes_packing_for_every_turn(geometry):
    grid = Grid.of(geometry)
    which = np.arange(12)
    images = np.random.default_rng(3).integers(1, 99, (12, geometry.n_pixels))
    packed = grid.pack(images, which)
    assert (grid.unpack(packed, which) == images).all()
    assert packed.sum() == images.sum()
    assert (packed[grid.masks[which] == 0] == 0).all()


def test_pixels_lie_where_turning_their_positions_puts_them(geometry):
    grid = Grid.of(geometry)
    xy = np.stack([geometry.pix_x.to_value("m"), geometry.pix_y.to_value("m")], axis=1)
    for turn, index in enumerate(grid.index):
        found = grid.positions.reshape(-1, 2)[index]
        assert np.abs(found - grid.turn_places(xy, np.full(len(xy), turn))).max() < 0.05 * grid.pitch


def test_chosen_turns_bring_every_axis_into_one_sector(geometry):
    grid = Grid.of(geometry)
    angle = np.linspace(-np.pi, np.pi, 200)
    axis = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    turned = grid.turn_vectors(axis, grid.choose(axis))
    turned = np.degrees(np.arctan2(turned[:, 1], turned[:, 0]))
    assert turned.min() > -0.1
    assert turned.max() < 30.1
