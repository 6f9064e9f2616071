"""How a component fails: in one sentence, with the exit code that tells what kind of failure it was."""

import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iactflow.cluster.cost import log_cost
from iactflow.errors import BY_EXIT_CODE, ConfigError, IactflowError, InputError
from iactflow.redact import redact

#: Environment variable with the path that a failing step writes its error to, for the process that started it.
FAILURE_FILE = "IACTFLOW_FAILURE_FILE"

#: Environment variable with the number of the process that runs a pipeline on this machine.
RUN_PROCESS = "IACTFLOW_RUN_PROCESS"

#: Where Kubernetes looks for a container's last words; Argo shows them as the step's message.
TERMINATION_LOG = Path("/dev/termination-log")

#: How last words begin that another attempt would only repeat. Kubeflow's launcher turns every exit code into 1, so the
#: chart's retry expression goes by this text.
FINAL = "iactflow:final"

#: Kubernetes cuts last words off at 4096 bytes.
_LAST_WORDS = 4000


@contextmanager
def step() -> Iterator[None]:
    """Run the body of a component; an `IactflowError` ends the process with its message and exit code.

    In Kubernetes the message becomes the step's message in the dashboard, and one that another attempt would meet again
    (wrong configuration, unusable input) is marked so that there is none. What the step cost goes to MLflow.

    On a person's machine the step ends with the run that started it, as by SIGTERM, even when that was killed.
    """
    if RUN_PROCESS in os.environ:
        _end_with(int(os.environ[RUN_PROCESS]))
    begin = time.monotonic()
    # MLflow takes the variable out of the environment when it adopts the run
    mlflow_run = os.environ.get("MLFLOW_RUN_ID")
    try:
        yield
    except IactflowError as error:
        told = redact(str(error))
        print(f"error: {told}", file=sys.stderr, flush=True)
        if FAILURE_FILE in os.environ:
            Path(os.environ[FAILURE_FILE]).write_text(json.dumps({"code": error.exit_code, "message": told}))
        _tell_kubernetes(told, final=isinstance(error, ConfigError | InputError))
        sys.exit(error.exit_code)
    finally:
        if mlflow_run is not None:
            log_cost(mlflow_run, time.monotonic() - begin)


def raise_failure(path: Path) -> None:
    """Raise what a step wrote to its `FAILURE_FILE`; do nothing if it wrote nothing."""
    if path.exists():
        failure = json.loads(path.read_text())
        raise BY_EXIT_CODE[failure["code"]](failure["message"])


def _end_with(run: int) -> None:
    if not hasattr(os, "pidfd_open"):  # only Linux has it
        return
    watched = os.pidfd_open(run)

    def wait() -> None:
        select.select([watched], [], [])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def _tell_kubernetes(told: str, *, final: bool) -> None:
    if not os.access(TERMINATION_LOG, os.W_OK):
        return
    words = f"{FINAL} {told}" if final else told
    TERMINATION_LOG.write_bytes(words.encode()[:_LAST_WORDS])
