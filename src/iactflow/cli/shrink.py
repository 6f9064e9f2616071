"""The command ``iactflow shrink``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, store_option, verb
from iactflow.cli.places import READ


@click.option("--model", required=True, type=READ, metavar="MODEL", help="Model bundle that train wrote.")
@click.option(
    "--to",
    required=True,
    type=click.Choice(["float16", "int8", "pruned", "onnx"]),
    help="What to make of it; the same as --set shrink.to=....",
)
@store_option
@settings_option
@out_option("MODEL", "Folder of the shrunk bundle.")
@overwrite_option
@verb
def shrink_command(
    model: Path,
    to: str,
    stores: tuple[Path, ...],
    settings: tuple[str, ...],
    out: Path,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Make a smaller or more portable bundle of MODEL.

    \b
    float16  for LiteRT, the network's weights in half precision
    int8     for LiteRT, the network in 8-bit integers; ranges from images of the train part of STORE
    pruned   a hexnet with a share of the channels (shrink.keep=0.75), fitted on for some epochs (shrink.epochs=5)
    onnx     the whole model for onnxruntime and its kin, the same numbers

    The bundle goes where the original goes: evaluate it on the same data, then compare both, which says in one row
    per model what is gained and lost. No showers of the test part are seen here.
    """  # noqa: D301 - click takes the control character \b for "do not wrap"
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.shrink.config import Shrink

    section = read_section(Shrink, "shrink", None, [f"shrink.to={to}", *settings])
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.page import numbers
    from iactflow.shrink.run import run

    done = run(model, stores, out, config=section, overwrite=overwrite)
    for title, one in (("original", done.before), (to, done.after)):
        size, time = numbers.storage(round(one["bytes_on_disk"])), numbers.number(one["ms_per_event"])
        click.echo(f"{title}: {size}, {numbers.count(one['parameters'])} weights, {time} ms per event")
    for name, change in done.change.items():
        told = ", ".join(f"{word} {numbers.number(value)}" for word, value in change.items())
        click.echo(f"change of {name} ({done.n_images} training images; relative above 1): {told}")
    return done.path


command = shrink_command
