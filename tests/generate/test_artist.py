"""The stop-watch of a generator: sampling and trials of the trigger are told apart."""

from types import SimpleNamespace

import numpy as np
import pytest

from iactflow.generate import artist
from iactflow.generate.blocks import Block
from iactflow.generate.config import Generate

#: Seconds on the clock that a portion of the sampler and a trial take.
SAMPLED, TRIED = 1.0, 10.0


class Clock:
    """Stands for the computer's."""

    now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(artist, "time", clock)
    return clock


class Portions:
    """A generator that draws four images at a time."""

    BLOCK, steps = 4, 1

    def __init__(self, clock):
        self.clock, self.info = clock, {"name": "portions"}

    def draw(self, n, seed, energy=None, impact=None):
        return np.arange(n)

    def stream(self, conditions, seed, first=0):
        for low in range(0, len(conditions), self.BLOCK):
            self.clock.now += SAMPLED
            yield np.full((len(conditions[low : low + self.BLOCK]), 3), seed), None


class Refusing:
    """Refuses the sixth image of the first draw, and that alone."""

    def __init__(self, clock, camera):
        self.clock, self.camera, self.trials = clock, camera, 0

    def refused(self, drawn, among):
        self.clock.now += TRIED
        self.trials += 1
        return np.array([5] if self.trials == 1 else [], int)


def test_sampling_is_timed_with_what_is_drawn_anew_and_without_trials(clock):
    neighbours = SimpleNamespace(geometry=SimpleNamespace(neighbor_matrix_sparse=np.eye(3)))
    drawer = artist.Artist(Portions(clock), "hash", Generate(images=10, seed=3), Refusing(clock, neighbours))
    block = Block("toy", "content", {"seed": 3}, 0, 0, 10)
    heard = []
    drawn = drawer.draw(block, heard.append)
    assert heard == [4, 4, 2]  # portion by portion, and the image that is drawn anew not again
    assert (drawn.images[np.arange(10) != 5] == 3).all()
    assert (drawn.images[5] != 3).all()
    timed = drawer.account(block)["timed"]
    assert (timed["seconds"], timed["trial_seconds"]) == (4 * SAMPLED, 2 * TRIED)
    assert (timed["redrawn"], timed["images"]) == (1, 10)
    assert drawer.account(block)["networks"] == "hash"
