"""The command ``python -m iactflow.simulate.validation``: all comparisons, into docs/simulation.md and its figures."""

from __future__ import annotations

import importlib
import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from iactflow.errors import IactflowError
from iactflow.simulate.validation.output import FULL, QUICK, write

PARTS = (
    "parameters",
    "cascades",
    "protons",
    "light",
    "telescope",
    "chain",
    "flashcam",
    "hillas",
    "performance",
    "displays",
)
"""Modules of this package that have ``run(scale)``, in the order of the page."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--quick", is_flag=True, help="A few showers only: shows that all parts work, not what they give.")
@click.option("--print", "printed", is_flag=True, help="Print the tables and write nothing.")
@click.option(
    "--docs",
    type=click.Path(path_type=Path),
    default=Path("docs"),
    show_default=True,
    help="Folder with simulation.md; figures go to figures/simulation/ in it.",
)
@click.option(
    "--stores",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of the stores that the random forest is trained on; made if missing. [default: build/validation]",
)
def main(parts: tuple[str, ...], quick: bool, printed: bool, docs: Path, stores: Path | None) -> None:
    """Compare the simulator with CORSIKA, sim_telarray and publications; PARTS limits it to some comparisons.

    Tables are written between marks in docs/simulation.md, figures beside it, so that no result is typed by hand.
    """
    scale = QUICK if quick else FULL
    if stores is not None:
        scale = replace(scale, stores=stores)
    try:
        for part in parts or PARTS:
            start = time.monotonic()
            outcome = importlib.import_module(f"iactflow.simulate.validation.{part}").run(scale)
            for path in [] if printed else write(outcome, docs):
                click.echo(f"  {path}")
            for name, content in outcome.tables.items() if printed else ():
                click.echo(f"\n{name}\n\n{content}")
            click.echo(f"{part}: {time.monotonic() - start:.0f} s")
    except IactflowError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    click.echo(docs / "simulation.md")


if __name__ == "__main__":
    main()
