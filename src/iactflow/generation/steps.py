"""One step of fitting a generator, in the shape that `iactflow.fitting.loop.Fit` works with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.fitting.team import Team
from iactflow.generation.derivatives import compiled, value_and_gradients
from iactflow.generation.grid import PER_CELL, Grid
from iactflow.generation.representation import Representation
from iactflow.models.backend import keras

ops = keras.ops


@dataclass(frozen=True)
class Packing:
    """The way from a store's photoelectrons to what networks draw.

    Attributes
    ----------
    grid : Grid
        Of the camera.
    representation : Representation
        How photoelectrons are written.
    """

    grid: Grid
    representation: Representation

    def __call__(self, images: Any, labels: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Give turned images (n, rows, columns, 4) and what networks are told, from photoelectrons (n, n_pixels)."""
        which = ops.cast(labels["which"], "int32")
        written = self.representation.encode(ops.cast(images, "float32"), ops)
        padded = ops.pad(written, [[0, 0], [0, 1]])
        places = ops.take(self.grid.sources, which, axis=0)
        x = ops.reshape(ops.take_along_axis(padded, places, axis=1), (-1, *self.grid.shape, PER_CELL))
        mask = ops.take(self.grid.masks, which, axis=0)
        return x, {"numbers": labels["numbers"], "places": labels["places"], "mask": mask}


class Steps:
    """Steps of a network by a loss, with an average over steps of its weights.

    Parameters
    ----------
    network : keras.Model
        What is fitted.
    optimizer : keras.optimizers.Optimizer
        Its variables are made here.
    loss : callable
        Of (images, what is told, seeds, share of the steps that are done); the loss of each image.
    prepare : callable
        Of (pixels, labels) of a batch; images and what is told.
    n_steps : int
        Steps of the whole fit.
    average : float
        Share of the former average that each step keeps; the average is what the network becomes in the end.
    seed : int
        Of noise and times.
    xla : bool
        Whether steps are compiled with XLA.
    """

    def __init__(
        self,
        network: Any,
        optimizer: Any,
        loss: Callable[..., Any],
        prepare: Callable[[dict[str, Any], dict[str, Any]], tuple[Any, dict[str, Any]]],
        *,
        n_steps: int,
        average: float,
        seed: int,
        xla: bool = False,
    ) -> None:
        self.model, self.optimizer = network, optimizer
        self._loss, self._prepare, self._n_steps, self._average = loss, prepare, n_steps, average
        optimizer.build(network.trainable_variables)
        self.seeds = keras.random.SeedGenerator(seed)
        self.averages = averages_of(network)
        self.team = Team()
        self._fit = compiled(self._fit_eagerly, xla=xla)

    @property
    def variables(self) -> list[Any]:
        """All variables that a resumed fit has to get back."""
        return [*self.model.variables, *self.optimizer.variables, *self.averages, self.seeds.state]

    def fit(self, batch: Any) -> Any:
        """Change the weights by one batch and give its mean loss as a scalar tensor, not waited for."""
        return self._fit(batch.pixels, batch.labels)

    def take_average(self) -> None:
        """Let the network have the averaged weights."""
        for variable, average in zip(self.model.trainable_variables, self.averages, strict=True):
            variable.assign(average)

    def _fit_eagerly(self, pixels: dict[str, Any], labels: dict[str, Any]) -> Any:
        images, told = self._prepare(pixels, labels)
        done = ops.cast(self.optimizer.iterations, "float32")
        progress = done / self._n_steps
        variables = self.model.trainable_variables
        loss, gradients = value_and_gradients(
            lambda: ops.mean(self._loss(images, told, self.seeds, progress)), variables
        )
        self.optimizer.apply(gradients, variables)
        keep = keep_of(self._average, done)
        for variable, average in zip(variables, self.averages, strict=True):
            average.assign(keep * average + (1 - keep) * variable)
        return loss


def averages_of(network: Any) -> list[Any]:
    """Make variables that average the weights of a network over steps."""
    return [keras.Variable(weights.value, trainable=False, name="average") for weights in network.trainable_variables]


def keep_of(average: float, done: Any) -> Any:
    """Tell what share of an average is kept after some steps: the first weights are soon forgotten."""
    done = ops.cast(done, "float32")
    return ops.minimum(average, (1 + done) / (10 + done))


def prepare_pixels(packing: Packing) -> Callable[[dict[str, Any], dict[str, Any]], tuple[Any, dict[str, Any]]]:
    """Prepare batches of a store's photoelectrons for pixel models."""
    return lambda pixels, labels: packing(pixels[schema.TRUE_IMAGE], labels)


def prepare_values(_: dict[str, Any], labels: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Prepare batches of numbers for size models."""
    return labels["values"], {"numbers": labels["numbers"]}


def float32(**arrays: np.ndarray) -> dict[str, np.ndarray]:
    """Give labels in single precision."""
    return {name: values.astype(np.float32) for name, values in arrays.items()}
