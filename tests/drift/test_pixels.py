import numpy as np
import pytest

from iactflow.data import schema
from iactflow.drift.pixels import summarise

N_IMAGES, N_PIXELS = 1500, 200  # more than a block


class Images:
    """Stands for a store: noise of 2 p.e. about 1 p.e., and a shower of 500 p.e. in the first ten pixels."""

    def __init__(self):
        rng = np.random.default_rng(5)
        self.charge = rng.normal(1, 2, (N_IMAGES, N_PIXELS)).astype(np.float32)
        self.mask = np.zeros((N_IMAGES, N_PIXELS), bool)
        self.mask[1:, :10] = True
        self.charge[self.mask] += 500
        self.telescope = np.arange(N_IMAGES) % 2 + 4

    def column(self, name):
        assert name == schema.TEL_ID
        return self.telescope

    def pixels(self, name, rows):
        return self.charge[rows]

    def masks(self, rows):
        return self.mask[rows]


@pytest.fixture
def images():
    return Images()


def test_pedestal_and_noise_are_of_the_pixels_that_cleaning_left(images):
    values = summarise(images, np.arange(N_IMAGES)).values
    assert values["pedestal"].mean() == pytest.approx(1, abs=0.02)
    assert values["noise"].mean() == pytest.approx(2, rel=0.02)


def test_empty_images_are_those_without_a_cleaned_pixel(images):
    empty = summarise(images, np.arange(N_IMAGES)).values["empty"]
    assert empty[0] == 1
    assert not empty[1:].any()


def test_silent_and_loud_pixels_are_counted(images):
    images.charge[:, 20:30] = 0
    images.charge[:, 30:34] = 40
    values = summarise(images, np.arange(N_IMAGES)).values
    assert values["silent"] == pytest.approx(np.full(N_IMAGES, 10 / N_PIXELS))
    assert np.median(values["loud"]) == pytest.approx(4 / 190)


def test_images_without_a_pixel_outside_say_nothing_of_them(images):
    images.mask[7] = True
    values = summarise(images, np.arange(N_IMAGES)).values
    assert np.isnan([values[name][7] for name in ("pedestal", "noise", "loud")]).all()
    assert values["empty"][7] == 0


def test_pixels_are_summed_by_telescope_and_where_they_are_outside(images):
    images.charge[images.telescope == 5, 50] = 1 + 3 * (images.charge[images.telescope == 5, 50] - 1)
    telescopes = summarise(images, np.arange(N_IMAGES)).telescopes
    assert {number: sums.n_images for number, sums in telescopes.items()} == {4: 750, 5: 750}
    assert telescopes[4].n[3] == 1  # the first image, which is empty
    noise = {number: np.sqrt(sums.square[50] / sums.n[50]) for number, sums in telescopes.items()}
    assert noise[4] == pytest.approx(1, abs=0.1)
    assert noise[5] == pytest.approx(2.7, abs=0.2)  # 3, but for what is clipped at 5


def test_rows_choose_the_images(images):
    summary = summarise(images, np.array([3, 0]))
    assert summary.values["empty"].tolist() == [0, 1]
    assert sum(sums.n_images for sums in summary.telescopes.values()) == 2
