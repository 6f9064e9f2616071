"""The command ``iactflow generate``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, verb, workers_option
from iactflow.cli.places import READ
from iactflow.cli.section import config_option
from iactflow.cli.shard import shard_option


@click.option("--model", required=True, type=READ, metavar="MODEL", help="Bundle of a generator.")
@click.option("--images", type=click.IntRange(min=1), default=None, metavar="N", help="Images to generate.")
@click.option("--seed", type=click.IntRange(min=0), default=None, metavar="N", help="The same seed, the same images.")
@click.option(
    "--energy", default=None, metavar="VALUE|LOW,HIGH", help="Energy or range of energies, such as '0.5 TeV,2 TeV'."
)
@click.option("--impact", default=None, metavar="VALUE|LOW,HIGH", help="Impact distance or range, such as '120 m'.")
@click.option("--steps", type=click.IntRange(min=1), default=None, help="Steps of sampling. [default: the generator's]")
@shard_option
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["store", "dl1"]),
    default="store",
    show_default=True,
    help="Write a store, or ctapipe DL1 files.",
)
@config_option
@settings_option
@out_option(
    "STORE|DIR", "Store to write, or folder for DL1 files (*.dl1.h5). What is finished there is kept.", grows=True
)
@workers_option
@overwrite_option
@verb
def generate_command(
    model: Path,
    images: int | None,
    seed: int | None,
    energy: str | None,
    impact: str | None,
    steps: int | None,
    shard: tuple[int, int],
    output_format: str,
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    workers: int | None,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Generate camera images with MODEL.

    The generator draws photoelectrons; the simulator's camera records them under the night sky, and they are cleaned
    and parametrised as simulated ones. Energies, directions and impact points are drawn as in the generator's training
    showers unless --energy and --impact say otherwise. Noise is drawn until an image triggers; where none lets it, its
    photoelectrons are drawn anew, up to three times. Images that the telescope would still not have triggered on are
    kept and counted. The run is divided into blocks; seed and block decide every image, whatever --workers and --shard,
    and an interrupted run is finished by the same command. Of the experiment file only the section `generate` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.generate.config import Generate

    given = {"images": images, "seed": seed, "steps": steps}
    changes = [f"generate.{name}={value}" for name, value in given.items() if value is not None]
    for name, text in (("energy", energy), ("impact", impact)):
        if text is not None:
            low, _, high = text.partition(",")
            changes += [f"generate.{name}_min={low}", f"generate.{name}_max={high or low}"]
    section = read_section(Generate, "generate", config, [*settings, *changes])
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.generate.run import run

    done = run(
        model,
        out,
        config=section,
        shard=shard,
        output_format=output_format,  # type: ignore[arg-type]
        workers=workers,
        overwrite=overwrite,
    )
    click.echo(f"{done.n_images} images, of which {done.n_not_triggered} would not have triggered the telescope")
    return done.path


command = generate_command
