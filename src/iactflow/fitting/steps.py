"""One step of a fit and the loss on held-out images, compiled once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from iactflow.data.feeder import Batch, Feeder
from iactflow.fitting.losses import TaskLoss
from iactflow.fitting.team import Team, place
from iactflow.models.backend import keras, tf


class Steps:
    """Fitting and scoring of a model that turns raw pixels into labels.

    Parameters
    ----------
    model : keras.Model
        Takes pixel columns, gives ``{task: tensor}``.
    optimizer : keras.optimizers.Optimizer
        Its variables are made here.
    losses : mapping of TaskLoss
        By task; outputs that are not named are not fitted.
    xla : bool
        Whether steps are compiled with XLA.
    strategy : tensorflow.distribute.Strategy or None
        Shares each batch among devices, of several processes too; model and optimizer were made in its scope, the
        optimizer for as many shares.

    Notes
    -----
    The loss of a batch is the sum over tasks of the task's weight times the mean over its images of image weight times
    image loss. It is linear in the images: two halves of a batch give the same gradient as the whole.
    """

    def __init__(
        self, model: Any, optimizer: Any, losses: Mapping[str, TaskLoss], *, xla: bool = False, strategy: Any = None
    ) -> None:
        self.model, self.optimizer, self.losses, self.strategy = model, optimizer, dict(losses), strategy
        self.team = Team(strategy, place())
        self._n_shares = 1 if strategy is None else strategy.num_replicas_in_sync
        optimizer.build(model.trainable_variables)
        self._fit = tf.function(self._fit_eagerly, jit_compile=xla, reduce_retracing=True)
        self._fit_shared = tf.function(self._fit_shared_eagerly, reduce_retracing=True)
        self._score = tf.function(self._score_eagerly, jit_compile=xla, reduce_retracing=True)

    @property
    def variables(self) -> list[Any]:
        """All variables that a resumed fit has to get back."""
        return [*self.model.variables, *self.optimizer.variables]

    def fit(self, batch: Batch) -> Any:
        """Change the weights by one batch and give its mean loss as a scalar tensor, not waited for."""
        content = (batch.pixels, batch.labels, batch.weights)
        if self.strategy is None:
            return self._fit(*content)
        shares = share_out(*content, n_shares=self._n_shares)
        values = self.strategy.experimental_distribute_values_from_function(
            lambda replica: tf.nest.map_structure(tf.constant, shares[replica.replica_id_in_sync_group])
        )
        return self._fit_shared(values)

    def score(self, feeder: Feeder) -> tuple[float, dict[str, float]]:
        """Give the loss, and the loss of each task in its own unit without the task's weight; means over images.

        Several processes take turns with the batches and get the same numbers.
        """
        sums = np.zeros(len(self.losses))
        for batch in feeder.epoch():
            if batch.number % self.team.place.of != self.team.place.number:
                continue
            sums += len(batch) * np.asarray(self._score(batch.pixels, batch.labels, batch.weights), float)
        means = dict(zip(self.losses, (self.team.total(sums) / feeder.n_images).tolist(), strict=True))
        return sum(loss.weight * means[task] for task, loss in self.losses.items()), means

    def _parts(self, outputs: dict[str, Any], labels: dict[str, Any], weights: dict[str, Any]) -> Any:
        parts = [
            keras.ops.mean(weights[task] * loss.per_image(labels[task], outputs[task]))
            for task, loss in self.losses.items()
        ]
        return keras.ops.stack(parts)

    def _fit_eagerly(self, pixels: dict[str, Any], labels: dict[str, Any], weights: dict[str, Any]) -> Any:
        trainable = [variable.value for variable in self.model.trainable_variables]
        task_weights = np.array([loss.weight for loss in self.losses.values()], np.float32)
        with tf.GradientTape() as tape:
            loss = keras.ops.sum(task_weights * self._parts(self.model(pixels, training=True), labels, weights))
            if self.model.losses:  # penalties that layers of a user's own add
                loss += keras.ops.sum(keras.ops.stack(self.model.losses)) / self._n_shares
            scaled = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, trainable)
        if self.strategy is not None:
            gradients = _mean_of_devices(gradients)
        self.optimizer.apply(gradients, self.model.trainable_variables)
        return loss

    def _fit_shared_eagerly(self, values: Any) -> Any:
        losses = self.strategy.run(lambda content: self._fit_eagerly(*content), args=(values,))
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    def _score_eagerly(self, pixels: dict[str, Any], labels: dict[str, Any], weights: dict[str, Any]) -> Any:
        return self._parts(self.model(pixels, training=False), labels, weights)


def _mean_of_devices(gradients: list[Any]) -> list[Any]:
    """Give every device the mean over devices, so that all clip, and judge whether it is finite, the same."""
    known = [gradient for gradient in gradients if gradient is not None]
    means = iter(tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, known))
    return [None if gradient is None else next(means) for gradient in gradients]


def share_out(
    pixels: dict[str, np.ndarray], labels: dict[str, np.ndarray], weights: dict[str, np.ndarray], *, n_shares: int
) -> list[tuple[dict[str, np.ndarray], ...]]:
    """Divide a batch into equal shares whose losses, means over their images, sum up to the loss of the batch.

    Images that fill up the last share are repeated with weight zero.

    Returns
    -------
    list of tuple of dict
        Pixels, labels and weights of each share.
    """
    n = len(next(iter(pixels.values())))
    size = -(-n // n_shares)
    places = np.arange(size * n_shares)
    # The mean over a share is n / size times as large as its part of the mean over the batch.
    factor = np.where(places < n, size / n, 0).astype(np.float32)
    places = np.minimum(places, n - 1)
    weights = {task: values[places] * factor for task, values in weights.items()}
    shares: list[tuple[dict[str, np.ndarray], ...]] = []
    for low in range(0, len(places), size):
        part = places[low : low + size]
        own = {task: values[low : low + size] for task, values in weights.items()}
        shares.append(
            (
                {name: values[part] for name, values in pixels.items()},
                {task: values[part] for task, values in labels.items()},
                own,
            )
        )
    return shares
