"""The command ``iactflow simulate``."""

from pathlib import Path

import click
import yaml

from iactflow.cli.common import out_option, overwrite_option, settings_option, verb, workers_option
from iactflow.cli.places import READ, SETTINGS
from iactflow.cli.shard import shard_option
from iactflow.cli.store_settings import ctapipe_option, fractions_of, split_option


@verb
@click.option(
    "--preset",
    default=None,
    metavar="NAME|FILE",
    help="Instrument: sst1m-mono, sst1m-stereo, sst1m-paranal, mst-flashcam, ct5, or a YAML file that describes one. "
    "[default: sst1m-stereo]",
)
@click.option(
    "--primary",
    default=None,
    metavar="NAME",
    help="Primary particle: gamma, electron, proton, helium, nitrogen, silicon or iron. [default: gamma]",
)
@click.option("--events", type=int, default=None, metavar="N", help="Triggered array events to simulate.")
@click.option("--showers", type=int, default=None, metavar="N", help="Showers to throw, instead of --events.")
@click.option(
    "--photons",
    multiple=True,
    type=READ,
    metavar="CORSIKA_IACT_FILE",
    help="Take the light of this CORSIKA file instead of our own showers; may be repeated.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same events; 0 to 2000.")
@shard_option
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["dl1", "store"]),
    default="dl1",
    show_default=True,
    help="Write ctapipe DL1 files, or go straight into a store, which is what ingest would make of them.",
)
@click.option(
    "--config",
    "config_file",
    type=SETTINGS,
    default=None,
    metavar="FILE",
    help="YAML file with the keys that --dry-run prints: energies, spectrum, pointing, cone, cores, night sky.",
)
@settings_option
@split_option
@ctapipe_option
@out_option("DIR", "Folder for DL1 files (*.dl1.h5), or the store. What is finished there is kept.", grows=True)
@workers_option
@overwrite_option
def simulate_command(
    preset: str | None,
    primary: str | None,
    events: int | None,
    showers: int | None,
    photons: tuple[Path, ...],
    seed: int,
    shard: tuple[int, int],
    output_format: str,
    config_file: Path | None,
    settings: tuple[str, ...],
    shares: tuple[float, float, float] | None,
    ctapipe_config: Path | None,
    out: Path,
    workers: int | None,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Simulate air showers, their Cherenkov light and the telescopes that see it.

    Showers are followed particle by particle; --photons takes CORSIKA's light instead. The run is divided into blocks
    of 1000 triggered events (200 showers with --showers), each a file of its own. Whole showers follow until a block
    has its events, so that it may hold a few more. Seed, primary and block decide every event, whatever --workers and
    --shard; an interrupted run is finished by running the same command again.
    """
    from iactflow.config import apply_settings, read_yaml, validate
    from iactflow.errors import ConfigError
    from iactflow.simulate.config import Simulate
    from iactflow.simulate.instruments import resolve

    content = apply_settings(read_yaml(config_file) if config_file else {}, settings)
    content |= {name: value for name, value in (("preset", preset), ("primary", primary)) if value is not None}
    config = validate(Simulate, content, str(config_file) if config_file else "--preset, --primary, --set")
    fractions = fractions_of(shares)
    if output_format != "store" and (shares or ctapipe_config):
        raise ConfigError(
            "--split and --ctapipe-config are settings of a store. Add --format store, or leave them out."
        )
    instrument, filled = resolve(config)
    if dry_run:
        shown = {
            "instrument": instrument.description,
            "events": events,
            "showers": showers,
            "photons": list(map(str, photons)),
        }
        shown |= {"seed": seed, "shard": "/".join(map(str, shard)), "format": output_format, "out": str(out)}
        click.echo(yaml.safe_dump(shown | {"config": filled.model_dump(mode="json")}, sort_keys=False).rstrip())
        return None
    from iactflow.simulate.run import run

    return run(
        config,
        out,
        seed=seed,
        events=events,
        showers=showers,
        photons=[str(path) for path in photons],
        shard=shard,
        output_format=output_format,  # type: ignore[arg-type]
        fractions=fractions,
        ctapipe_config=ctapipe_config,
        workers=workers,
        overwrite=overwrite,
    ).path


command = simulate_command
