"""Distances of columns by Evidently, which also draws its own page of them."""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Evidently's name of the distance: Wasserstein's, over the standard deviation of the reference.
METHOD = "wasserstein"
#: Variable that keeps Evidently's telemetry from sending anything; read when it is imported.
_NO_TELEMETRY = "DO_NOT_TRACK"


@dataclass(frozen=True)
class Measured:
    """Distances by column, and Evidently's snapshot of them."""

    distances: dict[str, float]
    snapshot: Any

    def html(self) -> str:
        """Give Evidently's page, one self-contained HTML text."""
        return str(self.snapshot.get_html_str(as_iframe=False))


def measure(
    reference: Mapping[str, np.ndarray], current: Mapping[str, np.ndarray], thresholds: Mapping[str, float]
) -> Measured:
    """Let Evidently compare columns.

    Parameters
    ----------
    reference, current : mapping of ndarray
        Values of each side by column, (n,) and (m,); NaN does not count.
    thresholds : mapping of float
        Distance from which on a column has drifted; says which columns are compared.

    Returns
    -------
    Measured
    """
    os.environ[_NO_TELEMETRY] = "1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside of Evidently and what it imports
        import pandas as pd
        from evidently import DataDefinition, Dataset, Report
        from evidently.metrics import ValueDrift

        definition = DataDefinition(numerical_columns=list(thresholds))
        frames = [pd.DataFrame({name: side[name] for name in thresholds}) for side in (current, reference)]
        metrics = [ValueDrift(column=name, method=METHOD, threshold=limit) for name, limit in thresholds.items()]
        snapshot = Report(metrics).run(*(Dataset.from_pandas(frame, definition) for frame in frames))
    found = {metric["config"]["column"]: float(metric["value"]) for metric in snapshot.dict()["metrics"]}
    return Measured(found, snapshot)
