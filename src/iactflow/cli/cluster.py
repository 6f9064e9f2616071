"""Options and output that the commands for clusters share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from iactflow.cli.common import config_option, settings_option

environment_option = click.option(
    "--environment",
    metavar="NAME|FILE",
    envvar="IACTFLOW_ENVIRONMENT",
    default="kind",
    show_default=True,
    show_envvar=True,
    help="The cluster: a name in k8s/environments, or a file like those.",
)
experiment_option = click.option(
    "--experiment", metavar="NAME", default=None, help="Experiment in Kubeflow. [default: the pipeline's name]"
)
parameter_option = click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a parameter of the pipeline, such as epochs=3; may be repeated.",
)


def of_a_pipeline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command what names a pipeline's run: PIPELINE, its experiment and parameters, and the cluster."""
    options = (config_option, settings_option, parameter_option, environment_option, experiment_option)
    for option in reversed(options):
        function = option(function)
    return click.argument("pipeline")(function)


def package_of(pipeline: str, environment: Any, out: Path, *, caching: bool = True) -> Any:
    """Compile a pipeline for a cluster and read it back."""
    from iactflow.cluster.compile import compile_pipeline
    from iactflow.cluster.submit import Package
    from iactflow.pipelines import find
    from iactflow.pipelines.guarded import guarded

    compile_pipeline(guarded(find(pipeline)), out, {}, environment=environment, caching=caching, overwrite=True)
    return Package.read(out)


def arguments_of(config: Path | None, settings: tuple[str, ...], parameters: tuple[str, ...]) -> dict[str, Any]:
    """Turn options into values of the pipeline's parameters; those not named keep their defaults."""
    from iactflow.cluster.arguments import read_parameters
    from iactflow.config import read_yaml, to_line

    arguments: dict[str, Any] = {}
    if config is not None:
        arguments["config"] = to_line(read_yaml(config))
    if settings:
        arguments["settings"] = list(settings)
    return arguments | read_parameters(parameters)


def show(pairs: dict[str, str]) -> None:
    """Print names and values under each other."""
    for name, value in pairs.items():
        click.echo(f"{name + ':':<15} {value}")
