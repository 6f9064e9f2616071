"""The command ``iactflow distil``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, store_option, verb
from iactflow.cli.places import READ, SETTINGS


@verb
@click.argument("config", type=SETTINGS)
@click.option(
    "--model",
    required=True,
    type=READ,
    metavar="TEACHER",
    help="Generator by flow that train wrote.",
)
@store_option
@out_option("STUDENT", "Folder of the student's bundle; the same command goes on with an interrupted distillation.")
@settings_option
@overwrite_option
def distil_command(
    config: Path,
    model: Path,
    stores: tuple[Path, ...],
    out: Path,
    settings: tuple[str, ...],
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Make a generator that needs one to four steps of one that needs many.

    CONFIG is an experiment file with task: generation, of which the section distil counts;
    pipelines/configs/generation.yaml explains every key. The student learns from the teacher and from the train part of
    the stores, begins with the teacher's weights and keeps its size model.
    """
    from iactflow.config import to_yaml
    from iactflow.generation_recipe import GenerationRecipe

    recipe = GenerationRecipe.read(config, settings)
    if dry_run:
        click.echo(to_yaml(recipe))
        return None
    from iactflow.distil.run import run

    return run(
        recipe.data.select, recipe.distil, model, stores, out, instrument=recipe.instrument, overwrite=overwrite
    ).path


command = distil_command
