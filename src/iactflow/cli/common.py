"""What all commands share: their options, how they end and how they fail."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from iactflow.cli import places
from iactflow.cli.places import READ, SETTINGS, Place
from iactflow.errors import IactflowError
from iactflow.redact import redact

overwrite_option = click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help="Processes that work in parallel; the result does not depend on it. [default: all cores]",
)


def experiment_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the option ``--config`` of an experiment file; `default` says what counts without one."""
    return click.option(
        "--config",
        type=SETTINGS,
        default=None,
        metavar="FILE",
        help=f"Experiment file. [default: {default}]",
    )


config_option = experiment_option("the pipeline's own in pipelines/configs")
settings_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the configuration; may be repeated.",
)
store_option = click.option(
    "--data",
    "stores",
    multiple=True,
    required=True,
    metavar="STORE",
    type=READ,
    help="Store that ingest wrote; may be repeated.",
)


def generated_option(sentence: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the option ``--generated`` with its own help."""
    return click.option(
        "--generated",
        required=True,
        multiple=True,
        type=READ,
        metavar="STORE",
        help=sentence,
    )


def out_option(
    metavar: str, sentence: str, *, grows: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the option ``--out`` with its own help; `grows` where the command goes on with what is there."""
    return click.option("--out", required=True, type=Place(writes=True, grows=grows), metavar=metavar, help=sentence)


def verb(function: Callable[..., Path | str | None]) -> click.Command:
    """Make a function a subcommand that takes ``--dry-run`` and ``--verbose`` and fails in one sentence.

    Parameters
    ----------
    function : callable
        Receives the options, ``dry_run`` among them; its docstring is the manual. What it returns, the path or URL
        of the result, is printed as the last line.

    Returns
    -------
    click.Command
        Named as the function. It exits with the `IactflowError.exit_code` of what went wrong.
    """

    @functools.wraps(function)
    def call(*, verbose: bool, **kwargs: Any) -> None:
        try:
            result = places.call(function, kwargs)
        except IactflowError as error:
            if verbose:
                raise
            click.echo(f"error: {redact(str(error))}", err=True)
            sys.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if verbose:
                raise
            click.echo(
                f"error: {type(error).__name__}: {redact(str(error))}\nThis was not foreseen; --verbose shows where.",
                err=True,
            )
            sys.exit(IactflowError.exit_code)
        if result is not None:
            click.echo(str(result))

    call = click.option("--verbose", is_flag=True, help="Show a stack trace when something fails.")(call)
    call = click.option("--dry-run", is_flag=True, help="Print the resolved configuration and stop.")(call)
    return click.command(name=function.__name__.removesuffix("_command"))(call)
