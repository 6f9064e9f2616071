"""The command ``iactflow evaluate``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, store_option, verb
from iactflow.cli.places import READ
from iactflow.cli.section import config_option


@click.option("--model", required=True, type=READ, metavar="MODEL", help="Model bundle that train wrote.")
@store_option
@config_option
@settings_option
@out_option("RESULT", "Result folder to write.")
@overwrite_option
@verb
def evaluate_command(
    model: Path,
    stores: tuple[Path, ...],
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Score MODEL on the test part of STORE and write the result.

    The cuts are those of the training. A random forest on DL1 parameters learns from the train part of the same
    stores and is scored on the same events; its result lies in RESULT/baseline. Intervals are from resampling whole
    showers. Showers of different origins (simulated by iactflow, of CORSIKA and sim_telarray) are scored apart: the
    origin of the train part first, the result of another in RESULT/samples. Of the experiment file only the section
    `evaluate` counts; without one its defaults do, and --set evaluate.bootstrap=1000 changes them.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.evaluate.config import Evaluate

    section = read_section(Evaluate, "evaluate", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.evaluate.run import run
    from iactflow.page import numbers

    summary = run(model, stores, out, config=section, overwrite=overwrite)
    for sample in (summary, *summary.samples.values()):
        click.echo(f"Showers {sample.made}:")
        for metric in sample.metrics.values():
            counted = numbers.sample(metric.n, metric.n_showers, sample.per)
            value = f"{numbers.metric_value(metric)} {numbers.metric_interval(metric)}"
            click.echo(f"  {metric.title}: {value}, n = {counted}")
    return summary.path


command = evaluate_command
