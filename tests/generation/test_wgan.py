import numpy as np

from iactflow.data.select import Selection
from iactflow.generation.config import Adversary
from iactflow.generation.sampler import Sampler
from iactflow.train.generator import run


def test_a_wgan_trains_and_draws_in_one_step(small_generator, short_training, photoelectrons, tmp_path):
    config = small_generator.model_copy(update={"name": "wgan"})
    train = short_training.model_copy(update={"adversary": Adversary(critic_steps=2)})
    path = run(Selection(), config, train, [photoelectrons], tmp_path / "wgan", instrument="ct5").path
    sampler = Sampler.load(path)
    assert (sampler.info["method"], sampler.steps) == ("wgan", 1)
    conditions = sampler.draw(20, seed=1)
    assert (sampler.sample(conditions, 1) == sampler.sample(conditions, 1)).all()


def test_the_critic_learns_to_tell_images_apart_and_its_gradient_is_held_at_one(
    small_generator, short_training, photoelectrons
):
    from iactflow.generation.assembly import assemble
    from iactflow.generation.derivatives import gradient_by
    from iactflow.generation.examples import Examples
    from iactflow.generation.steps import Packing
    from iactflow.generation.wgan import AdversarialSteps
    from iactflow.models.backend import keras

    keras.utils.set_random_seed(1)
    examples = Examples.of([photoelectrons], Selection(), instrument="ct5")
    config = small_generator.model_copy(update={"name": "wgan"})
    made = assemble(config, examples.store.camera, examples.some_images(99), examples.conditions, examples.moments)
    packing = Packing(made.grid, made.representation)
    steps = AdversarialSteps(made, packing, short_training, Adversary(critic_steps=10**6, learning_rate=1.5e-3))
    [batch] = list(examples.pixel_feeder(made, batch_size=64, seed=1).epoch())[:1]
    for _ in range(150):
        steps.fit(batch)
    labels = {name: keras.ops.convert_to_tensor(values) for name, values in batch.labels.items()}
    real, told = packing(batch.pixels["true_image"], labels)
    fake = steps._generate(real, told)
    apart = np.asarray(steps._judge(real, told)) - np.asarray(steps._judge(fake, told))
    assert apart.mean() > 0
    slope = np.asarray(gradient_by(lambda image: steps._judge(image, told), (real + fake) / 2))
    assert 0.5 < np.sqrt((slope**2).sum(axis=(1, 2, 3))).mean() < 2.5  # without the penalty it grows with every step
