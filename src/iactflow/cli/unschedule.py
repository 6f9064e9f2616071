"""The command ``iactflow unschedule``."""

import click

from iactflow.cli.cluster import environment_option, experiment_option
from iactflow.cli.common import verb


@click.argument("pipeline")
@environment_option
@experiment_option
@verb
def unschedule_command(pipeline: str, environment: str, experiment: str | None, dry_run: bool) -> str | None:
    """Stop the recurring runs of PIPELINE on Kubeflow; runs that they started stay.

    The last line says what was removed.
    """
    from iactflow.cluster.environment import read_environment
    from iactflow.pipelines import require_known

    require_known(pipeline)
    cluster = read_environment(environment)
    if dry_run:
        return None

    from iactflow.cluster.client import Client
    from iactflow.cluster.schedule import unschedule

    removed = unschedule(Client(cluster), pipeline, experiment or pipeline)
    return f"removed: {', '.join(removed)}" if removed else f"{pipeline} was not scheduled"


command = unschedule_command
