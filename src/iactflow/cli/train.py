"""The command ``iactflow train``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, store_option, verb
from iactflow.cli.places import SETTINGS


@verb
@click.argument("config", type=SETTINGS)
@store_option
@out_option("MODEL", "Folder of the model bundle; the same command goes on with an interrupted training.")
@settings_option
@click.option(
    "--init",
    default=None,
    metavar="MODEL",
    help="Start from a model bundle, .keras file or models:/NAME@ALIAS; the same as --set model.init=MODEL.",
)
@overwrite_option
def train_command(
    config: Path,
    stores: tuple[Path, ...],
    out: Path,
    settings: tuple[str, ...],
    init: str | None,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Fit a network, or a generator of images, to stores.

    CONFIG is an experiment file; pipelines/configs/energy.yaml explains every key. With task: generation
    (pipelines/configs/generation.yaml) MODEL becomes a generator of images, which learns from the photoelectrons of
    showers: simulate with --set true_images=true. Showers of the test part are never seen. Metrics go to MLflow: to
    MLFLOW_TRACKING_URI, or to a database in the folder runs.
    """
    from iactflow.config import to_yaml
    from iactflow.generation_recipe import read_recipe, train_as

    recipe = read_recipe(config, [*settings, *([f"model.init={init}"] if init else [])])
    if dry_run:
        click.echo(to_yaml(recipe))
        return None
    return train_as(recipe, stores, out, overwrite=overwrite).path


command = train_command
