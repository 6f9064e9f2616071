"""The command ``iactflow submit``."""

from pathlib import Path

import click

from iactflow.cli.cluster import arguments_of, of_a_pipeline, package_of, show
from iactflow.cli.common import verb


@of_a_pipeline
@click.option(
    "--cache/--no-cache", default=True, show_default=True, help="Take steps from earlier runs if inputs agree."
)
@click.option("--wait", is_flag=True, help="Follow the run to its end, and exit with 1 if it fails.")
@verb
def submit_command(
    pipeline: str,
    config: Path | None,
    settings: tuple[str, ...],
    parameters: tuple[str, ...],
    environment: str,
    experiment: str | None,
    cache: bool,
    wait: bool,
    dry_run: bool,
) -> str | None:
    """Run PIPELINE on Kubeflow, in the cluster that --environment describes.

    The pipeline is compiled for the cluster and uploaded if it differs from the newest version there. The server is
    the environment's, or the one at KFP_ENDPOINT; credentials come from KFP_TOKEN, or KFP_USERNAME and KFP_PASSWORD,
    as the environment says. The last line is the run's page.
    """
    from iactflow.config import to_yaml
    from iactflow.pipelines import read_experiment

    resolved = read_experiment(pipeline, config, settings)
    if dry_run:
        click.echo(to_yaml(resolved), nl=False)
        return None

    from iactflow.cluster.apply import step_names
    from iactflow.cluster.arguments import check_arguments
    from iactflow.cluster.client import Client
    from iactflow.cluster.environment import read_environment
    from iactflow.cluster.follow import follow, require_success
    from iactflow.cluster.results import metrics_of
    from iactflow.cluster.submit import describe, start

    cluster = read_environment(environment)
    package = package_of(pipeline, cluster, Path("build") / f"{pipeline}-{Path(environment).stem}.yaml", caching=cache)
    arguments = arguments_of(config, settings, parameters)
    check_arguments(arguments, package.spec)
    client = Client(cluster)
    started = start(client, package, experiment or pipeline, arguments)
    show(describe(package, started, resolved.model_dump(mode="json"), arguments, client.remark))
    url = client.run_url(started.run.run_id)
    if wait:
        show({"page": url})
        names = step_names(package.spec)
        run = follow(client, started.run.run_id, names)
        require_success(run, names, url)
        show(metrics_of(started.run.run_id))
    return url


command = submit_command
