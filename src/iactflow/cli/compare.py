"""The command ``iactflow compare``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, verb
from iactflow.cli.places import READ
from iactflow.cli.section import config_option


@click.option(
    "--result",
    "results",
    required=True,
    multiple=True,
    type=READ,
    metavar="RESULT",
    help="Result that evaluate wrote; may be repeated, the first is what the others are compared with.",
)
@config_option
@settings_option
@out_option("FILE.html", "Page to write.")
@overwrite_option
@verb
def compare_command(
    results: tuple[Path, ...], config: Path | None, settings: tuple[str, ...], out: Path, overwrite: bool, dry_run: bool
) -> Path | None:
    """Draw several results of the same events side by side, as one self-contained HTML page.

    Per metric the page says whether each model is better than the first one, the same or worse, from the paired
    resamplings of showers. A single RESULT is compared with the baseline and the champion inside of it. Of the
    experiment file only the section `report` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.page.config import Report

    section = read_section(Report, "report", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.compare.run import run

    return run(results, out, config=section, overwrite=overwrite).path


command = compare_command
