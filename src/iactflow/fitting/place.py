"""The folder that a model is made in: who may use it, and when its content counts as a model."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iactflow.errors import IactflowError, OutputExistsError
from iactflow.fitting.checkpoint import FOLDER as CHECKPOINT
from iactflow.models.bundle import CODE_FILE, CTLEARN_FILE, MANIFEST
from iactflow.storage import remove
from iactflow.tracking import OUTBOX

#: Files are written here, then moved beside the manifest.
STAGING = ".unfinished"


@contextmanager
def claim(out: Path, *, overwrite: bool) -> Iterator[None]:
    """Hold a folder for one training.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the model; made if it is not there. It is unfinished as long as it has no ``model.json``.
    overwrite : bool
        Whether a finished model may be replaced. It stays until the new one is complete.

    Raises
    ------
    OutputExistsError
        If there is a finished model or something else.
    IactflowError
        If another training is writing there.
    """
    if not overwrite:
        if (out / MANIFEST).exists():
            raise OutputExistsError(f"{out} holds a finished model. Choose another --out or add --overwrite.")
        there = {entry.name for entry in out.iterdir()} if out.is_dir() else set()
        in_work = not there or {CHECKPOINT, STAGING, OUTBOX} & there
        if os.path.lexists(out) and not (out.is_dir() and in_work):
            raise OutputExistsError(
                f"{out} exists and is no training in progress. Choose another --out or add --overwrite."
            )
    elif out.is_file():
        remove(out)
    out.mkdir(parents=True, exist_ok=True)
    folder = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IactflowError(
                f"Another training is writing to {out}. Wait for it, or choose another --out."
            ) from error
        yield
    finally:
        os.close(folder)


@contextmanager
def publishing(out: Path) -> Iterator[Path]:
    """Give a folder to write a bundle to; its files take their place when the block succeeds, ``model.json`` last.

    The checkpoint is removed only then: killed at any moment, the model is complete or the training can go on.
    """
    staging = out / STAGING
    remove(staging)
    staging.mkdir()
    try:
        yield staging
        files = sorted(staging.iterdir(), key=lambda file: file.name == MANIFEST)
        for file in files:
            with open(file, "rb") as written:
                os.fsync(written.fileno())
        remove(out / MANIFEST)
        for old in ({entry.name for entry in out.iterdir()} & {CTLEARN_FILE, CODE_FILE}) - {
            file.name for file in files
        }:
            remove(out / old)
        for file in files:
            os.replace(file, out / file.name)
    finally:
        remove(staging)
    remove(out / CHECKPOINT)
