"""The command ``iactflow validate``."""

from pathlib import Path

import click

from iactflow.cli.common import generated_option, out_option, overwrite_option, settings_option, store_option, verb
from iactflow.cli.section import config_option


@generated_option("Store that generate wrote; may be repeated, for shares of one run.")
@store_option
@config_option
@settings_option
@out_option("RESULT", "Result folder to write.")
@overwrite_option
@verb
def validate_command(
    generated: tuple[Path, ...],
    stores: tuple[Path, ...],
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Compare generated images with the simulated ones of STORE and write the result.

    The test part of the simulation is halved by showers. The generated images and one half are compared with the other
    half by the same figures, so that RESULT/baseline holds the floor: what equal images give at this number of images.
    Classifiers try to tell generated from simulated images; energies and impact distances are regressed from both.
    Images that fail the cuts count as failures and are never left out. Intervals are from resampling whole showers. Of
    the experiment file only the section `validate` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.validate.config import Validate

    section = read_section(Validate, "validate", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.page import numbers
    from iactflow.validate.run import run

    summary = run(generated, stores, out, config=section, overwrite=overwrite)
    for name, metric in summary.metrics.items():
        floor = summary.floor[name]
        value = f"{numbers.metric_value(metric)} {numbers.metric_interval(metric)}"
        click.echo(f"{metric.title}: {value}, floor {numbers.metric_value(floor)} {numbers.metric_interval(floor)}")
    if summary.paired is not None:
        value = f"{numbers.metric_value(summary.paired)} {numbers.metric_interval(summary.paired)}"
        click.echo(f"{summary.paired.title}: {value}")
    return summary.path


command = validate_command
