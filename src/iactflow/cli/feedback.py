"""The command ``iactflow feedback``."""

from pathlib import Path

import click

from iactflow.cli.common import generated_option, out_option, overwrite_option, settings_option, store_option, verb
from iactflow.cli.section import config_option


@generated_option("Store of generated background; may be repeated.")
@store_option
@config_option
@settings_option
@out_option("DIR", "Folder to write, with a result for each mixture.")
@overwrite_option
@verb
def feedback_command(
    generated: tuple[Path, ...],
    stores: tuple[Path, ...],
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Train the type classifier with simulated, generated and mixed background, and score all on simulated showers.

    STORE of --data holds simulated gammas and background. Mixtures are parts of simulated + parts of generated
    background, such as 1+0 or 0+10; a part is feedback.background images. The results are those of evaluate, so that
    `iactflow compare` draws them side by side. Of the experiment file only the section `feedback` counts.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.feedback.config import Feedback

    section = read_section(Feedback, "feedback", config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.feedback.run import SHOWN, run
    from iactflow.page import numbers

    done = run(stores, generated, out, config=section, overwrite=overwrite)
    for trained in done.mixtures:
        shown = [trained.metrics[name] for name in SHOWN]
        told = ", ".join(f"{one.title} {numbers.metric_value(one)} {numbers.metric_interval(one)}" for one in shown)
        click.echo(f"{trained.name} ({trained.n_simulated} + {trained.n_generated} images): {told}")
    return done.path


command = feedback_command
