"""Registering of a model bundle with MLflow, once per content."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iactflow.data.result import finite
from iactflow.data.samples import file_sha256
from iactflow.data.store import MANIFEST as STORE
from iactflow.registered.package import package
from iactflow.registered.registry import TAG, Registry, Version
from iactflow.tracking import EXPERIMENT, experiment_id, has_run

#: Most characters of a version's description that MLflow keeps.
_MOST = 5000
#: Endings of what is left out of a model's identity: the card is written anew when the model is scored.
_UNTOLD = (".md", ".json")


def account(info: Mapping[str, Any]) -> str:
    """Give the identity of a model's own account of itself, by which a result is known to be of it.

    The MLflow run is left out: it may be named later (``iactflow upload``).
    """
    told = finite({key: value for key, value in info.items() if key != "mlflow"})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def hashes(bundle: Path, info: Mapping[str, Any]) -> dict[str, str]:
    """Give what tells a version apart: hashes of its files, account, data, camera and code."""
    files = sorted(file for file in bundle.iterdir() if file.is_file() and file.suffix not in _UNTOLD)
    weights = hashlib.sha256("".join(file_sha256(file) for file in files).encode()).hexdigest()[:16]
    return {
        "files": weights,
        "account": account(info),
        "data": " ".join(store["hash"] for store in info["stores"]),
        "camera": str(info["camera"]["hash"]),
        "code": str(info.get("code") or "not recorded"),
    }


def register(
    registry: Registry, name: str, bundle: Path, info: Mapping[str, Any], card: str, reference: Path | None
) -> Version:
    """Make a version of a bundle, or find the one that was made of it before.

    Parameters
    ----------
    registry : Registry
        Where to.
    name : str
        Name of the registered model.
    bundle : pathlib.Path
        The bundle.
    info : mapping
        Content of ``model.json``.
    card : str
        The model card.
    reference : pathlib.Path or None
        Folder with stores of showers that it learnt from.

    Returns
    -------
    Version

    Raises
    ------
    IactflowError
        If MLflow cannot be reached.
    """
    told = hashes(bundle, info)
    before = next((one for one in registry.versions(name) if one.tags.get("account") == told["account"]), None)
    if before is not None:
        return before
    registry.ensure(name, f"Estimates {', '.join(info['tasks'])}; the alias champion names the model in service.")
    place = f"registered/{told['account']}"
    with registry.asked(), tempfile.TemporaryDirectory() as folder:
        package(bundle, info, card, reference, Path(folder) / "model")
        run = _run(registry, info, name)
        registry.client.log_artifacts(run.info.run_id, str(Path(folder) / "model"), place)
        tags = {f"{TAG}{key}": value for key, value in told.items()}
        made = registry.client.create_model_version(
            name, f"{run.info.artifact_uri}/{place}", run.info.run_id, tags=tags, description=_short(card)
        )
    return registry.version(name, int(made.version))


def _run(registry: Registry, info: Mapping[str, Any], name: str) -> Any:
    """Find the run that keeps the files: that of the training, that of this step, or one of its own."""
    client = registry.client
    for run_id in (info["mlflow"].get("run_id"), os.environ.get("MLFLOW_RUN_ID")):
        if run_id and has_run(client, run_id):
            return client.get_run(run_id)
    experiment = experiment_id(client, os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT), registry.uri)
    run = client.create_run(experiment, run_name=f"promote {name}")
    client.set_terminated(run.info.run_id)
    return run


def _short(card: str) -> str:
    more = "\n\nThe whole card is card.md among the files of this version.\n"
    return card if len(card) <= _MOST else card[: _MOST - len(more)].rsplit("\n", 1)[0] + more


def references_in(folder: Path) -> list[Path]:
    """Find the stores of training showers in the files of a registered version, in the order of their names."""
    return sorted(file.parent for file in folder.rglob(STORE))
