"""How MLflow opens a registered model: as a function from raw pixels to physical quantities."""

from typing import Any

import numpy as np

from iactflow.models.bundle import Bundle
from iactflow.models.tasks import tasks_named


class Served:
    """A bundle with the method that MLflow calls.

    Parameters
    ----------
    bundle : Bundle
        The model.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> dict[str, np.ndarray]:
        """Estimate physical quantities.

        Parameters
        ----------
        model_input : mapping of ndarray, shape (n, ...)
            Pixels by the names of the model's inputs, as its signature has them.
        params : dict or None
            There are none; MLflow hands them over.

        Returns
        -------
        dict of ndarray, shape (n,)
            By quantity, in the units of the model card.
        """
        pixels = {name: np.asarray(model_input[name], np.float32) for name in self._bundle.info["inputs"]}
        found = self._bundle.model.predict_on_batch(pixels)
        quantities = [name for task in tasks_named(self._bundle.tasks) for name in task.quantities]
        return {name: np.asarray(found[name]) for name in quantities}


def _load_pyfunc(path: str) -> Served:
    """Open the bundle of a registered model; MLflow looks for this name."""
    return Served(Bundle.load(path))
