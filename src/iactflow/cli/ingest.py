"""The command ``iactflow ingest``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, verb, workers_option


@verb
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    metavar="URI",
    help="File, folder, glob, s3://bucket/prefix, sample:NAME or a store; may be repeated.",
)
@out_option("STORE", "Folder of the store; an existing store of the same camera grows.")
@click.option("--camera", default=None, metavar="NAME", help="Camera to take where a file holds several.")
@click.option("--images-only", is_flag=True, help="Keep the images and leave the DL1 parameters out.")
@click.option(
    "--ctapipe-config",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="YAML or JSON file as ctapipe-process takes it: calibration, cleaning, image quality.",
)
@workers_option
@overwrite_option
def ingest_command(
    inputs: tuple[str, ...],
    out: Path,
    camera: str | None,
    images_only: bool,
    ctapipe_config: Path | None,
    workers: int | None,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Read simtel or ctapipe DL1 files into a store."""
    from iactflow.ingest.run import run

    return run(
        inputs,
        out,
        camera=camera,
        images_only=images_only,
        ctapipe_config=ctapipe_config,
        workers=workers,
        overwrite=overwrite,
    ).path


command = ingest_command
