"""The command ``iactflow run``."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from iactflow.cli.cluster import parameter_option
from iactflow.cli.common import config_option, settings_option, verb

#: Outputs of a pipeline that are pages for people, and the names of their copies.
_PAGES = {"report": "report.html", "comparison": "compare.html", "feedback": "feedback.html"}
#: What steps in branches make for people, first what they open first: Kubeflow hands on no outputs of branches.
_IN_BRANCHES = {"promote*/summary": "summary.md", "compare*/page": "compare.html", "report*/page": "report.html"}


@click.argument("pipeline")
@config_option
@settings_option
@parameter_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder that receives the run and, unless MLFLOW_TRACKING_URI is set, MLflow's database.",
)
@verb
def run_command(
    pipeline: str,
    config: Path | None,
    settings: tuple[str, ...],
    parameters: tuple[str, ...],
    out: Path,
    dry_run: bool,
) -> Path | None:
    """Run PIPELINE on this machine, every step as a process of its own.

    The steps are the Kubeflow components that run in a cluster, executed by Kubeflow's local runner. Each run has a
    folder of its own under OUT/PIPELINE with the artifacts of every step and, where the pipeline draws them, the pages
    report.html, compare.html and feedback.html, and summary.md.
    """
    from iactflow.config import to_yaml
    from iactflow.pipelines import default_config, find, read_experiment

    experiment = read_experiment(pipeline, config, settings)
    if dry_run:
        click.echo(to_yaml(experiment), nl=False)
        return None

    from iactflow.cluster.arguments import check_arguments, definition_of, read_parameters
    from iactflow.cluster.local import run_local
    from iactflow.tracking import default_tracking_uri

    os.environ.setdefault("MLFLOW_TRACKING_URI", default_tracking_uri(out))
    steps = find(pipeline)
    text = (config or default_config(pipeline)).read_text()
    arguments = {"config": text, "settings": list(settings), **read_parameters(parameters)}
    check_arguments(arguments, definition_of(steps))
    root = out / pipeline
    return _tell(run_local(steps, arguments, root), root)


def _tell(outputs: Mapping[str, Any], root: Path) -> Path:
    """Copy the pages to the top of the run's folder and print where everything is; give what people open first."""
    for name, paths in outputs.items():
        if name not in _PAGES:
            for path in paths if isinstance(paths, list) else [paths]:
                click.echo(f"{name + ':':<9} {path}")
    first = next(iter(outputs.values()))
    inside = (first[0] if isinstance(first, list) else first).relative_to(root.resolve())
    folder = root / inside.parts[0]
    pages = {name: folder / _PAGES[name] for name in _PAGES if name in outputs}
    for name, page in pages.items():
        shutil.copyfile(outputs[name], page)
    if not pages:
        return _tell_branches(folder)
    for name, page in pages.items():
        if name != "report":
            click.echo(f"{_PAGES[name].removesuffix('.html') + ':':<9} {page}")
    click.echo(f"MLflow:   mlflow ui --backend-store-uri {os.environ['MLFLOW_TRACKING_URI']}")
    return pages["report"]


def _tell_branches(folder: Path) -> Path:
    """Copy what the steps of branches made to the top of the run's folder; give what people open first."""
    copies = []
    for pattern, name in _IN_BRANCHES.items():
        for made in folder.glob(pattern):
            copies.append(folder / name)
            shutil.copyfile(made, folder / name)
    for copy in copies[1:]:
        click.echo(f"{copy.stem + ':':<9} {copy}")
    return copies[0] if copies else folder


command = run_command
