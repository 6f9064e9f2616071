"""The folder that is registered: a bundle as MLflow reads it, with signature, example, card and reference of drift."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.models.bundle import EXAMPLE_FILE
from iactflow.registered.card import CARD
from iactflow.tracking import OUTBOX

#: Folder in a registered model with stores of showers that it learnt from, samples of them.
REFERENCE = "reference"
#: Parts of a bundle's folder that belong to its making.
_LEFT_OUT = (OUTBOX, "checkpoint", ".*")


def package(bundle: Path, info: Mapping[str, Any], card: str, reference: Path | None, out: Path) -> None:
    """Write the folder.

    Parameters
    ----------
    bundle : pathlib.Path
        The model bundle.
    info : mapping
        Content of its ``model.json``.
    card : str
        The model card.
    reference : pathlib.Path or None
        Folder with stores of showers that the model learnt from.
    out : pathlib.Path
        New folder.
    """
    import mlflow.pyfunc

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "bundle"
        shutil.copytree(bundle, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        (copy / CARD).write_text(card, encoding="utf-8")
        mlflow.pyfunc.save_model(
            str(out),
            loader_module="iactflow.registered.serving",
            data_path=str(copy),
            signature=signature(info),
            input_example=_example(bundle),
            pip_requirements=[f"{name}=={version}" for name, version in info["versions"].items()],
        )
    (out / CARD).write_text(card, encoding="utf-8")
    if reference is not None:
        shutil.copytree(reference, out / REFERENCE)


def signature(info: Mapping[str, Any]) -> Any:
    """Say what a model takes and gives, in MLflow's words (``mlflow.models.ModelSignature``)."""
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    takes = [TensorSpec(np.dtype("float32"), (-1, *shape), name) for name, shape in info["inputs"].items()]
    gives = [TensorSpec(np.dtype("float32"), (-1,), name) for name in info["outputs"]]
    return ModelSignature(inputs=Schema(takes), outputs=Schema(gives))


def _example(bundle: Path) -> dict[str, np.ndarray] | None:
    file = bundle / EXAMPLE_FILE
    if not file.exists():
        return None
    with np.load(file) as content:
        return {name: content[name].astype(np.float32) for name in content.files}
