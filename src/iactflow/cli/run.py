"""The command ``iactflow run``."""

import os
import shutil
from pathlib import Path

import click

from iactflow.cli.common import config_option, settings_option, verb


@click.argument("pipeline")
@config_option
@settings_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder that receives the run and, unless MLFLOW_TRACKING_URI is set, MLflow's database.",
)
@verb
def run_command(pipeline: str, config: Path | None, settings: tuple[str, ...], out: Path, dry_run: bool) -> Path | None:
    """Run PIPELINE on this machine, every step as a process of its own.

    The steps are the Kubeflow components that run in a cluster, executed by Kubeflow's local runner. Each run has a
    folder of its own under OUT/PIPELINE with the artifacts of every step and the pages report.html and compare.html.
    """
    from iactflow.config import to_yaml
    from iactflow.pipelines import default_config, find
    from iactflow.recipe import Recipe

    source = config or default_config(pipeline)
    recipe = Recipe.read(source, settings)
    recipe.ingest_inputs()
    if dry_run:
        click.echo(to_yaml(recipe), nl=False)
        return None

    from iactflow.cluster.local import run_local
    from iactflow.tracking import default_tracking_uri

    os.environ.setdefault("MLFLOW_TRACKING_URI", default_tracking_uri(out))
    outputs = run_local(find(pipeline), {"config": source.read_text(), "settings": list(settings)}, out / pipeline)
    folder = outputs["report"].parents[1]
    for name, page in (("report", outputs["report"]), ("compare", outputs["comparison"])):
        shutil.copyfile(page, folder / f"{name}.html")
    click.echo(f"model:    {outputs['model']}")
    click.echo(f"result:   {outputs['result']}")
    click.echo(f"compare:  {folder / 'compare.html'}")
    click.echo(f"MLflow:   mlflow ui --backend-store-uri {os.environ['MLFLOW_TRACKING_URI']}")
    return folder / "report.html"


command = run_command
