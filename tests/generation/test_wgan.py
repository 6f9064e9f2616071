from typing import Any, NamedTuple

import numpy as np
import pytest

from iactflow.data.select import Selection
from iactflow.generation.assembly import assemble
from iactflow.generation.config import Adversary
from iactflow.generation.derivatives import gradient_by
from iactflow.generation.examples import Examples
from iactflow.generation.features import frames
from iactflow.generation.sampler import Sampler
from iactflow.generation.steps import Packing
from iactflow.generation.wgan import AdversarialSteps
from iactflow.models.backend import keras
from iactflow.train.generator import run


def test_a_wgan_trains_and_draws_in_one_step(small_generator, short_training, photoelectrons, tmp_path):
    config = small_generator.model_copy(update={"name": "wgan"})
    train = short_training.model_copy(update={"adversary": Adversary(critic_steps=2)})
    path = run(Selection(), config, train, [photoelectrons], tmp_path / "wgan", instrument="ct5").path
    sampler = Sampler.load(path)
    assert (sampler.info["method"], sampler.steps) == ("wgan", 1)
    conditions = sampler.draw(20, seed=1)
    assert (sampler.sample(conditions, 1) == sampler.sample(conditions, 1)).all()


class Duel(NamedTuple):
    """Steps of a WGAN with one batch to learn from."""

    steps: Any
    batch: Any
    real: Any
    told: dict[str, Any]


@pytest.fixture(scope="module")
def examples(photoelectrons):
    return Examples.of([photoelectrons], Selection(), instrument="ct5")


@pytest.fixture
def duel(small_generator, short_training, examples):
    """Make a WGAN of an adversary and the conditions, not fitted yet."""

    def make(adversary, conditions=None):
        keras.utils.set_random_seed(1)
        changes = {"name": "wgan", **({"conditions": conditions, "moments": False} if conditions else {})}
        config = small_generator.model_copy(update=changes)
        made = assemble(config, examples.store.camera, examples.some_images(99), examples.conditions, examples.moments)
        packing = Packing(made.grid, made.representation)
        [batch] = list(examples.pixel_feeder(made, batch_size=64, seed=1).epoch())[:1]
        labels = {name: keras.ops.convert_to_tensor(values) for name, values in batch.labels.items()}
        steps = AdversarialSteps(made, packing, short_training, adversary)
        return Duel(steps, batch, *packing(batch.pixels["true_image"], labels))

    return make


def standardised(values):
    return (values - values.mean()) / values.std()


def asked(examples, images):
    """Energies and impact distances of images as a constrainer should read them: standardised, of all examples."""
    _, impact = frames(examples.conditions, examples.store.camera)
    row_of = {image.tobytes(): row for row, image in enumerate(examples.store.true_images(examples.rows))}
    rows = [row_of[np.asarray(image).astype(np.int32).tobytes()] for image in images]
    return standardised(np.log10(examples.conditions.energy))[rows], standardised(impact)[rows]


@pytest.mark.parametrize(
    ("conditions", "held"),
    [(None, (0, 1)), (["energy"], (0,)), (["impact"], (1,)), (["direction", "impact", "energy"], (0, 1))],
)
def test_constrainers_read_energy_and_impact_distance_of_the_images_conditions(duel, examples, conditions, held):
    steps, batch, real, told = duel(Adversary(), conditions)
    known = [asked(examples, batch.pixels["true_image"])[one].astype(np.float32) for one in held]
    assert len(steps.constrainers) == len(held)

    def reading(values, sign=1.0):
        return lambda inputs: keras.ops.convert_to_tensor(sign * values[:, None])

    steps.constrainers = [reading(values) for values in known]
    np.testing.assert_allclose(steps._misread(real, told), 0, atol=1e-8)
    steps.constrainers = [reading(values, -1.0) for values in known]
    np.testing.assert_allclose(steps._misread(real, told), [4 * (v**2).mean() for v in known], rtol=1e-4)


def test_the_generator_is_led_to_images_that_are_read_as_asked(duel):
    steps, batch, real, told = duel(Adversary(energy=300.0, impact=300.0, critic_steps=10**6, learning_rate=2e-3))
    for _ in range(60):
        steps.fit(batch)  # the judges alone

    def misread():
        return [float(error) for error in steps._misread(steps._generate(real, told), told)]

    before = misread()
    for _ in range(25):
        steps._fit_generator(batch.pixels["true_image"], batch.labels)
    assert [after < 0.8 * error for after, error in zip(misread(), before, strict=True)] == [True, True]


def test_the_critic_learns_to_tell_images_apart_and_its_gradient_is_held_at_one(duel):
    steps, batch, real, told = duel(Adversary(critic_steps=10**6, learning_rate=1.5e-3))
    assert min(float(error) for error in steps._misread(real, told)) > 0.5
    for _ in range(150):
        steps.fit(batch)
    assert max(float(error) for error in steps._misread(real, told)) < 0.3  # the constrainers learn beside it
    fake = steps._generate(real, told)
    apart = np.asarray(steps._judge(real, told)) - np.asarray(steps._judge(fake, told))
    assert apart.mean() > 0
    slope = np.asarray(gradient_by(lambda image: steps._judge(image, told), (real + fake) / 2))
    assert 0.5 < np.sqrt((slope**2).sum(axis=(1, 2, 3))).mean() < 2.5  # without the penalty it grows with every step
