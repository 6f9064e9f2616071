"""The command ``iactflow store``."""

from pathlib import Path

import click

from iactflow.cli.common import verb
from iactflow.cli.places import READ


@click.group(name="store")
def command() -> None:
    """Look at a store."""


@verb
@click.argument("store", type=READ)
@click.option("--verify", is_flag=True, help="Also read every part and compare it with the hash in its name.")
def info_command(store: Path, verify: bool, dry_run: bool) -> Path | None:
    """Say what a store holds: camera, sources, images by primary and split, energies, cuts and versions."""
    from iactflow.data.describe import describe, verify_parts
    from iactflow.data.store import Store

    if dry_run:
        click.echo(f"store: {store}\nverify: {str(verify).lower()}")
        return None
    opened = Store(store)
    click.echo(describe(opened))
    if verify:
        click.echo(f"{verify_parts(opened)} parts are as they were written.\n")
    return store


command.add_command(info_command)
