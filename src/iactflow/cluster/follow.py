"""Following a run: its steps as a live table, until it ends."""

import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

from iactflow.cluster.client import Client
from iactflow.errors import IactflowError

SUCCEEDED = "SUCCEEDED"
_ENDED = (SUCCEEDED, "FAILED", "CANCELED", "SKIPPED")
#: Seconds between two questions; Kubeflow itself learns of changes every few seconds only.
_INTERVAL = 5.0
#: Questions in a row that may go unanswered, as when a forwarded port is opened anew.
_UNANSWERED = 12


class Step(NamedTuple):
    """A step of a run.

    Attributes
    ----------
    key : str
        Its key in the compiled graph.
    name : str
        As the dashboard shows it.
    state : str
        Kubeflow's word, such as RUNNING.
    seconds : float
        Since it began, waiting for a node included; until now if it has not ended.
    """

    key: str
    name: str
    state: str
    seconds: float

    def line(self) -> str:
        """Write it as a line of a table."""
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"  {self.name:<32} {self.state.lower():<10} {f'{minutes}:{seconds:02d}' if self.seconds else '':>8}"


def steps_of(run: Any, names: Mapping[str, str], now: datetime | None = None) -> list[Step]:
    """Take the steps out of a run.

    Parameters
    ----------
    run : kfp_server_api.V2beta1Run
        The run. Its details list every node of the workflow: besides steps their drivers, executors and groups.
    names : mapping
        Names of the steps by key, in the order of the table (`iactflow.cluster.apply.step_names`).
    now : datetime.datetime, optional
        The time that running steps are counted to.

    Returns
    -------
    list of Step
        All of them; those that Kubeflow has not come to are PENDING.
    """
    details = (run.run_details.task_details or []) if run.run_details else []
    found = {detail.display_name: detail for detail in details if detail.display_name in names}
    return [
        Step(key, name, str(found[key].state or "PENDING"), _seconds(found[key], now or datetime.now(UTC)))
        if key in found
        else Step(key, name, "PENDING", 0.0)
        for key, name in names.items()
    ]


def follow(
    client: Client,
    run_id: str,
    names: Mapping[str, str],
    *,
    out: TextIO | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Any:
    """Show the steps of a run until it ends.

    Parameters
    ----------
    client : Client
        The server.
    run_id : str
        The run.
    names : mapping
        Names of its steps by key.
    out : text stream, optional
        A terminal gets a table that changes in place, anything else a line per change. Standard output if left out.
    sleep : callable
        Waits for a number of seconds.

    Returns
    -------
    kfp_server_api.V2beta1Run
        The run as it ended.

    Raises
    ------
    IactflowError
        If the server does not answer for a minute; the run goes on.
    """
    out = out or sys.stdout
    drawn, told, unanswered = 0, dict.fromkeys(names, ""), 0
    while True:
        try:
            run, unanswered = client.run(run_id), 0
        except IactflowError:
            unanswered += 1
            if unanswered >= _UNANSWERED:
                raise
            sleep(_INTERVAL)
            continue
        steps = steps_of(run, names)
        if out.isatty():
            out.write(f"\x1b[{drawn}F" if drawn else "")
            out.writelines(f"\x1b[2K{step.line()}\n" for step in steps)
            drawn = len(steps)
        else:
            out.writelines(f"{step.line()}\n" for step in steps if step.state != told[step.key])
            told = {step.key: step.state for step in steps}
        out.flush()
        if run.state in _ENDED:
            return run
        sleep(_INTERVAL)


def require_success(run: Any, names: Mapping[str, str], url: str) -> None:
    """Raise `IactflowError` with the failed steps unless a run succeeded."""
    if run.state == SUCCEEDED:
        return
    failed = [step.name for step in steps_of(run, names) if step.state == "FAILED"]
    which = f": {', '.join(failed)} failed" if failed else ""
    raise IactflowError(f"The run ended {str(run.state).lower()}{which}. The step's message and logs stand in {url}")


def _seconds(detail: Any, now: datetime) -> float:
    begin, end = detail.start_time, detail.end_time
    if begin is None or begin.year <= 1970:  # what Kubeflow writes where there is no time: year 1, or 1970
        return 0.0
    return float(((end if end is not None and end.year > 1970 else now) - begin).total_seconds())
