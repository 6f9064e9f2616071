"""Where a model to start from is: a bundle or a .keras file, here or in an S3 store, or registered with MLflow."""

from functools import cache
from pathlib import Path

from iactflow.errors import InputError
from iactflow.s3.address import is_remote
from iactflow.s3.read import fetch

#: How a registered model is named: ``models:/NAME@ALIAS`` or ``models:/NAME/VERSION``.
REGISTERED = "models:/"
_SUFFIX = ".keras"


def model_file(source: str) -> Path:
    """Find the Keras file of a model to start from.

    Parameters
    ----------
    source : str
        Folder of a model bundle, a .keras file, either of them as ``s3://bucket/...``, or a registered model as in
        `REGISTERED`, which is fetched from MLflow at ``MLFLOW_TRACKING_URI``.

    Raises
    ------
    InputError
        If there is no such model, or not exactly one Keras file in it.
    """
    path = registered_files(source) if source.startswith(REGISTERED) else _local(source)
    if path.is_file() or not path.exists():
        return _existing(path, source)
    from iactflow.models.bundle import MODEL_FILE

    if (path / MODEL_FILE).exists():
        return path / MODEL_FILE
    found = sorted(path.rglob(f"*{_SUFFIX}"))
    named = [file for file in found if file.name == MODEL_FILE] or found
    if len(named) != 1:
        raise InputError(
            f"model.init: {source} must hold one {_SUFFIX} file. Received: "
            f"{', '.join(str(file.relative_to(path)) for file in named) or 'none'}. Name the file itself."
        )
    return named[0]


def bundle_folder(source: str) -> Path:
    """Find the folder of a model bundle: a path as it is, ``s3://`` or registered (`REGISTERED`) after it was fetched.

    Raises
    ------
    InputError
        If a registered model cannot be fetched or holds no bundle.
    """
    if not source.startswith(REGISTERED):
        return _local(source)
    from iactflow.models.bundle import MANIFEST

    fetched = registered_files(source)
    found = [file.parent for file in sorted(fetched.rglob(MANIFEST))]
    if len(found) != 1:
        raise InputError(
            f"{source} must hold one model bundle. Received: a registered model with {len(found)} files {MANIFEST}. "
            "Register a bundle that train wrote, with iactflow promote."
        )
    return found[0]


def _local(source: str) -> Path:
    return fetch(source) if is_remote(source) else Path(source)


def _existing(path: Path, source: str) -> Path:
    if not path.is_file():
        raise InputError(
            f"model.init: {source} cannot be read: it does not exist. Give a model bundle, a {_SUFFIX} file or "
            f"{REGISTERED}NAME@ALIAS."
        )
    return path


@cache
def registered_files(source: str) -> Path:
    """Download the files of a registered model, once per process.

    Parameters
    ----------
    source : str
        As in `REGISTERED`.

    Raises
    ------
    InputError
        If MLflow has none, or cannot be reached.
    """
    import mlflow

    from iactflow.tracking import tracking_uri

    uri = tracking_uri()
    try:
        mlflow.set_tracking_uri(uri)
        return Path(mlflow.artifacts.download_artifacts(artifact_uri=source))
    except Exception as error:  # MLflow's stores raise errors of many libraries
        raise InputError(
            f"{source} could not be fetched from MLflow at {uri}: {str(error).splitlines()[0]} Check name "
            "and alias, and MLFLOW_TRACKING_URI."
        ) from error
