"""What a finished training tells."""

import math
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TrainSummary:
    """Result of ``iactflow train``.

    Attributes
    ----------
    path : pathlib.Path
        The model bundle.
    values : dict
        Losses of the epoch that was kept and cost, by name.
    """

    path: Path
    values: dict[str, float | None]

    def finite(self) -> dict[str, float]:
        """Give the numbers that are finite, as Kubeflow's metrics want them."""
        return {name: value for name, value in self.values.items() if value is not None and math.isfinite(value)}
