"""The command ``iactflow ingest``."""

from pathlib import Path
from typing import Any

import click
import yaml

from iactflow.cli.common import out_option, overwrite_option, verb, workers_option
from iactflow.cli.store_settings import ctapipe_option, fractions_of, split_option


@verb
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    metavar="URI",
    help="simtel or ctapipe DL1 file, folder, glob, s3://bucket/prefix, sample:NAME, or a store to merge in; may be "
    "repeated.",
)
@out_option("STORE", "Folder of the store; an existing store grows. With --format dl1: the HDF5 file.", grows=True)
@click.option("--camera", default=None, metavar="NAME", help="Camera to take where a file holds several.")
@click.option("--images-only", is_flag=True, help="Keep the images and leave the DL1 parameters out.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["store", "dl1"]),
    default="store",
    show_default=True,
    help="Write a store, or convert all inputs to one ctapipe DL1 file.",
)
@ctapipe_option
@split_option
@workers_option
@overwrite_option
def ingest_command(
    inputs: tuple[str, ...],
    out: Path,
    camera: str | None,
    images_only: bool,
    output_format: str,
    ctapipe_config: Path | None,
    shares: tuple[float, float, float] | None,
    workers: int | None,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Read simtel or ctapipe DL1 files into a store.

    ctapipe calibrates, extracts, cleans and parametrises the images of simtel files; DL1 files bring that along.
    Showers are divided into train, validation and test by a hash of their number, so that all images of a shower
    stay together and a store that grows never moves one. The same input twice adds nothing; an interrupted run is
    finished by running the same command again.
    """
    from iactflow.ingest.processing import ctapipe_configuration

    fractions = fractions_of(shares)
    options: dict[str, Any] = {"camera": camera, "images_only": images_only, "overwrite": overwrite}
    if dry_run:
        shown = {"input": list(inputs), "out": str(out), **options, "format": output_format, "workers": workers}
        shown |= {"split": fractions.model_dump(), "ctapipe": ctapipe_configuration(ctapipe_config)}
        click.echo(yaml.safe_dump(shown, sort_keys=False).rstrip())
        return None
    options["ctapipe_config"] = ctapipe_config
    if output_format == "dl1":
        from iactflow.ingest.convert import convert

        return convert(inputs, out, **options)
    from iactflow.ingest.run import run

    return run(inputs, out, fractions=fractions, workers=workers, **options).path


command = ingest_command
