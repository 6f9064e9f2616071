import re

import numpy as np
import pytest

from iactflow.data.camera import Camera
from iactflow.plots.camera_image import camera_svg, colours


@pytest.fixture(scope="module")
def pixels(sst1m_store):
    return Camera.read(sst1m_store).pixels


def svg(pixels, image=None, mask=None):
    n = len(pixels)
    return camera_svg(
        pixels, np.zeros(n) if image is None else image, np.zeros(n, bool) if mask is None else mask, "x<y"
    )


def test_every_pixel_is_drawn_once(pixels):
    image = np.random.default_rng(0).exponential(10, len(pixels))
    assert svg(pixels, image).count("M") == len(pixels)


def test_the_brightest_pixel_has_the_last_colour_and_negative_charge_the_first(pixels):
    image = np.full(len(pixels), -5.0)
    image[7] = 100.0
    paths = dict(re.findall(r'fill="(#\w+)" d="([^"]*)"', svg(pixels, image)))
    assert paths[colours()[-1]].count("M") == 1
    assert paths[colours()[0]].count("M") == len(pixels) - 1


def test_a_single_cleaned_pixel_has_six_edges_and_two_neighbours_ten(pixels):
    def edges(*chosen):
        mask = np.zeros(len(pixels), bool)
        mask[list(chosen)] = True
        return re.search(r'class="cleaned" d="([^"]*)"', svg(pixels, mask=mask))[1].count("M")

    assert edges() == 0
    assert edges(1) == 6
    assert edges(1, 2) == 10  # neighbours in y, see the camera's table
    assert edges(0, 4) == 12  # apart


def test_up_in_the_camera_is_up_on_the_page(pixels):
    image = np.zeros(len(pixels))
    image[int(np.argmax(pixels["pix_y"]))] = 1.0
    top = re.search(rf'fill="{colours()[-1]}" d="M(-?\d+) (-?\d+)', svg(pixels, image))
    assert int(top[2]) < 0


def test_the_label_is_text(pixels):
    assert 'aria-label="x&lt;y"' in svg(pixels)
