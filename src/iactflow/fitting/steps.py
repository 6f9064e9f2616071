"""One step of a fit and the loss on held-out images, compiled once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iactflow.data.feeder import Batch, Feeder
from iactflow.fitting.optimizers import LOSSES
from iactflow.models.backend import keras, tf


class Steps:
    """Fitting and scoring of a model that turns raw pixels into labels.

    Parameters
    ----------
    model : keras.Model
        Takes pixel columns, gives ``{task: tensor}``.
    optimizer : keras.optimizers.Optimizer
        Its variables are made here.
    loss : str
        Name in `LOSSES`; the losses of the tasks are summed.
    tasks : sequence of str
        Outputs to fit.
    xla : bool
        Whether steps are compiled with XLA.
    """

    def __init__(self, model: Any, optimizer: Any, loss: str, tasks: Sequence[str], *, xla: bool = False) -> None:
        self.model, self.optimizer, self.tasks = model, optimizer, list(tasks)
        self._loss = LOSSES[loss]()
        optimizer.build(model.trainable_variables)
        self._fit = tf.function(self._fit_eagerly, jit_compile=xla, reduce_retracing=True)
        self._score = tf.function(self._score_eagerly, jit_compile=xla, reduce_retracing=True)

    @property
    def variables(self) -> list[Any]:
        """All variables that a resumed fit has to get back."""
        return [*self.model.variables, *self.optimizer.variables]

    def fit(self, batch: Batch) -> Any:
        """Change the weights by one batch and give its mean loss as a scalar tensor, not waited for."""
        return self._fit(batch.pixels, batch.labels)

    def score(self, feeder: Feeder) -> tuple[float, float]:
        """Give the loss and the mean absolute error of the labels (summed over tasks), both means over images."""
        sums = np.zeros(2)
        for batch in feeder.epoch():
            sums += len(batch) * np.array([float(value) for value in self._score(batch.pixels, batch.labels)])
        loss, mae = sums / feeder.n_images
        return float(loss), float(mae)

    def _total_loss(self, outputs: dict[str, Any], labels: dict[str, Any]) -> Any:
        losses = [self._loss(labels[task], keras.ops.cast(outputs[task], "float32")) for task in self.tasks]
        return keras.ops.sum(keras.ops.stack(losses))

    def _fit_eagerly(self, pixels: dict[str, Any], labels: dict[str, Any]) -> Any:
        weights = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            loss = self._total_loss(self.model(pixels, training=True), labels)
            scaled = self.optimizer.scale_loss(loss)
        self.optimizer.apply(tape.gradient(scaled, weights), self.model.trainable_variables)
        return loss

    def _score_eagerly(self, pixels: dict[str, Any], labels: dict[str, Any]) -> tuple[Any, Any]:
        outputs = self.model(pixels, training=False)
        errors = [keras.ops.mean(keras.ops.abs(keras.ops.cast(outputs[t], "float32") - labels[t])) for t in self.tasks]
        return self._total_loss(outputs, labels), keras.ops.sum(keras.ops.stack(errors))
