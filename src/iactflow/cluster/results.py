"""The numbers of a run, from MLflow: Kubeflow's API hands out none."""

import os

from iactflow.cluster.recorded import recorded


def metrics_of(kubeflow_run_id: str) -> dict[str, str]:
    """Fetch the metrics that the steps of a run logged.

    Parameters
    ----------
    kubeflow_run_id : str
        Kubeflow's identifier of the run.

    Returns
    -------
    dict
        Metrics by name, written for people; a sentence where MLflow cannot be asked. A run is not failed by it.
    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return {"metrics": "in the run's page; set MLFLOW_TRACKING_URI to see them here"}
    try:
        found = _metrics(kubeflow_run_id)
    except Exception as error:  # MLflow's stores raise errors of many libraries
        return {"metrics": f"in the run's page; MLflow cannot be asked ({type(error).__name__}: {str(error)[:200]})"}
    if not found:
        return {"metrics": "MLflow has none of this run"}
    return {name: f"{value:.5g}" for name, value in sorted(found.items())}


def _metrics(kubeflow_run_id: str) -> dict[str, float]:
    """Collect the metrics of the run that Kubeflow's plugin opened, and of its steps' runs below it."""
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    from mlflow import MlflowClient

    found = recorded(MlflowClient(), kubeflow_run_id)
    if found is None:
        return {}
    metrics = dict(found.whole.data.metrics)
    for step in found.steps:
        metrics |= {f"{step.info.run_name}: {name}": value for name, value in step.data.metrics.items()}
    return metrics
