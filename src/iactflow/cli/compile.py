"""The command ``iactflow compile``."""

from pathlib import Path

import click

from iactflow.cli.common import config_option, overwrite_option, settings_option, verb


@click.argument("pipeline")
@config_option
@settings_option
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write. [default: build/PIPELINE.yaml]"
)
@click.option(
    "--environment", metavar="NAME|FILE", default=None, help="Cluster whose resources, nodes and images to use."
)
@overwrite_option
@verb
def compile_command(
    pipeline: str,
    config: Path | None,
    settings: tuple[str, ...],
    out: Path | None,
    environment: str | None,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Write PIPELINE as YAML that Kubeflow Pipelines takes, with the experiment file as its default.

    Upload the file in the Kubeflow dashboard; experiment and settings can be changed there for each run.
    """
    from iactflow.config import to_line, to_yaml
    from iactflow.pipelines import find, read_experiment

    experiment = read_experiment(pipeline, config, settings)
    if dry_run:
        click.echo(to_yaml(experiment), nl=False)
        return None

    from iactflow.cluster.compile import compile_pipeline
    from iactflow.cluster.environment import read_environment
    from iactflow.pipelines.guarded import guarded

    target = out or Path("build") / f"{pipeline}.yaml"
    defaults = {"config": to_line(experiment.model_dump(mode="json"))}
    cluster = None if environment is None else read_environment(environment)
    compile_pipeline(guarded(find(pipeline)), target, defaults, environment=cluster, overwrite=overwrite or out is None)
    return target


command = compile_command
