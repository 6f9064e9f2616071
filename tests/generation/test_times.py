"""Arrival times: the toy showers' gradient is 4 ns/m along the image, wherever they lie."""

import numpy as np
import pytest
import toys

from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.generation import times
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


def test_images_of_all_stores_are_fitted_and_not_the_first_alone(fitted, monkeypatch):
    store, rows, _ = fitted
    used = []
    monkeypatch.setattr(times, "_MOST", 100)

    def noting(conditions, camera):
        used.append(conditions)
        return along_axis(conditions, camera)

    monkeypatch.setattr(times, "along_axis", noting)
    TimeModel.fit(store, rows)
    [conditions] = used
    assert len(conditions) == 100
    found = np.flatnonzero(np.isin(store.column("true_energy")[rows], conditions.energy))
    assert found.min() < 3
    assert found.max() > len(rows) - 4
    assert np.median(found) == pytest.approx(len(rows) / 2, rel=0.05)


def test_images_without_a_bright_pixel_are_refused(tmp_path):
    faint = [toys.changed(event, 0.02 * event.images[0].image) for event in toys.toy_events(6, 12)]
    store = Store(toys.write(tmp_path / "faint", faint, "simulated", 5, all_train=True))
    with pytest.raises(InputError, match=r"more than 40 p\.e\. that cleaning kept.*12 images of .*faint"):
        TimeModel.fit(store, np.arange(12))


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
