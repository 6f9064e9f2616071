"""The command ``iactflow report``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, verb
from iactflow.cli.places import READ
from iactflow.cli.section import config_option


@click.option("--result", required=True, type=READ, metavar="RESULT", help="Result that evaluate wrote.")
@config_option
@settings_option
@out_option("FILE.html", "Page to write.")
@overwrite_option
@verb
def report_command(
    result: Path, config: Path | None, settings: tuple[str, ...], out: Path, overwrite: bool, dry_run: bool
) -> Path | None:
    """Draw RESULT as one self-contained HTML page.

    The page holds the verdict, headline numbers with intervals, plots, example images, training curves, cost, data
    and how to make it again. The baseline inside of the result is drawn beside the model. Of the experiment file
    only the section `report` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.page.config import Report

    section = read_section(Report, "report", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.report.run import run

    return run(result, out, config=section, overwrite=overwrite).path


command = report_command
