"""MLflow tracking: one run for one piece of work, adopted when something else has opened it."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from iactflow.outbox import Outbox
from iactflow.redact import redact

#: Database and artifacts of runs where no MLFLOW_TRACKING_URI is set; MLflow 3 no longer takes a plain folder.
LOCAL_FOLDER = Path("runs")
EXPERIMENT = "iactflow"
#: File beside a result that holds what MLflow could not be told.
OUTBOX = "mlflow-outbox.json"

#: MLflow's own defaults wait minutes for a server that cannot be reached and report each table of a new database.
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}
#: A server that is away is asked again after this many seconds, or this many times what asking took: at most one part
#: in twenty of the work's time is spent on it.
_PAUSE_S, _PAUSE_FACTOR = 30.0, 20.0
#: HTTP status of what MLflow will refuse for ever.
_REFUSED = 400


class Tracker:
    """A run in MLflow; work goes on if MLflow cannot be reached, and what it was not told is sent later.

    Parameters
    ----------
    name : str
        Name of a new run.
    tags : mapping of str
        Tags of the run.
    run_id : str or None
        Run of an earlier, interrupted attempt at the same work.
    outbox : pathlib.Path or None
        File that keeps entries while MLflow is away, and what an earlier attempt left there is sent first; None keeps
        them in memory, where they end with the process.

    Notes
    -----
    A run named by ``MLFLOW_RUN_ID`` is adopted and left open for whoever opened it; otherwise the run of an earlier
    attempt goes on; otherwise one is made. ``MLFLOW_TRACKING_URI`` and ``MLFLOW_EXPERIMENT_NAME`` are respected.
    Entries carry the time at which they were made, so that one sent late, or twice, is the same entry.
    """

    def __init__(
        self, name: str, tags: Mapping[str, str], run_id: str | None = None, outbox: Path | None = None
    ) -> None:
        injected = os.environ.get("MLFLOW_RUN_ID")
        waiting = Outbox.open(outbox)
        waiting.run = {
            "name": name,
            "tags": dict(tags),
            "uri": tracking_uri(),
            "experiment": os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT),
            "run_id": injected or run_id or waiting.run.get("run_id"),
            "owned": injected is None,
        }
        # an attempt that failed while MLflow was away is not the end of the work
        waiting.entries = [entry for entry in waiting.entries if entry["kind"] != "end"]
        self._begin(waiting)
        self.contact()

    @classmethod
    def of_outbox(cls, path: Path) -> Self:
        """Take up a run that ended before MLflow had been told all; ``MLFLOW_TRACKING_URI`` may name another server."""
        tracker = cls.__new__(cls)
        waiting = Outbox.open(path)
        waiting.run["uri"] = os.environ.get("MLFLOW_TRACKING_URI") or waiting.run["uri"]
        tracker._begin(waiting)
        return tracker

    def _begin(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._client: Any = None
        self._away = False
        self._next = 0.0

    @property
    def run_id(self) -> str | None:
        """The run, None as long as MLflow has not been reached."""
        found = self._outbox.run["run_id"]
        return None if found is None else str(found)

    @property
    def uri(self) -> str:
        """Where runs are recorded."""
        return str(self._outbox.run["uri"])

    @property
    def active(self) -> bool:
        """Whether MLflow knows all that it was to be told."""
        return not self._away

    def describe(self) -> dict[str, str | None]:
        """Tell where the run is; the run is None if MLflow was never reached."""
        return {"tracking_uri": redact(self.uri), "experiment": self._outbox.run["experiment"], "run_id": self.run_id}

    def params(self, values: Mapping[str, Any]) -> None:
        """Record the configuration, nested keys joined by dots."""
        self._tell(kind="params", values={key: redact(str(value)) for key, value in flat(values).items()})

    def metrics(self, values: Mapping[str, float | None], step: int) -> None:
        """Record numbers at a step; those that are None are left out."""
        known = {key: float(value) for key, value in values.items() if value is not None}
        self._tell(kind="metrics", values=known, step=step, time=int(time.time() * 1000))

    def artifact(self, path: Path) -> None:
        """Keep a small file with the run; one that is to be sent late has to lie beside the outbox."""
        self._tell(kind="artifact", path=str(path.absolute()))

    def finish(self, *, failed: bool = False) -> None:
        """Close the run, unless something else opened it, and try a last time to tell MLflow what waits."""
        if self._outbox.run["owned"]:
            self._outbox.entries.append({"kind": "end", "failed": failed, "time": int(time.time() * 1000)})
        if not self.contact() and self._outbox.path is not None:
            print(
                f"warning: MLflow at {redact(self.uri)} did not come back. Once it answers, iactflow upload "
                f"{self._outbox.path.parent} sends what {self._outbox.path.name} keeps.",
                file=sys.stderr,
            )

    def contact(self) -> bool:
        """Tell MLflow what waits, now; give whether it knows all."""
        begin = time.monotonic()
        try:
            if self._client is None:
                self._client = self._open()
            self._outbox.deliver(self._deliver)
        except Exception as error:  # MLflow's stores raise errors of many libraries
            self._outbox.save()
            self._next = time.monotonic() + max(_PAUSE_S, _PAUSE_FACTOR * (time.monotonic() - begin))
            self._warn(error)
            return False
        self._outbox.save()
        if self._away:
            print(f"MLflow at {redact(self.uri)} answers again and knows all.", file=sys.stderr)
        self._away = False
        return True

    def _tell(self, **entry: Any) -> None:
        self._outbox.entries.append(entry)
        if self._away and time.monotonic() < self._next:
            self._outbox.save()
        else:
            self.contact()

    def _open(self) -> Any:
        run = self._outbox.run
        client = connect(self.uri)
        if run["run_id"] is not None and run["owned"] and not has_run(client, run["run_id"]):
            run["run_id"] = None  # the earlier attempt was recorded in another place
        if run["run_id"] is None:
            experiment = experiment_id(client, run["experiment"], self.uri)
            run["run_id"] = client.create_run(experiment, run_name=run["name"]).info.run_id
        elif run["owned"]:
            client.update_run(run["run_id"], status="RUNNING")
        for key, value in run["tags"].items():
            client.set_tag(run["run_id"], key, value)
        return client

    def _deliver(self, entry: dict[str, Any]) -> None:
        """Tell MLflow one entry; what it refuses for ever is said and left out, so that the rest gets through."""
        from mlflow.exceptions import MlflowException

        try:
            _tell_mlflow(self._client, str(self.run_id), entry, self._outbox.path)
        except MlflowException as error:
            if error.get_http_status_code() != _REFUSED:
                raise
            told = f"MLflow at {redact(self.uri)} refuses {entry['kind']} ({_first_line(error)})"
            print(f"warning: {told}.", file=sys.stderr)

    def _warn(self, error: Exception) -> None:
        if self._away:
            return
        self._away = True
        kept = "in memory" if self._outbox.path is None else f"in {self._outbox.path}"
        print(
            f"warning: MLflow at {redact(self.uri)} cannot be used ({_first_line(error)}). The work goes on; what "
            f"MLflow is not told is kept {kept} and sent when it answers.",
            file=sys.stderr,
        )


def _tell_mlflow(client: Any, run_id: str, entry: dict[str, Any], outbox: Path | None) -> None:
    from mlflow.entities import Metric, Param

    kind = entry["kind"]
    if kind == "params":
        client.log_batch(run_id, params=[Param(key, value) for key, value in entry["values"].items()])
    elif kind == "metrics":
        metrics = [Metric(key, value, entry["time"], entry["step"]) for key, value in entry["values"].items()]
        client.log_batch(run_id, metrics=metrics)
    elif kind == "artifact":
        path = Path(entry["path"])
        # the folder may have moved since
        client.log_artifact(run_id, str(path if path.exists() or outbox is None else outbox.parent / path.name))
    else:
        client.set_terminated(run_id, "FAILED" if entry["failed"] else "FINISHED", end_time=entry["time"])


def connect(uri: str) -> Any:
    """Open MLflow's client for a server or database, with time limits that suit work that goes on without it."""
    for key, value in _SETTINGS.items():
        os.environ.setdefault(key, value)
    from mlflow import MlflowClient

    if uri.startswith("sqlite:///"):
        Path(uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return MlflowClient(tracking_uri=uri, registry_uri=os.environ.get("MLFLOW_REGISTRY_URI") or uri)


def has_run(client: Any, run_id: str) -> bool:
    """Tell whether MLflow knows a run."""
    from mlflow.exceptions import MlflowException

    try:
        client.get_run(run_id)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return False
    return True


def experiment_id(client: Any, name: str, uri: str) -> str:
    """Give the experiment of a name, made if there is none; a local database keeps its artifacts beside it."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    place = None
    if uri.startswith("sqlite:///"):
        place = (Path(uri.removeprefix("sqlite:///")).parent / "mlflow-artifacts").resolve().as_uri()
    return str(client.create_experiment(name, artifact_location=place))


def _first_line(error: Exception) -> str:
    return redact((str(error).strip().splitlines() or [type(error).__name__])[0])[:200]


def tracking_uri() -> str:
    """Name the MLflow that counts here: ``MLFLOW_TRACKING_URI``, or the database in `LOCAL_FOLDER`."""
    return os.environ.get("MLFLOW_TRACKING_URI") or default_tracking_uri()


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
