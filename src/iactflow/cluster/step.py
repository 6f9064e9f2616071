"""How a component fails: in one sentence, with the exit code that tells what kind of failure it was."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iactflow.errors import ConfigError, IactflowError, InputError

#: Environment variable with the path that a failing step writes its error to, for the process that started it.
FAILURE_FILE = "IACTFLOW_FAILURE_FILE"

_BY_EXIT_CODE = {error.exit_code: error for error in (IactflowError, ConfigError, InputError)}


@contextmanager
def step() -> Iterator[None]:
    """Run the body of a component; an `IactflowError` ends the process with its message and exit code."""
    try:
        yield
    except IactflowError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        if FAILURE_FILE in os.environ:
            Path(os.environ[FAILURE_FILE]).write_text(json.dumps({"code": error.exit_code, "message": str(error)}))
        sys.exit(error.exit_code)


def raise_failure(path: Path) -> None:
    """Raise what a step wrote to its `FAILURE_FILE`; do nothing if it wrote nothing."""
    if path.exists():
        failure = json.loads(path.read_text())
        raise _BY_EXIT_CODE[failure["code"]](failure["message"])
