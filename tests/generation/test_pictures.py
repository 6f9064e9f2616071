"""Pictures of generated images beside simulated ones."""

import matplotlib.image
import numpy as np

from iactflow.data.store import Store
from iactflow.generation.pictures import write_pictures


def test_a_row_per_source_and_a_column_per_shower_with_the_light_where_it_is(toy_simulation, tmp_path):
    store = Store(toy_simulation)
    images = np.zeros((3, store.camera.n_pixels), int)
    left = np.asarray(store.camera.pixels["pix_x"].quantity.to_value("m")) < 0
    images[0, left] = 900
    write_pictures(tmp_path / "one.png", store.camera, {"simulated": images, "generated": images[:2] + 1})
    picture = matplotlib.image.imread(tmp_path / "one.png")[..., :3]
    assert picture.shape[:2] == (round(2 * 1.7 * 120), round(3 * 1.7 * 120))
    bright = (picture[..., 0] > 0.4) & (picture[..., 1] > 0.7) & (picture[..., 2] < 0.6)  # the upper end of viridis
    rows, columns = np.nonzero(bright)
    assert len(rows) > 500
    assert columns.max() < picture.shape[1] / 5  # the left half of the first of three columns
    assert rows.min() < picture.shape[0] / 2 < rows.max()  # in both rows
