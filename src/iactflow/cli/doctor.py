"""The command ``iactflow doctor``."""

import click

from iactflow.cli.common import verb
from iactflow.errors import IactflowError

_COLOURS = {"good": "green", "absent": "yellow", "broken": "red"}


@verb
def doctor_command(dry_run: bool) -> None:
    """Say what is installed, visible (GPU) and reachable (S3, MLflow, Kubeflow), and what to do about what is not.

    Servers are looked for where MLFLOW_TRACKING_URI, AWS_ENDPOINT_URL and KFP_ENDPOINT point. Exits with 1 if
    something that is needed or set up does not work.
    """
    from iactflow.doctor import examine

    if dry_run:
        return
    findings = examine()
    for finding in findings:
        state = click.style(f"{finding.state:<7}", fg=_COLOURS[finding.state])
        click.echo(f"{finding.what:<17} {state} {finding.told}")
    broken = [finding.what for finding in findings if finding.state == "broken"]
    if broken:
        raise IactflowError(f"{', '.join(broken)} needs attention, see above.")


command = doctor_command
