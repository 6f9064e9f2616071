"""The account that ends a run on a cluster."""

from collections.abc import Iterable
from datetime import UTC, datetime

import yaml

from iactflow.cluster.cost import log_total_cost
from iactflow.config import apply_settings, parse_yaml
from iactflow.errors import ConfigError


def summary_of(
    state: str,
    message: str,
    config: str,
    settings: Iterable[str],
    *,
    run_id: str,
    started: str,
    now: datetime | None = None,
) -> str:
    """Write how a run ended, as Markdown.

    Parameters
    ----------
    state : str
        SUCCEEDED, FAILED or CANCELED, as Kubeflow says.
    message : str
        What Kubeflow says about a failure; it may be empty.
    config : str
        Experiment file as YAML text, right or wrong: a run that failed by it is summarised too.
    settings : iterable of str
        Changes to it as KEY=VALUE.
    run_id : str
        Kubeflow's identifier of the run.
    started : str
        When it was created, as Kubeflow writes it (``2026-11-22T03:00:00Z``).
    now : datetime.datetime, optional
        The time that counts as its end.

    Returns
    -------
    str
        State, duration, cost and experiment.
    """
    lines = [f"# Run {state.lower()}", "", "| | |", "| --- | --- |", f"| run | {run_id} |", f"| started | {started} |"]
    lines += [f"| duration | {_duration(started, now or datetime.now(UTC))} |", f"| cost | {_cost(run_id)} |"]
    if message:
        lines += ["", "## What went wrong", "", "```", message.strip(), "```"]
    elif state != "SUCCEEDED":
        lines += ["", "The step that failed is marked in the graph; its message and its logs say why."]
    lines += ["", "## Experiment", "", "```yaml", _experiment(config, settings), "```"]
    return "\n".join(lines) + "\n"


def _duration(started: str, end: datetime) -> str:
    try:
        begin = datetime.fromisoformat(started)
    except ValueError:
        return "unknown"
    if begin.tzinfo is None:
        begin = begin.replace(tzinfo=UTC)
    minutes, seconds = divmod(round((end - begin).total_seconds()), 60)
    return f"{minutes // 60} h {minutes % 60} min {seconds} s"


def _cost(run_id: str) -> str:
    try:
        cost = log_total_cost(run_id)
    except Exception as error:  # MLflow's stores raise errors of many libraries, and a summary must not fail
        return f"unknown, MLflow cannot be asked ({type(error).__name__})"
    if cost is None:
        return "unknown, MLflow has no run of it"
    return f"{cost.hours:.2f} hours of steps, {cost.gpu_hours:.2f} GPU hours"


def _experiment(config: str, settings: Iterable[str]) -> str:
    """Lay the settings over the experiment; one that cannot be read is shown as it is."""
    settings = list(settings)
    try:
        content = apply_settings(parse_yaml(config, "the pipeline's parameter config"), settings)
    except ConfigError:
        return "\n".join([config.strip(), *(f"# --set {setting}" for setting in settings)])
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True).strip()
