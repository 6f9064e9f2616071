"""Arrival times: the toy showers' gradient is 4 ns/m along the image, wherever they lie."""

import numpy as np
import pytest

from iactflow.data.store import Store
from iactflow.generation.conditions import Conditions
from iactflow.generation.times import TimeModel, along_axis, positions


@pytest.fixture(scope="module")
def fitted(toy_simulation):
    store = Store(toy_simulation)
    rows = store.rows("train")
    return store, rows, TimeModel.fit(store, rows)


def test_images_lie_on_the_side_of_the_impact_point(fitted):
    store, rows, _ = fitted
    along, impact = along_axis(Conditions.of_store(store, rows), store.camera)
    images = store.true_images(rows)
    centre = (along * images).sum(axis=1) / images.sum(axis=1)
    assert centre == pytest.approx(0.25 + impact / 600, abs=0.12)


def test_the_gradient_is_found_again_in_drawn_times(fitted):
    store, rows, model = fitted
    conditions = Conditions.of_store(store, rows[:200])
    along, impact = along_axis(conditions, store.camera)
    rng, xy = np.random.default_rng(1), positions(store.camera)
    slopes = []
    for k, image in enumerate(store.true_images(rows[:200])):
        pixel, time = model.arrivals(image, along[k], float(impact[k]), xy, rng)
        assert len(pixel) == image.sum()
        assert (np.bincount(pixel, minlength=len(image)) == image).all()
        slopes.append(np.polyfit(along[k][pixel], time, 1)[0])
    assert np.median(slopes) == pytest.approx(4, abs=1)


def test_a_saved_model_is_the_same(fitted, tmp_path):
    _, _, model = fitted
    model.save(tmp_path / "times.npz")
    again = TimeModel.load(tmp_path / "times.npz")
    assert all((getattr(again, name) == value).all() for name, value in vars(model).items())


def test_an_image_without_light_has_no_times(fitted):
    pixel, time = fitted[2].arrivals(
        np.zeros(1764, int), np.zeros(1764), 100.0, np.zeros((1764, 2)), np.random.default_rng(1)
    )
    assert len(pixel) == len(time) == 0
