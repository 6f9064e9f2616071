"""Options that settle a store for life: how its showers are divided, and how ctapipe cleans its images."""

from typing import TYPE_CHECKING

import click

from iactflow.cli.places import SETTINGS

if TYPE_CHECKING:
    from iactflow.data.split import SplitFractions


def _fractions(ctx: click.Context, option: click.Parameter, value: str | None) -> tuple[float, float, float] | None:
    if value is None:
        return None
    try:
        train, validation, test = (float(number) for number in value.split(","))
    except ValueError as error:
        raise click.BadParameter(
            f"must be three numbers with commas between them, such as 0.6,0.15,0.25. Received: {value}"
        ) from error
    return train, validation, test


ctapipe_option = click.option(
    "--ctapipe-config",
    type=SETTINGS,
    default=None,
    metavar="FILE",
    help="YAML or JSON file as ctapipe-process takes it: calibration, cleaning, image quality. [default: ctapipe's "
    "base configuration]",
)
split_option = click.option(
    "--split",
    "shares",
    default=None,
    metavar="TRAIN,VALIDATION,TEST",
    callback=_fractions,
    help="Shares of the showers; fixed for the life of a store. [default: 0.6,0.15,0.25]",
)


def fractions_of(shares: tuple[float, float, float] | None) -> "SplitFractions":
    """Check the shares that ``--split`` gave.

    Raises
    ------
    ConfigError
        If they do not sum to one.
    """
    from iactflow.config import validate
    from iactflow.data.split import SplitFractions

    given = dict(zip(("train", "validation", "test"), shares, strict=True)) if shares else {}
    return validate(SplitFractions, given, "--split")
