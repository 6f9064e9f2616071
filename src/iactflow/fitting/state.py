"""How far a fit has come: all that a resumed one needs besides the variables."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

#: Columns of every history, one entry per finished epoch. Others hold the validation loss of single tasks.
HISTORY = ("epoch", "loss", "val_loss", "learning_rate", "seconds")


@dataclass
class FitState:
    """Progress of a fit.

    Attributes
    ----------
    epoch, batch : int
        The next batch to be fitted, from 0.
    loss_sum : float
        Sum over the images of this epoch so far of the loss.
    images_in_epoch, images : int
        Images presented in this epoch so far and in all.
    seconds, seconds_in_epoch : float
        Wall-clock time spent fitting, without interruptions.
    history : dict of list
        One value per finished epoch, see `HISTORY`.
    best_epoch : int or None
        Finished epoch, from 1, with the lowest validation loss.
    waited, waited_schedule : int
        Epochs without a better validation loss, for stopping and for the schedule.
    stopped : bool
        Whether early stopping ended the fit.
    run_id : str or None
        MLflow run that a resumed fit goes on with.
    best_weights : list of ndarray
        Weights of the best epoch; empty before there is one.
    """

    epoch: int = 0
    batch: int = 0
    loss_sum: float = 0.0
    images_in_epoch: int = 0
    images: int = 0
    seconds: float = 0.0
    seconds_in_epoch: float = 0.0
    history: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in HISTORY})
    best_epoch: int | None = None
    waited: int = 0
    waited_schedule: int = 0
    stopped: bool = False
    run_id: str | None = None
    best_weights: list[np.ndarray] = field(default_factory=list, repr=False)

    def finish_epoch(self, **values: Any) -> None:
        """Append an epoch to the history and begin the next; the same values have to be given each time."""
        self.epoch += 1
        for name, value in {"epoch": self.epoch, **values}.items():
            self.history.setdefault(name, []).append(value)
        self.batch, self.loss_sum, self.images_in_epoch, self.seconds_in_epoch = 0, 0.0, 0, 0.0

    def as_dict(self) -> dict[str, Any]:
        """Give all but the weights, for JSON."""
        content = asdict(self)
        del content["best_weights"]
        return content
