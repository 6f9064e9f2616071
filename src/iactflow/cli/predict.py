"""The command ``iactflow predict``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, verb
from iactflow.cli.places import SETTINGS
from iactflow.cli.section import config_option


@click.option(
    "--model",
    "models",
    required=True,
    multiple=True,
    metavar="MODEL",
    help="Model bundle that train wrote, models:/NAME@ALIAS or a pattern of such names; may be repeated for other "
    "tasks and other zenith angles.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    metavar="URI",
    help="ctapipe DL1 file, folder, glob or s3://bucket/prefix; may be repeated.",
)
@out_option("DL2", "DL2 file, or a folder that gets one DL2 file per input.", grows=True)
@click.option(
    "--ctapipe-config",
    type=SETTINGS,
    default=None,
    metavar="FILE",
    help="ctapipe's configuration; its cleaning counts for files without parameters. [default: as in ingest]",
)
@config_option
@settings_option
@overwrite_option
@verb
def predict_command(
    models: tuple[str, ...],
    inputs: tuple[str, ...],
    out: Path,
    ctapipe_config: Path | None,
    config: Path | None,
    settings: tuple[str, ...],
    overwrite: bool,
    dry_run: bool,
) -> Path | str | None:
    """Estimate type, energy and direction of the showers in DL1 files, into DL2 files that ctapipe reads.

    Every array event of the input is in the output. An estimate is valid where the image is of a shower and passes
    the cuts of the model's training; outside_range marks events unlike those that the model was trained on. Telescopes
    are combined as ctapipe's StereoMeanCombiner does (predict.weights). DL1 parameters are carried along
    (predict.keep). Several inputs become one DL2 file, or one each where --out is a folder; there, files that are
    finished stay as they are when the same command is run again. Of several models of the same tasks, such as
    --model "models:/energy-*@champion", each file takes the one that was trained closest to its zenith angle.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.predict.config import Predict

    section = read_section(Predict, "predict", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.predict.run import run

    summary = run(models, inputs, out, config=section, ctapipe_config=ctapipe_config, overwrite=overwrite)
    click.echo(f"{summary.n_events} array events with {summary.n_images} images in {summary.n_files} files")
    for task, valid in summary.n_valid.items():
        click.echo(f"  {task}: {valid} images with an estimate, {summary.n_outside[task]} of them outside the range")
    return summary.path


command = predict_command
