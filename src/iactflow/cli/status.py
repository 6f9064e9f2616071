"""The command ``iactflow status``."""

from typing import TYPE_CHECKING, Any

import click

from iactflow.cli.cluster import environment_option, experiment_option
from iactflow.cli.common import verb

if TYPE_CHECKING:
    from iactflow.cluster.client import Client


@click.argument("pipeline")
@environment_option
@experiment_option
@click.option(
    "--runs", "count", type=click.IntRange(1, 100), default=5, show_default=True, help="How many runs to list."
)
@click.option("--cost", is_flag=True, help="Say what each run cost, in hours of its steps and of GPUs.")
@verb
def status_command(
    pipeline: str, environment: str, experiment: str | None, count: int, cost: bool, dry_run: bool
) -> str | None:
    """Say how PIPELINE fares on Kubeflow: its schedule, its last runs and the steps of the newest one.

    The last line is the newest run's page.
    """
    from iactflow.cluster.environment import read_environment
    from iactflow.pipelines import require_known

    require_known(pipeline)
    cluster = read_environment(environment)
    if dry_run:
        return None

    from iactflow.cluster.client import Client
    from iactflow.cluster.schedule import cron_of

    client = Client(cluster)
    group = client.find_experiment(experiment or pipeline)
    if group is None:
        return f"{pipeline} has never been submitted to experiment {experiment or pipeline}"
    schedules = [
        f"{cron_of(found)} ({found.mode.lower()})" for found in client.schedules(pipeline, group.experiment_id)
    ]
    click.echo(f"schedule: {', '.join(schedules) or 'none'}")
    runs = client.runs(group.experiment_id, count)
    for run in runs:
        spent = f"  {_cost(client, run)}" if cost else ""
        click.echo(
            f"{run.created_at:%Y-%m-%d %H:%M}  {str(run.state or 'PENDING').lower():<10} {run.display_name}{spent}"
        )
    if not runs:
        return "no runs yet"
    _show_steps(client, runs[0])
    return client.run_url(runs[0].run_id)


def _show_steps(client: "Client", newest: Any) -> None:
    from iactflow.cluster.apply import step_names
    from iactflow.cluster.follow import steps_of

    # a list of runs does not always bring their details
    run = client.run(newest.run_id)
    for step in steps_of(run, step_names(client.spec_of(run))):
        click.echo(step.line())


def _cost(client: "Client", run: Any) -> str:
    from iactflow.cluster.expense import cost_of

    spent = cost_of(client.run(run.run_id), client.spec_of(run))
    return f"{spent.hours:.2f} h, {spent.gpu_hours:.2f} GPU h"


command = status_command
