"""Recording of drawn photoelectrons: noise is drawn until the image triggers, as it did for the training images."""

import numpy as np
import pytest

from iactflow.data.store import Store
from iactflow.generate import camera
from iactflow.generate.blocks import Block
from iactflow.generate.config import Generate
from iactflow.generation.conditions import Conditions
from iactflow.generation.times import TimeModel
from iactflow.simulate.observe import Observer

N = 24


@pytest.fixture(scope="module")
def showers(toy_simulation):
    store = Store(toy_simulation)
    rows = store.rows("train")
    return Conditions.of_store(store, rows[:N]), TimeModel.fit(store, rows), store.camera


def record(showers, images):
    conditions, times, of_store = showers
    config = Generate(images=N).model_dump(mode="json", exclude={"images", "split"})
    return camera.record(Block("toy", "hash", config, 0, 0, N), conditions, images, "ct5", times, of_store)


def cluster(showers, charge):
    """Seven neighbouring pixels of some photoelectrons each."""
    geometry = showers[2].geometry
    middle = int(np.argmin(np.hypot(geometry.pix_x, geometry.pix_y)))
    image = np.zeros(geometry.n_pixels, np.int32)
    image[[middle, *np.flatnonzero(geometry.neighbor_matrix[middle])]] = charge
    return np.tile(image, (N, 1))


def test_images_near_the_threshold_get_noise_that_lets_them_trigger(showers, monkeypatch):
    images = cluster(showers, 10)
    many = record(showers, images)
    assert many.n_triggered == N
    monkeypatch.setattr(camera, "_TRIES", 1)
    once = record(showers, images)
    assert 1 <= once.n_triggered <= N - 3
    kept = [image.events[k].images[0].image for image in (many, once) for k in range(N)]
    same = sum((kept[k] == kept[N + k]).all() for k in range(N))
    assert same == once.n_triggered  # the first draw that triggers is the one that is kept


def test_images_that_no_noise_lets_trigger_are_found(showers):
    conditions, times, of_store = showers
    images = cluster(showers, 40)
    images[[3, 11]] = cluster(showers, 1)[:2]
    config = Generate(images=N).model_dump(mode="json", exclude={"images", "split"})
    found = camera.never_triggering(Block("toy", "hash", config, 0, 0, N), conditions, images, "ct5", times, of_store)
    assert found.tolist() == [3, 11]
    assert {3, 11} < set(camera.doubtful(images, of_store).tolist()) < set(range(N))


def test_images_that_cannot_trigger_are_kept_after_a_few_draws(showers, monkeypatch):
    calls = []
    original = Observer.record

    def counted(self, *arguments):
        calls.append(1)
        return original(self, *arguments)

    monkeypatch.setattr(Observer, "record", counted)
    recorded = record(showers, cluster(showers, 0))
    assert recorded.n_triggered == 0
    assert len(recorded.events) == N
    assert len(calls) == 25 * N
