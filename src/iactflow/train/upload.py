"""What a training could not tell MLflow, told later."""

import json
import shutil
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory

from iactflow.errors import IactflowError, InputError
from iactflow.models.bundle import MANIFEST
from iactflow.redact import redact
from iactflow.s3.address import is_remote, parse
from iactflow.s3.names import note, uri_or_path
from iactflow.storage import write_text
from iactflow.tracking import OUTBOX, Tracker


def upload(model: str) -> str:
    """Tell MLflow what the training of a model could not.

    Parameters
    ----------
    model : str
        Bundle that a training wrote while MLflow was away, here or at ``s3://``. Its ``model.json`` then names the run.

    Returns
    -------
    str
        The bundle.

    Raises
    ------
    InputError
        If the model is not finished, or nothing waits.
    IactflowError
        If MLflow or the S3 store is still away; nothing is lost.
    """
    if is_remote(model):
        _upload_remote(model)
    else:
        _upload(Path(model))
    return model


def _upload(model: Path) -> None:
    """Tell what waits in a bundle of this machine."""
    told = uri_or_path(model)
    _require_waiting(told, [name for name in (MANIFEST, OUTBOX) if (model / name).exists()])
    manifest, tracker = model / MANIFEST, Tracker.of_outbox(model / OUTBOX)
    knows_all = tracker.contact()
    if tracker.run_id is not None:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        content["mlflow"] = tracker.describe()
        write_text(manifest, json.dumps(content, indent=1, allow_nan=False) + "\n")
    if not knows_all:
        raise IactflowError(
            f"MLflow at {redact(tracker.uri)} still cannot be used; {OUTBOX} in {told} keeps what it was not told. "
            "Start it, or name another server in MLFLOW_TRACKING_URI, and run the same command again."
        )


def _require_waiting(model: str, names: Collection[str]) -> None:
    """Raise `InputError` unless a model is finished and MLflow was not told all of its training."""
    if MANIFEST not in names:
        raise InputError(
            f"{model} is no finished model: it has no {MANIFEST}. A training in progress tells MLflow itself."
        )
    if OUTBOX not in names:
        raise InputError(f"{model} has no {OUTBOX}: MLflow was told all of its training.")


def _upload_remote(model: str) -> None:
    """Tell what waits in a bundle of an S3 store, and send back what that changed, whether or not all was told."""
    from iactflow.s3.read import fetch, listing
    from iactflow.s3.write import discard, send

    known = {name: str(entry.etag).strip('"') for name, entry in listing(model).items()}
    _require_waiting(model, known)
    with TemporaryDirectory() as folder:
        copy = Path(folder) / parse(model).name
        shutil.copytree(fetch(model), copy)
        note(copy, model)
        try:
            _upload(copy)
        finally:
            send(copy, model, known=known)
            if not (copy / OUTBOX).exists():
                discard(f"{model.rstrip('/')}/{OUTBOX}")
