"""Generation: photoelectrons of FlashCam images in one step and by the teacher's nineteen, beside published times.

The speed of a generator does not depend on what it has learnt, so one is trained for seconds only.
"""

import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.table import Row, device

#: Showers to train on, images that are timed, and what they are scaled to.
EVENTS, IMAGES, WHOLE = 80, 2560, 100_000
#: Seconds for `WHOLE` images: wanted of a student on two cores (issue 7), published for a diffusion model on one GPU.
WANTED, PUBLISHED = 180.0, 33.5 * 3600


def rows() -> list[Row]:
    """Measure the drawing of sizes, moments and pixels, without camera, cleaning and writing."""
    from iactflow.data.select import Selection
    from iactflow.generation.config import Generator, TrainGenerator
    from iactflow.simulate.config import Simulate
    from iactflow.simulate.run import run as simulate
    from iactflow.train.generator import run as train

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        showers = Simulate(preset="ct5", true_images=True)
        store = simulate(showers, place / "store", events=EVENTS, output_format="store", workers=1).path
        brief = TrainGenerator(epochs=1, size_epochs=1, pictures=0)
        model = train(Selection(), Generator(), brief, [store], place / "model", instrument="ct5").path
        student, teacher = (_seconds(model, steps) for steps in (1, 10))
    told = "100,000 images of FlashCam"
    return [
        Row(f"{told}, one step", student, "s", "wanted on two cores", WANTED, WANTED / student, IMAGES, device()),
        Row(
            f"{told}, teacher, 19 evaluations",
            teacher,
            "s",
            "diffusion model, published, one GPU",
            PUBLISHED,
            PUBLISHED / teacher,
            IMAGES,
            device(),
        ),
    ]


def _seconds(model: Path, steps: int) -> float:
    """Give the seconds for `WHOLE` images, scaled from `IMAGES`; one block is drawn before."""
    from iactflow.generation.sampler import BLOCK, Sampler

    sampler = Sampler.load(model, steps)
    conditions = sampler.draw(IMAGES, seed=1)
    sampler.sample(conditions[:BLOCK], seed=1)
    start = perf_counter()
    sampler.sample(conditions, seed=1)
    return (perf_counter() - start) / IMAGES * WHOLE
