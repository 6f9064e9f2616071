"""The command ``iactflow survey``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, store_option, verb
from iactflow.cli.section import config_option


@store_option
@click.option("--name", required=True, metavar="NAME", help="Name of the registered model, such as energy.")
@config_option
@settings_option
@out_option("DIR", "Folder to write.")
@overwrite_option
@verb
def survey_command(
    stores: tuple[Path, ...],
    name: str,
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Say which showers of STORE champion and challenger of NAME have not learnt from, and whether they are enough.

    DIR/news.json has the answer; DIR/current holds stores of the new showers, DIR/reference a store of what the
    champion learnt from: what `iactflow drift` compares. Of the experiment file only the section `survey` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.survey.config import Survey

    section = read_section(Survey, "survey", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.survey.run import run

    click.echo(run(stores, out, name=name, config=section, overwrite=overwrite).reason)
    return out


command = survey_command
