"""Images in one step by a conditional WGAN with gradient penalty: the published quick generator beside ours.

A critic tells simulated from generated images; its gradient is held at one (Gulrajani et al., arXiv:1704.00028). Two
constrainers learn energy and impact distance from simulated images, and the generator is to make images that they read
its conditions from (Elflein et al., arXiv:2311.01385).
"""

from collections.abc import Sequence
from typing import Any

from iactflow.fitting.team import Team
from iactflow.generation.assembly import Assembly, map_kind
from iactflow.generation.config import Adversary, Fitting
from iactflow.generation.derivatives import compiled, gradient_by, value_and_gradients
from iactflow.generation.flow import each, noise_like
from iactflow.generation.grid import PER_CELL
from iactflow.generation.maps import Maps
from iactflow.generation.networks import Normalise, Waves
from iactflow.generation.steps import Packing, averages_of, keep_of
from iactflow.models.backend import keras

ops = keras.ops

#: Moments of the critic's and the generator's optimizer, as Gulrajani et al. have them.
_BETAS = (0.0, 0.9)
#: Conditions that constrainers read from images; they are the first columns of what networks are told, in this order.
CONSTRAINED = ("energy", "impact")


class AdversarialSteps:
    """Steps of generator, critic and constrainers, in the shape that `iactflow.fitting.loop.Fit` works with.

    Parameters
    ----------
    made : Assembly
        Its pixel model is the generator.
    packing : Packing
        The way from photoelectrons to what networks draw.
    settings : Fitting
        Average, seed.
    adversary : Adversary
        Learning rate and weights of the parts.
    """

    def __init__(self, made: Assembly, packing: Packing, settings: Fitting, adversary: Adversary) -> None:
        self.model, self._packing = made.pixel_network, packing
        self._adversary, self._average = adversary, settings.average
        sizes = made.config.pixels
        n_numbers = len(made.of_told.mean)
        self.critic = build_critic(made, sizes.widths, sizes.embedding, n_numbers)
        held = [name for name in CONSTRAINED if name in made.config.conditions]
        self.constrainers = [build_critic(made, sizes.widths, sizes.embedding, 0) for _ in held]
        self._weights = [{"energy": adversary.energy, "impact": adversary.impact}[name] for name in held]
        self.optimizer, self.critic_optimizer = (
            keras.optimizers.Adam(adversary.learning_rate, beta_1=_BETAS[0], beta_2=_BETAS[1]) for _ in range(2)
        )
        self.optimizer.build(self.model.trainable_variables)
        self._judges = [
            variable for network in (self.critic, *self.constrainers) for variable in network.trainable_variables
        ]
        self.critic_optimizer.build(self._judges)
        self.seeds = keras.random.SeedGenerator(settings.seed)
        self.averages = averages_of(self.model)
        self.team = Team()
        self._fit_judges = compiled(self._fit_judges_eagerly, xla=settings.xla)
        self._fit_generator = compiled(self._fit_generator_eagerly, xla=settings.xla)

    @property
    def variables(self) -> list[Any]:
        """All variables that a resumed fit has to get back."""
        optimizers = [*self.optimizer.variables, *self.critic_optimizer.variables]
        return [*self.model.variables, *self._judges, *optimizers, *self.averages, self.seeds.state]

    def fit(self, batch: Any) -> Any:
        """Change critic and constrainers by one batch, the generator by every few; give the critic's loss."""
        from iactflow.data.schema import TRUE_IMAGE

        images, labels = batch.pixels[TRUE_IMAGE], batch.labels
        loss = self._fit_judges(images, labels)
        if int(self.critic_optimizer.iterations) % self._adversary.critic_steps == 0:
            self._fit_generator(images, labels)
        return loss

    def take_average(self) -> None:
        """Let the generator have the averaged weights."""
        for variable, average in zip(self.model.trainable_variables, self.averages, strict=True):
            variable.assign(average)

    def _generate(self, images: Any, told: dict[str, Any]) -> Any:
        numbers = {name: told[name] for name in ("numbers", "places")}
        return self.model({"image": noise_like(images, told, self.seeds), **numbers}) * told["mask"]

    def _judge(self, images: Any, told: dict[str, Any]) -> Any:
        return self.critic({"image": images, "numbers": told["numbers"], "places": told["places"]})[:, 0]

    def _misread(self, images: Any, told: dict[str, Any]) -> list[Any]:
        """Give the squared errors of the constrainers, a mean for each."""
        return [
            ops.mean(ops.square(network({"image": images})[:, 0] - told["numbers"][:, column]))
            for column, network in enumerate(self.constrainers)
        ]

    def _fit_judges_eagerly(self, images: Any, labels: dict[str, Any]) -> Any:
        real, told = self._packing(images, labels)
        fake = ops.stop_gradient(self._generate(real, told))
        share = each(keras.random.uniform((ops.shape(real)[0],), seed=self.seeds), real)

        def loss() -> Any:
            between = share * real + (1 - share) * fake
            slope = gradient_by(lambda image: self._judge(image, told), between)
            steep = ops.sqrt(ops.sum(ops.square(slope), axis=(1, 2, 3)) + 1e-12)
            penalty = self._adversary.gradient_penalty * ops.mean(ops.square(steep - 1))
            told_apart = ops.mean(self._judge(fake, told)) - ops.mean(self._judge(real, told))
            return told_apart + penalty + sum(self._misread(real, told))

        value, gradients = value_and_gradients(loss, self._judges)
        self.critic_optimizer.apply(gradients, self._judges)
        return value

    def _fit_generator_eagerly(self, images: Any, labels: dict[str, Any]) -> Any:
        real, told = self._packing(images, labels)
        variables = self.model.trainable_variables

        def loss() -> Any:
            fake = self._generate(real, told)
            misread = self._misread(fake, told)
            held = sum(weight * error for weight, error in zip(self._weights, misread, strict=True))
            return held - ops.mean(self._judge(fake, told))

        value, gradients = value_and_gradients(loss, variables)
        self.optimizer.apply(gradients, variables)
        keep = keep_of(self._average, self.optimizer.iterations)
        for variable, average in zip(variables, self.averages, strict=True):
            average.assign(keep * average + (1 - keep) * variable)
        return value


