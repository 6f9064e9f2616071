"""Drawing of the photoelectrons of blocks, with what it takes: sampling on its own, trials of the trigger apart."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from iactflow.generate.blocks import Block
from iactflow.generate.camera import doubtful
from iactflow.generate.config import Generate
from iactflow.generate.write import Drawn, Recorder

#: Times that images which cannot trigger are drawn anew, at most; a stream of random numbers for that.
_AGAIN, _ANEW = 3, 0xA6A1


class Artist:
    """A generator, with a stop-watch.

    Parameters
    ----------
    sampler : iactflow.generation.sampler.Sampler
        What draws.
    networks : str
        Hash of its networks.
    config : Generate
        Which showers, which seed.
    recorder : Recorder
        Tries whether images can trigger.
    """

    def __init__(self, sampler: Any, networks: str, config: Generate, recorder: Recorder) -> None:
        self.sampler, self.networks, self.config, self.recorder = sampler, networks, config, recorder
        self.timed: dict[int, dict[str, float]] = {}

    def warm_up(self, block: Block) -> None:
        """Draw and try a few images that nobody sees, so that compilation is not timed."""
        conditions = self.sampler.draw(self.sampler.BLOCK, 0)
        drawn = Drawn(block, conditions, self.sampler.sample(conditions, 0))
        self.recorder.refused(drawn, np.arange(1))

    def draw(self, block: Block, advance: Callable[[int], None]) -> Drawn:
        """Draw the photoelectrons of a block, anew for showers whose image no noise lets trigger.

        Generators learn images that triggered: one that cannot is none of those, whatever the shower. `advance` hears
        how many images of the block have been drawn, those drawn anew not counted again.
        """
        watch = {"seconds": 0.0, "trial_seconds": 0.0, "redrawn": 0}
        conditions = self.sampler.draw(
            block.n_images, block.conditions_seed, energy=self.config.energy, impact=self.config.impact
        )
        with _timing(watch, "seconds"):
            images = self._sample(conditions, self.config.seed, block, advance)
        drawn = Drawn(block, conditions, images)
        with _timing(watch, "trial_seconds"):
            refused = self.recorder.refused(drawn, doubtful(images, self.recorder.camera))
        for attempt in range(_AGAIN):
            if not len(refused):
                break
            seed = int(np.random.SeedSequence([self.config.seed, attempt, _ANEW]).generate_state(1)[0])
            with _timing(watch, "seconds"):
                images[refused] = self._sample(conditions[refused], seed, block)
            watch["redrawn"] += len(refused)
            with _timing(watch, "trial_seconds"):
                refused = self.recorder.refused(drawn, refused)
        self.timed[block.number] = watch
        return drawn

    def _sample(
        self, conditions: Any, seed: int, block: Block, advance: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        parts = []
        for images, _ in self.sampler.stream(conditions, seed, first=block.first):
            parts.append(images)
            advance(len(images))
        return np.concatenate(parts)

    def account(self, block: Block) -> dict[str, Any]:
        """Tell which generator made a block and what that took."""
        from iactflow.fitting.device import device_name

        timed = {
            **self.timed[block.number],
            "images": block.n_images,
            "device": device_name(),
            "batch_size": self.sampler.BLOCK,
        }
        info = {**self.sampler.info, "steps": self.sampler.steps, "networks": self.networks}
        return {**info, "content": block.content, "config_of_images": block.config, "timed": timed}


@contextmanager
def _timing(watch: dict[str, float], name: str) -> Iterator[None]:
    """Add the time that something takes to one of the times of a stop-watch, s."""
    start = time.perf_counter()
    yield
    watch[name] += time.perf_counter() - start
