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
@overwrite_option
@verb
def compile_command(
    pipeline: str,
    config: Path | None,
    settings: tuple[str, ...],
    out: Path | None,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Write PIPELINE as YAML that Kubeflow Pipelines takes, with the experiment file as its default.

    Upload the file in the Kubeflow dashboard; experiment and settings can be changed there for each run.
    """
    from iactflow.config import to_line, to_yaml
    from iactflow.pipelines import default_config, find
    from iactflow.recipe import Recipe

    source = config or default_config(pipeline)
    recipe = Recipe.read(source, settings)
    if dry_run:
        click.echo(to_yaml(recipe), nl=False)
        return None

    from iactflow.cluster.compile import compile_pipeline

    target = out or Path("build") / f"{pipeline}.yaml"
    defaults = {"config": to_line(recipe.model_dump(mode="json"))}
    compile_pipeline(find(pipeline), target, defaults, overwrite=overwrite or out is None)
    return target


command = compile_command
