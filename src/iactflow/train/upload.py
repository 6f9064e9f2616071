"""What a training could not tell MLflow, told later."""

import json
from pathlib import Path

from iactflow.errors import IactflowError, InputError
from iactflow.models.bundle import MANIFEST
from iactflow.redact import redact
from iactflow.storage import write_text
from iactflow.tracking import OUTBOX, Tracker


def upload(model: Path) -> Path:
    """Tell MLflow what the training of a model could not.

    Parameters
    ----------
    model : pathlib.Path
        Bundle that a training wrote while MLflow was away. Its ``model.json`` then names the run.

    Returns
    -------
    pathlib.Path
        The bundle.

    Raises
    ------
    InputError
        If the model is not finished, or nothing waits.
    IactflowError
        If MLflow is still away; nothing is lost.
    """
    manifest, outbox = model / MANIFEST, model / OUTBOX
    if not manifest.exists():
        raise InputError(
            f"{model} is no finished model: it has no {MANIFEST}. A training in progress tells MLflow itself."
        )
    if not outbox.exists():
        raise InputError(f"{model} has no {OUTBOX}: MLflow was told all of its training.")
    tracker = Tracker.of_outbox(outbox)
    told = tracker.contact()
    if tracker.run_id is not None:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        content["mlflow"] = tracker.describe()
        write_text(manifest, json.dumps(content, indent=1, allow_nan=False) + "\n")
    if not told:
        raise IactflowError(
            f"MLflow at {redact(tracker.uri)} still cannot be used; {outbox} keeps what it was not told. Start it, or "
            "name another server in MLFLOW_TRACKING_URI, and run the same command again."
        )
    return model
