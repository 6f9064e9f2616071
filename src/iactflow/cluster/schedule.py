"""Recurring runs: one per pipeline and experiment, always of the newest version."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from iactflow.cluster.client import Client
from iactflow.cluster.cron import Cron
from iactflow.cluster.submit import Package, upload
from iactflow.errors import ConfigError


class Schedule(NamedTuple):
    """A recurring run on the server.

    Attributes
    ----------
    found : kfp_server_api.V2beta1RecurringRun
        As the server has it.
    state : {"new", "changed", "unchanged"}
        What this call did.
    """

    found: Any
    state: str


def check_time_zone(wanted: str | None, kept: str) -> ZoneInfo:
    """Give the time zone in which a schedule is meant.

    Parameters
    ----------
    wanted : str or None
        Asked for, such as ``Europe/Berlin``; None takes the cluster's.
    kept : str
        Zone of the cluster's controller: Kubeflow 2.17 has one for all schedules and none per schedule.

    Raises
    ------
    ConfigError
        If the zone is unknown or not the controller's: the runs would start at other times than meant.
    """
    name = wanted or kept
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"--time-zone must be a name such as Europe/Berlin or UTC. Received: {name}.") from error
    if name != kept:
        raise ConfigError(
            f"--time-zone must be {kept}: Kubeflow reads all schedules of a cluster in one zone, that of its "
            f"controller's CRON_SCHEDULE_TIMEZONE. Received: {name}. Write CRON in {kept}, or change the zone in the "
            "chart's values and kubeflow.time_zone in the environment."
        )
    return zone


def next_times(cron: Cron, zone: ZoneInfo, now: datetime | None = None, count: int = 3) -> list[datetime]:
    """Give the next times that a schedule starts a run.

    Raises
    ------
    ConfigError
        If it never does.
    """
    return list(islice(cron.following((now or datetime.now(UTC)).astimezone(zone)), count))


def schedule(client: Client, package: Package, experiment: str, cron: str, arguments: Mapping[str, Any]) -> Schedule:
    """Make a pipeline run by itself; calling it again changes the schedule and never makes two.

    Parameters
    ----------
    client : Client
        The server.
    package : Package
        The compiled pipeline; uploaded if the newest version is another one.
    experiment : str
        Name of the experiment.
    cron : str
        Six fields.
    arguments : mapping
        Values of parameters; the others keep the defaults of the version that runs.

    Returns
    -------
    Schedule
        Runs are not made up for, and one waits for the one before.
    """
    import kfp_server_api as api

    version = upload(client, package).found
    group = client.experiment(experiment)
    wanted = api.V2beta1RecurringRun(
        display_name=package.name,
        experiment_id=group.experiment_id,
        # without the version's id, each run takes the version that is the newest when it starts
        pipeline_version_reference=api.V2beta1PipelineVersionReference(pipeline_id=version.pipeline_id),
        runtime_config=api.V2beta1RuntimeConfig(parameters=dict(arguments)),
        trigger=api.V2beta1Trigger(cron_schedule=api.V2beta1CronSchedule(cron=cron)),
        max_concurrency="1",
        no_catchup=True,
        mode="ENABLE",
    )
    before = client.schedules(package.name, group.experiment_id)
    same = [found for found in before if _content(found) == _content(wanted)]
    keep = same[0] if same else client.create_schedule(wanted)
    # the API cannot change a recurring run; the old ones go once the new one is there, so that none is ever missing
    for found in before:
        if found.recurring_run_id != keep.recurring_run_id:
            client.delete_schedule(found.recurring_run_id)
    state = "new" if not before else "unchanged" if same and len(before) == 1 else "changed"
    return Schedule(keep, state)


def unschedule(client: Client, pipeline: str, experiment: str) -> list[str]:
    """Remove the recurring runs of a pipeline, and give their schedules; runs that they started stay."""
    group = client.find_experiment(experiment)
    removed: list[str] = []
    if group is None:
        return removed
    for found in client.schedules(pipeline, group.experiment_id):
        client.delete_schedule(found.recurring_run_id)
        removed.append(cron_of(found))
    return removed


def cron_of(recurring_run: Any) -> str:
    """Give the cron fields of a recurring run; one that people made in the dashboard may have a period instead."""
    trigger = recurring_run.trigger
    if trigger is None or trigger.cron_schedule is None:
        return "no cron"
    return str(trigger.cron_schedule.cron)


def _content(recurring_run: Any) -> tuple[Any, ...]:
    """Give what makes two recurring runs the same."""
    reference, runtime = recurring_run.pipeline_version_reference, recurring_run.runtime_config
    return (
        cron_of(recurring_run),
        (reference.pipeline_id, reference.pipeline_version_id or None) if reference else None,
        (runtime.parameters or {}) if runtime else {},
        str(recurring_run.max_concurrency),
        bool(recurring_run.no_catchup),
        recurring_run.mode,
    )
