"""The command ``iactflow schedule``."""

from pathlib import Path

import click

from iactflow.cli.cluster import arguments_of, of_a_pipeline, package_of, show
from iactflow.cli.common import verb


@click.option(
    "--cron",
    required=True,
    metavar="CRON",
    help='Six fields: second, minute, hour, day of the month, month, day of the week. "0 0 3 * * 0": Sundays at 3.',
)
@click.option("--time-zone", metavar="ZONE", default=None, help="Zone that CRON is meant in. [default: the cluster's]")
@of_a_pipeline
@verb
def schedule_command(
    pipeline: str,
    cron: str,
    time_zone: str | None,
    config: Path | None,
    settings: tuple[str, ...],
    parameters: tuple[str, ...],
    environment: str,
    experiment: str | None,
    dry_run: bool,
) -> str | None:
    """Run PIPELINE on Kubeflow again and again, always its newest version.

    A run that should have started while the cluster was down is not made up for, and one waits for the one before.
    Calling it again changes the schedule. The last line is the schedule's page.
    """
    from iactflow.cluster.cron import Cron
    from iactflow.cluster.environment import read_environment
    from iactflow.cluster.schedule import check_time_zone, next_times
    from iactflow.pipelines import read_experiment

    read_experiment(pipeline, config, settings)
    cluster = read_environment(environment)
    zone = check_time_zone(time_zone, cluster.kubeflow.time_zone)
    times = [f"{time:%a %Y-%m-%d %H:%M:%S %Z}" for time in next_times(Cron.parse(cron), zone)]
    if dry_run:
        show({"next runs": ", ".join(times)})
        return None

    from iactflow.cluster.arguments import check_arguments
    from iactflow.cluster.client import Client
    from iactflow.cluster.schedule import schedule

    package = package_of(pipeline, cluster, Path("build") / f"{pipeline}-{Path(environment).stem}.yaml")
    arguments = arguments_of(config, settings, parameters)
    check_arguments(arguments, package.spec)
    client = Client(cluster)
    done = schedule(client, package, experiment or pipeline, cron, arguments)
    show(
        {"schedule": f"{cron} ({done.state})", "version": "the newest when a run starts", "next runs": ", ".join(times)}
    )
    return client.schedule_url(done.found.recurring_run_id)


command = schedule_command
