"""What everything that estimates shower properties has in common: a network's bundle, a random forest."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from iactflow.data.store import Store


@dataclass(frozen=True)
class Cost:
    """What a predictor costs, measured on the predictor itself.

    Attributes
    ----------
    parameters : int or None
        Number of fitted values: weights of a network, nodes of a forest. None where it cannot be counted.
    flops_per_event : float or None
        Floating-point operations of one prediction; one multiplication with its addition counts as two.
    train_seconds : float or None
        Wall-clock time of the fit, over all resumed parts of it.
    train_images : int or None
        Images presented during the fit, counting each presentation.
    ms_per_event : float
        Wall-clock time of a prediction divided by its events, in ms, input from memory.
    n_events_timed : int
        Events behind `ms_per_event`.
    device : str
        Where this was measured, with the number of cores of a CPU.
    batch_size : int
        Events that were predicted together.
    bytes_on_disk : int or None
        Size of what has to be kept to predict.
    """

    parameters: int | None
    flops_per_event: float | None
    train_seconds: float | None
    train_images: int | None
    ms_per_event: float
    n_events_timed: int
    device: str
    batch_size: int
    bytes_on_disk: int | None

    def as_dict(self) -> dict[str, Any]:
        """Give the fields as a mapping for JSON."""
        return asdict(self)


@runtime_checkable
class Predictor(Protocol):
    """Something that estimates physical quantities of the images of a store.

    Attributes
    ----------
    name : str
        How pages call it.
    tasks : list of str
        Names of its tasks.
    info : dict
        What a result records of it; holds only what JSON can hold.
    """

    name: str
    tasks: list[str]
    info: dict[str, Any]

    def predict(self, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Estimate physical quantities.

        Parameters
        ----------
        store : Store
            Images of the camera that the predictor was fitted on.
        rows : ndarray of int, shape (n,) or (n, k)
            Row numbers; for predictors of array events those of each event's images, see `iactflow.data.array`.

        Returns
        -------
        dict of ndarray
            float64 of shape (n,) by quantity: ``gammaness`` from 0 to 1, ``energy`` in TeV, ``cam_x`` and ``cam_y`` in
            m, ``fov_lon`` and ``fov_lat`` in deg, as far as the tasks go (`iactflow.models.tasks`).
        """
        ...

    def cost(self) -> Cost:
        """Tell what a prediction costs, as it was measured."""
        ...
