"""Small generators and what they are trained on: made once per session."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def photoelectrons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 60 events of gamma rays as CT5 sees them, with the photoelectrons of each pixel."""
    import astropy.units as u

    from iactflow.simulate.config import Simulate
    from iactflow.simulate.run import run

    config = Simulate(preset="ct5", energy_min=0.3 * u.TeV, energy_max=3 * u.TeV, viewcone=1 * u.deg, true_images=True)
    out = tmp_path_factory.mktemp("photoelectrons") / "store"
    return run(config, out, events=60, output_format="store", workers=1).path


@pytest.fixture(scope="session")
def small_generator() -> Any:
    """Sizes of a generator that is trained in seconds."""
    from iactflow.generation.config import Generator, PixelNetwork, SizeNetwork

    pixels, size = PixelNetwork(widths=[4, 8], blocks=1, embedding=16), SizeNetwork(width=16, blocks=1, steps=3)
    return Generator(pixels=pixels, size=size, steps=3)


@pytest.fixture(scope="session")
def short_training() -> Any:
    """Two epochs of both networks of a generator."""
    from iactflow.generation.config import TrainGenerator

    return TrainGenerator(epochs=2, size_epochs=2, batch_size=16, pictures=0)


@pytest.fixture(scope="session")
def teacher(
    small_generator: Any, short_training: Any, photoelectrons: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A generator by flow, trained for seconds; do not write to it."""
    from iactflow.data.select import Selection
    from iactflow.train.generator import run

    out = tmp_path_factory.mktemp("teacher") / "teacher"
    return run(Selection(), small_generator, short_training, [photoelectrons], out, instrument="ct5").path


@pytest.fixture(scope="session")
def toy_simulation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,400 toy images of 800 showers, a third of the showers for training, the others for the test."""
    import toys

    return toys.write(tmp_path_factory.mktemp("toy") / "simulated", toys.toy_events(1, 2400), "simulated", 11)


@pytest.fixture(scope="session")
def toy_generated(tmp_path_factory: pytest.TempPathFactory, toy_simulation: Path) -> Callable[[str], Path]:
    """Stores of a generator that follows the same law, or breaks it as the name says."""
    import numpy
    import toys

    made: dict[str, Path] = {}

    def give(name: str) -> Path:
        if name not in made:
            events = toys.toy_events(2) if name != "copied" else toys.copies(toy_simulation)
            events = toys.BROKEN[name](events, numpy.random.default_rng(3))
            folder = tmp_path_factory.mktemp(name) / "generated"
            made[name] = toys.write(folder, events, "generated", 2_050_000_001, all_train=True)
        return made[name]

    return give
