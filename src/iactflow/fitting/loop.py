"""The one loop that fits networks: epochs, validation, schedule, early stopping, checkpoints."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from iactflow.data.feeder import Batch, Feeder
from iactflow.errors import IactflowError
from iactflow.fitting.checkpoint import Checkpoint
from iactflow.fitting.optimizers import PLATEAU_PATIENCE, learning_rate_of, lower_on_plateau
from iactflow.fitting.signals import Signals
from iactflow.fitting.state import FitState
from iactflow.fitting.steps import Steps
from iactflow.fitting.team import Team

#: Steps between two looks at the losses: looking makes an accelerator wait.
_LOOK_EVERY = 16


@dataclass(frozen=True)
class Plan:
    """How long a fit goes on.

    Attributes
    ----------
    epochs : int
        Most epochs.
    patience : int or None
        Epochs without a better validation loss before the fit ends; None for never.
    lower_on_plateau : bool
        Whether the learning rate falls when the validation loss does not.
    checkpoint_seconds : float
        Longest time between two checkpoints; one is written after every epoch anyway.
    """

    epochs: int
    patience: int | None
    lower_on_plateau: bool
    checkpoint_seconds: float


@dataclass
class Fit:
    """A fit in progress.

    Attributes
    ----------
    steps : Steps
        Model, optimizer and loss.
    feeder : Feeder
        Images to fit to.
    validation : Feeder or None
        Images to choose the best epoch by.
    plan : Plan
        How long.
    state : FitState
        How far.
    checkpoint : Checkpoint
        Where to go on from after an interruption.
    on_batch : callable
        Called with the number of images of each fitted batch.
    on_epoch : callable
        Called with the state after each epoch, before the checkpoint is written.
    team : Team
        Other processes that fit the same.
    signals : Signals
        Asks for a checkpoint or an end.
    """

    steps: Steps
    feeder: Feeder
    validation: Feeder | None
    plan: Plan
    state: FitState
    checkpoint: Checkpoint
    on_batch: Callable[[int], None]
    on_epoch: Callable[[FitState], None]
    team: Team = field(default_factory=Team)
    signals: Signals = field(default_factory=Signals)

    def run(self) -> None:
        """Fit until the plan is fulfilled and leave the best weights in the model.

        Best are those of the epoch with the lowest validation loss; without validation images those of the last.

        Raises
        ------
        IactflowError
            If a loss or a weight is not finite: the last checkpoint holds the weights from before. If SIGTERM asks for
            an end: the checkpoint holds all that was fitted.
        """
        with self.signals.caught():
            self._run()

    def _run(self) -> None:
        state = self.state
        while state.epoch < self.plan.epochs and not state.stopped:
            rate = learning_rate_of(self.steps.optimizer)
            self._run_epoch()
            self._require_finite()
            val_loss, parts = (
                (None, dict[str, float]()) if self.validation is None else self.steps.score(self.validation)
            )
            if val_loss is not None and not math.isfinite(val_loss):
                raise self._not_finite("validation loss", "after its last batch")
            self._judge(val_loss)
            state.finish_epoch(
                loss=state.loss_sum / state.images_in_epoch,
                val_loss=val_loss,
                learning_rate=rate,
                seconds=state.seconds_in_epoch,
                **{f"val_{task}": value for task, value in parts.items()},
            )
            self.on_epoch(state)
            self.checkpoint.save(state, self.steps.variables)
        if state.best_weights:
            self.steps.model.set_weights(state.best_weights)

    def _run_epoch(self) -> None:
        state, pending = self.state, list[tuple[Batch, Any]]()
        last_save = last_look = time.monotonic()
        for batch in self.feeder.epoch(state.epoch, state.batch):
            pending.append((batch, self.steps.fit(batch)))
            # One process of several must not look alone: looking is where they agree on what to do next.
            at_once = self.signals.save and self.team.place.of == 1
            if len(pending) < _LOOK_EVERY and batch.number + 1 < self.feeder.n_batches and not at_once:
                continue
            self._look(pending)
            now = time.monotonic()
            state.seconds += now - last_look
            state.seconds_in_epoch += now - last_look
            last_look = now
            due = self.signals.save or now - last_save >= self.plan.checkpoint_seconds
            save, stop = self.team.agree(due, self.signals.stop)
            if save:
                self._save(stop=stop)
                last_save = time.monotonic()

    def _save(self, *, stop: bool) -> None:
        """Write a checkpoint within an epoch, and end if that was asked for."""
        self.signals.save = False
        self._require_finite()
        self.checkpoint.save(self.state, self.steps.variables)
        if stop:
            raise IactflowError(
                f"Stopped by SIGTERM in epoch {self.state.epoch + 1} after batch {self.state.batch} of "
                f"{self.feeder.n_batches}. The same command goes on from {self.checkpoint.path}."
            )

    def _look(self, pending: list[tuple[Batch, Any]]) -> None:
        """Wait for the pending losses, check them and count them."""
        for batch, loss in pending:
            value = float(loss)
            if not math.isfinite(value):
                raise self._not_finite("loss", f"in batch {batch.number + 1} of {self.feeder.n_batches}", batch)
            self.state.loss_sum += value * len(batch)
            self.state.images_in_epoch += len(batch)
            self.state.images += len(batch)
            self.state.batch = batch.number + 1
            self.on_batch(len(batch))
        pending.clear()

    def _require_finite(self) -> None:
        """Raise unless all that a checkpoint would hold is finite: the last batch's loss is from before its step."""
        for variable in self.steps.variables:
            if not np.isfinite(np.asarray(variable)).all():
                raise self._not_finite(
                    f"weights {variable.path}", f"by batch {self.state.batch} of {self.feeder.n_batches}"
                )

    def _judge(self, val_loss: float | None) -> None:
        """Keep the weights of the best epoch; lower the rate or stop when there has been none for long."""
        if val_loss is None:
            return
        state = self.state
        former = [value for value in state.history["val_loss"] if value is not None]
        if not former or val_loss < min(former):
            state.best_epoch, state.waited, state.waited_schedule = state.epoch + 1, 0, 0
            state.best_weights = self.steps.model.get_weights()
            return
        state.waited += 1
        state.waited_schedule += 1
        state.stopped = self.plan.patience is not None and state.waited >= self.plan.patience
        if self.plan.lower_on_plateau and state.waited_schedule >= PLATEAU_PATIENCE:
            lower_on_plateau(self.steps.optimizer)
            state.waited_schedule = 0

    def _not_finite(self, what: str, where: str, batch: Batch | None = None) -> IactflowError:
        rows = "" if batch is None else f" (rows {', '.join(map(str, batch.rows[:5]))}, … of the data)"
        good = self.checkpoint.path if self.checkpoint.exists() else None
        kept = f"The last good weights are in {good}." if good else "No checkpoint had been written yet."
        return IactflowError(
            f"The {what} stopped being finite in epoch {self.state.epoch + 1} {where}{rows}. {kept} "
            "Try a lower train.learning_rate, and add --overwrite to begin anew with it."
        )
