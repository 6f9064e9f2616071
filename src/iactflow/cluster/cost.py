"""What steps and runs cost: hours of the step, and of the GPUs that it held."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from iactflow.cluster.recorded import recorded

#: Metrics of a step's run in MLflow; those of the whole pipeline have the same names in the run above.
HOURS, GPU_HOURS = "cost_hours", "cost_gpu_hours"


class Cost(NamedTuple):
    """Hours that something took, and GPU hours that it held."""

    hours: float
    gpu_hours: float


def visible_gpus(devices: Path = Path("/dev")) -> int:
    """Count the NVIDIA GPUs that this container was given; the device plugin shows it no others."""
    return sum(1 for device in devices.glob("nvidia[0-9]*"))


def log_cost(run_id: str, seconds: float) -> None:
    """Record in MLflow what one attempt at a step cost; a server that cannot be reached costs a line, not the step.

    Parameters
    ----------
    run_id : str
        The step's run.
    seconds : float
        Duration of the attempt.

    Notes
    -----
    Kubeflow gives all attempts the same run: the number of the attempt is the metric's step.
    """
    hours = seconds / 3600
    try:
        from mlflow import MlflowClient

        client, attempt = MlflowClient(), int(os.environ.get("KFP_RETRY_INDEX") or 0)
        client.log_metric(run_id, HOURS, hours, step=attempt)
        client.log_metric(run_id, GPU_HOURS, hours * visible_gpus(), step=attempt)
    except Exception as error:  # MLflow's stores raise errors of many libraries
        print(f"warning: the cost of this step is not in MLflow ({error}).", file=sys.stderr)


def log_total_cost(kubeflow_run_id: str) -> Cost | None:
    """Add up what the steps of a pipeline's run cost and record it in the run's own MLflow run.

    Parameters
    ----------
    kubeflow_run_id : str
        As Kubeflow's MLflow plugin tags the run that it opens for a pipeline's run.

    Returns
    -------
    Cost or None
        The sum over all attempts at all steps; None if MLflow has no such run.

    Raises
    ------
    mlflow.exceptions.MlflowException
        If the server cannot be reached.
    """
    from mlflow import MlflowClient

    client = MlflowClient()
    found = recorded(client, kubeflow_run_id)
    if found is None:
        return None

    def add_up(name: str) -> float:
        return sum(entry.value for step in found.steps for entry in client.get_metric_history(step.info.run_id, name))

    cost = Cost(add_up(HOURS), add_up(GPU_HOURS))
    client.log_metric(found.whole.info.run_id, HOURS, cost.hours)
    client.log_metric(found.whole.info.run_id, GPU_HOURS, cost.gpu_hours)
    return cost