def build_critic(made: Assembly, widths: Sequence[int], embedding: int, n_numbers: int) -> Any:
    """Build a network that reads one number from an image.

    Parameters
    ----------
    made : Assembly
        Gives grid and maps.
    widths : sequence of int
        Channels of each level.
    embedding : int
        Width of the hidden layer.
    n_numbers : int
        How many numbers it is told; 0 for a constrainer, which sees the image alone.

    Returns
    -------
    keras.Model
        Takes ``image`` and, if it is told something, ``numbers`` and ``places``; gives (n, 1).
    """
    layers = keras.layers
    inputs = {"image": keras.Input((*made.grid.shape, PER_CELL), name="image")}
    x = inputs["image"]
    if n_numbers:
        inputs |= {"numbers": keras.Input((n_numbers,), name="numbers"), "places": keras.Input((11,), name="places")}
        kind = map_kind(made.config)
        if kind != "none":
            x = layers.Concatenate()([x, Maps.of(kind, made.grid)(inputs["places"])])
    for level, width in enumerate(widths):
        x = layers.Conv2D(width, 3, strides=2 if level else 1, padding="same")(x)
        y = layers.Conv2D(width, 3, padding="same")(layers.Activation("silu")(Normalise()(x)))
        x = layers.Add()([x, layers.Conv2D(width, 3, padding="same")(layers.Activation("silu")(y))])
    x = layers.Conv2D(widths[-1], 3, strides=2, padding="same", activation="silu")(x)
    features = [layers.Flatten()(layers.AveragePooling2D(2, padding="same")(x))]
    if n_numbers:
        features += [inputs["numbers"], Waves(2, 3.0)(inputs["numbers"])]
    x = layers.Dense(embedding, activation="silu")(
        features[0] if len(features) == 1 else layers.Concatenate()(features)
    )
    return keras.Model(inputs, layers.Dense(1)(x), name="critic")
