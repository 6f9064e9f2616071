"""The command ``iactflow irf``."""

from pathlib import Path

import click

from iactflow.cli.common import out_option, overwrite_option, settings_option, verb
from iactflow.cli.places import READ, WRITE
from iactflow.cli.section import config_option


@click.option(
    "--dl2",
    "files",
    required=True,
    multiple=True,
    type=READ,
    metavar="DL2",
    help="DL2 file of simulated gammas, protons or electrons, or a folder of such files; may be repeated.",
)
@out_option("IRF.fits.gz", "FITS file to write.")
@click.option("--report", type=WRITE, default=None, metavar="FILE", help="Page to draw of it, as HTML.")
@click.option(
    "--instrument",
    default="",
    metavar="NAME",
    help="Name of the instrument, for header and page. [default: the experiment file's; without one, the array's name "
    "in the DL2 files]",
)
@config_option
@settings_option
@overwrite_option
@verb
def irf_command(
    files: tuple[Path, ...],
    out: Path,
    report: Path | None,
    instrument: str,
    config: Path | None,
    settings: tuple[str, ...],
    overwrite: bool,
    dry_run: bool,
) -> Path | None:
    """Make instrument response functions of DL2 files, as FITS that gammapy reads.

    Showers are weighted from the thrown to published spectra. Cuts in gammaness and angular distance are chosen per
    bin of energy with a share of the showers (irf.optimise_share); effective area, energy dispersion, point spread
    function, background and sensitivity are measured with the others. Give showers that no model was trained on, or
    set irf.showers=test where the training used the same ones: DL2 files say which part that is; of those that do not,
    data.split of --config says it.
    """
    from iactflow.cli.section import read_section
    from iactflow.config import to_yaml
    from iactflow.generation_recipe import read_recipe
    from iactflow.irf.config import Irf

    section = read_section(Irf, "irf", config, settings)
    experiment = None if config is None else read_recipe(config, settings)
    if dry_run:
        click.echo(to_yaml(section), nl=False)
        return None

    from iactflow.irf.run import run
    from iactflow.storage import refuse_existing

    if report is not None:
        refuse_existing(report, overwrite=overwrite)
    paths = [file for path in files for file in (sorted(path.glob("*.h5")) if path.is_dir() else [path])]
    summary = run(
        paths,
        out,
        config=section,
        fractions=experiment.data.split if experiment else None,
        instrument=instrument or (experiment.preset if experiment else ""),
        overwrite=overwrite,
    )
    if report is not None:
        from iactflow.irf.report import write_report

        write_report(summary, report, overwrite=overwrite)
    return summary.path


command = irf_command
