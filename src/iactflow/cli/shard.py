"""The option ``--shard`` of commands whose work may be shared."""

import click


def _shard(ctx: click.Context, option: click.Parameter, value: str) -> tuple[int, int]:
    from iactflow.errors import ConfigError
    from iactflow.simulate.experiment import parse_shard

    try:
        return parse_shard(value)
    except ConfigError as error:
        raise click.BadParameter(str(error)) from error


shard_option = click.option(
    "--shard",
    default="1/1",
    show_default=True,
    metavar="I/N",
    callback=_shard,
    help="Do the I-th of N shares of the run; all shares together are the whole run.",
)
