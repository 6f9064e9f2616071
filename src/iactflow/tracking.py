"""MLflow tracking: one run for one piece of work, adopted when something else has opened it."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

#: Database and artifacts of runs where no MLFLOW_TRACKING_URI is set; MLflow 3 no longer takes a plain folder.
LOCAL_FOLDER = Path("runs")
EXPERIMENT = "iactflow"

#: MLflow's own defaults wait minutes for a server that cannot be reached and report each table of a new database.
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}


class Tracker:
    """A run in MLflow; work goes on if MLflow cannot be reached.

    Parameters
    ----------
    run_id : str or None
        Run of an earlier, interrupted attempt at the same work.
    name : str
        Name of a new run.
    tags : mapping of str
        Tags of the run.

    Notes
    -----
    A run named by ``MLFLOW_RUN_ID`` is adopted and left open for whoever opened it; otherwise the run of an earlier
    attempt goes on; otherwise one is made. ``MLFLOW_TRACKING_URI`` and ``MLFLOW_EXPERIMENT_NAME`` are respected.
    """

    def __init__(self, name: str, tags: Mapping[str, str], run_id: str | None = None) -> None:
        injected = os.environ.get("MLFLOW_RUN_ID")
        for key, value in _SETTINGS.items():
            os.environ.setdefault(key, value)
        self.uri = os.environ.get("MLFLOW_TRACKING_URI") or default_tracking_uri()
        self.experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        self.run_id = injected or run_id
        self._owned = injected is None
        self._client: Any = None
        self._reachable = True
        self._try(lambda: self._open(name, tags))

    @property
    def active(self) -> bool:
        """Whether something is recorded."""
        return self._reachable

    def describe(self) -> dict[str, str | None]:
        """Tell where the run is; the run is None if MLflow was never reached."""
        return {"tracking_uri": self.uri, "experiment": self.experiment, "run_id": self.run_id}

    def params(self, values: Mapping[str, Any]) -> None:
        """Record the configuration, nested keys joined by dots."""
        from mlflow.entities import Param

        entries = [Param(key, str(value)) for key, value in flat(values).items()]
        self._try(lambda: self._client.log_batch(self.run_id, params=entries))

    def metrics(self, values: Mapping[str, float | None], step: int) -> None:
        """Record numbers at a step; those that are None are left out."""
        import time

        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        entries = [Metric(key, float(value), now, step) for key, value in values.items() if value is not None]
        self._try(lambda: self._client.log_batch(self.run_id, metrics=entries))

    def artifact(self, path: Path) -> None:
        """Keep a small file with the run."""
        self._try(lambda: self._client.log_artifact(self.run_id, str(path)))

    def finish(self, *, failed: bool = False) -> None:
        """Close the run, unless something else opened it."""
        if self._owned:
            self._try(lambda: self._client.set_terminated(self.run_id, "FAILED" if failed else "FINISHED"))

    def _open(self, name: str, tags: Mapping[str, str]) -> None:
        if self.uri.startswith("sqlite:///"):
            Path(self.uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        self._client = MlflowClient(tracking_uri=self.uri)
        if self.run_id is not None:
            try:
                self._client.get_run(self.run_id)
            except MlflowException:
                if not self._owned:
                    raise
                self.run_id = None  # the earlier attempt was recorded in another place
        if self.run_id is None:
            self.run_id = self._client.create_run(self._experiment_id(), run_name=name).info.run_id
        elif self._owned:
            self._client.update_run(self.run_id, status="RUNNING")
        for key, value in tags.items():
            self._client.set_tag(self.run_id, key, value)

    def _experiment_id(self) -> str:
        found = self._client.get_experiment_by_name(self.experiment)
        if found is not None:
            return str(found.experiment_id)
        place = None
        if self.uri.startswith("sqlite:///"):
            place = (Path(self.uri.removeprefix("sqlite:///")).parent / "mlflow-artifacts").resolve().as_uri()
        return str(self._client.create_experiment(self.experiment, artifact_location=place))

    def _try(self, call: Callable[[], Any]) -> None:
        """Do something in MLflow; after a first failure say so once and do nothing any more."""
        if not self._reachable:
            return
        try:
            call()
        except Exception as error:  # MLflow's stores raise errors of many libraries
            self._reachable = False
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            print(
                f"warning: MLflow at {self.uri} cannot be used ({reason[:200]}). The work goes on; its numbers are "
                "kept beside its result only.",
                file=sys.stderr,
            )


def default_tracking_uri(folder: Path | str = LOCAL_FOLDER) -> str:
    """Name the local database of runs in a folder."""
    return f"sqlite:///{(Path(folder) / 'mlflow.db').resolve()}"


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Join the keys of nested mappings by dots."""
    result: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            result |= flat(value, f"{prefix}{key}.")
        else:
            result[f"{prefix}{key}"] = value
    return result
