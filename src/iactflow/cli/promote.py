"""The command ``iactflow promote``."""

from pathlib import Path

import click

from iactflow.cli.common import settings_option, verb
from iactflow.cli.places import READ
from iactflow.cli.section import config_option


@click.option("--model", default=None, metavar="MODEL", help="Model bundle that train wrote, or models:/NAME/VERSION.")
@click.option(
    "--result",
    default=None,
    type=READ,
    metavar="RESULT",
    help="Its result, made by evaluate with evaluate.champion=models:/NAME@champion.",
)
@click.option(
    "--champion",
    default=None,
    type=READ,
    metavar="RESULT",
    help="Result of the champion on the same events. [default: the one inside of --result]",
)
@click.option(
    "--data",
    "stores",
    multiple=True,
    metavar="STORE",
    type=READ,
    help="Store that the model learnt from: a sample of it stays with the model, for drift; may be repeated.",
)
@click.option("--name", default=None, metavar="NAME", help="Name of the registered model. [default: its tasks]")
@click.option(
    "--rollback", default=None, metavar="REASON", help="Make the champion's predecessor of NAME champion again."
)
@config_option
@settings_option
@verb
def promote_command(
    model: str | None,
    result: Path | None,
    champion: Path | None,
    stores: tuple[Path, ...],
    name: str | None,
    rollback: str | None,
    config: Path | None,
    settings: tuple[str, ...],
    dry_run: bool,
) -> str | None:
    """Register MODEL with MLflow, and make it the champion if it is better than the one there is.

    The rules: a wanted metric is better and no metric is worse, by the paired bootstrap over the same held-out showers;
    the first model of a name becomes champion. Both models must have been scored on the same events. A model that does
    not pass stays as the challenger. The reason is kept in the tags of the version, and so is the model card in its
    description. Of the experiment file only the section `promote` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.errors import ConfigError
    from iactflow.promote.config import Promote

    section = read_section(Promote, "promote", config, [*settings, *([f"promote.name={name}"] if name else [])])
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.promote import run as promote
    from iactflow.promote.report import told

    if rollback is not None:
        if section.name is None or model or result:
            raise ConfigError("--rollback goes with --name NAME and without --model and --result.")
        done = promote.rollback(section.name, rollback)
    elif model is None or result is None:
        raise ConfigError("--model and --result are both required, or --rollback REASON with --name NAME.")
    else:
        done = promote.run(model, result, config=section, champion=champion, stores=stores)
    click.echo(told(done))
    return done.champion.uri


command = promote_command
