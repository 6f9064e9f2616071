"""Where Kubeflow's MLflow plugin puts the runs of a pipeline: one for the whole, one below it for each step."""

from typing import Any, NamedTuple


class Recorded(NamedTuple):
    """A pipeline's run in MLflow, and those of its steps."""

    whole: Any
    steps: list[Any]


def recorded(client: Any, kubeflow_run_id: str) -> Recorded | None:
    """Find the MLflow runs of a Kubeflow run.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The tracking server.
    kubeflow_run_id : str
        Kubeflow's identifier, which the plugin writes to the tag ``kfp.pipeline_run_id``.

    Returns
    -------
    Recorded or None
        None if there is no such run.
    """
    everywhere = [experiment.experiment_id for experiment in client.search_experiments()]
    found = client.search_runs(everywhere, f"tags.`kfp.pipeline_run_id` = '{kubeflow_run_id}'")
    whole = next((run for run in found if "mlflow.parentRunId" not in run.data.tags), None)
    if whole is None:
        return None
    steps = client.search_runs([whole.info.experiment_id], f"tags.`mlflow.parentRunId` = '{whole.info.run_id}'")
    return Recorded(whole, list(steps))
