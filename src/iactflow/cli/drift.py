"""The command ``iactflow drift``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, verb
from iactflow.cli.section import config_option


@click.option(
    "--reference",
    multiple=True,
    required=True,
    metavar="STORE",
    help="What new data are held against, such as the store that a model was trained on; a store, or DL1 or simtel "
    "files as ingest takes them; may be repeated.",
)
@click.option(
    "--current",
    multiple=True,
    required=True,
    metavar="STORE",
    help="The new data: a store, or DL1 or simtel files as ingest takes them; may be repeated.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help="Model bundle, or models:/NAME@ALIAS, whose scores are compared too; may be repeated for other tasks.",
)
@config_option
@settings_option
@out_option("DIR", "Folder for verdict.json, report.html and evidently.html.")
@overwrite_option
@verb
def drift_command(
    reference: tuple[str, ...],
    current: tuple[str, ...],
    models: tuple[str, ...],
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Tell whether new data still look like the reference: images, pixels outside of showers, scores of models.

    Evidently measures the distance of every quantity. It has drifted if the distance is larger than exchanges of whole
    showers between the two sides make it (drift.false_alarm, for all quantities together) and large enough to matter
    (drift.distance_min). Pixels that went silent or noisy count by their share of the camera (drift.pixel_share). The
    exit code is 0 whether or not there is a drift: verdict.json says it. Of the experiment file only the section
    `drift` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.drift.config import Drift

    section = read_section(Drift, "drift", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.drift.run import run

    summary = run(reference, current, out, config=section, models=models, overwrite=overwrite)
    click.echo("drift" if summary.drifted else f"no drift in {len(summary.verdict.columns)} quantities")
    for line in summary.reasons:
        click.echo(f"  {line}")
    for line in summary.verdict.cautions:
        click.echo(f"caution: {line}")
    return summary.path


command = drift_command
