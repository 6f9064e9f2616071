"""The command ``iactflow upload``."""

import click

from iactflow.cli.common import verb


@verb
@click.argument("model")
def upload_command(model: str, dry_run: bool) -> str | None:
    """Tell MLflow what the training of MODEL, a bundle here or at s3://, could not.

    A training goes on while MLflow is away; what MLflow is not told lies in MODEL and is sent as soon as it answers. If
    it did not come back before the end, this sends the rest, to the same server or to MLFLOW_TRACKING_URI.
    """
    from iactflow.tracking import OUTBOX

    if dry_run:
        click.echo(f"outbox: {model.rstrip('/')}/{OUTBOX}")
        return None
    from iactflow.train.upload import upload

    return upload(model)


command = upload_command
