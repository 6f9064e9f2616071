"""What a run cost, as Kubeflow's own times tell: interrupted attempts and waiting included."""

from typing import Any

from iactflow.cluster.apply import step_gpus, step_names
from iactflow.cluster.cost import Cost
from iactflow.cluster.follow import steps_of

_SECONDS = 3600


def cost_of(run: Any, spec: dict[str, Any]) -> Cost:
    """Add up hours and GPU hours of a run's steps.

    Parameters
    ----------
    run : kfp_server_api.V2beta1Run
        The run.
    spec : dict
        The pipeline that it ran, with the GPUs of each step.

    Returns
    -------
    Cost
        A step counts from its first start to its end: retries and the time that it waited for a node are in it, so it
        is an upper bound. What the steps themselves measured stands in MLflow.
    """
    gpus = step_gpus(spec)
    hours = gpu_hours = 0.0
    for step in steps_of(run, step_names(spec)):
        hours += step.seconds / _SECONDS
        gpu_hours += step.seconds / _SECONDS * gpus[step.key]
    return Cost(hours, gpu_hours)
