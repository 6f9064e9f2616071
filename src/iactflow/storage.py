"""Files that are complete or absent: write aside, then rename."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iactflow.errors import IactflowError, OutputExistsError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def aside(target: Path | str, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a path beside `target` to write to; it takes its place only when the block succeeds.

    Parameters
    ----------
    target : path-like
        File or folder that is to be written.
    overwrite : bool
        Whether an existing target may be replaced.

    Yields
    ------
    pathlib.Path
        A path in the same folder that does not exist yet. Create a file or a folder there.

    Raises
    ------
    OutputExistsError
        If the target exists and `overwrite` is false, before anything is written.
    IactflowError
        If the disk is full. What was written aside is removed.
    """
    target = Path(target)
    refuse_existing(target, overwrite=overwrite)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.aside")
    try:
        with explain_full_disk(target):
            yield temporary
            replace(temporary, target)
    finally:
        remove(temporary)


@contextmanager
def explain_full_disk(target: Path | str) -> Iterator[None]:
    """Turn "no space left" while writing `target` into an `IactflowError` that names it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        raise IactflowError(
            f"{target} could not be written: {os.strerror(error.errno or 0).lower()}. Nothing was left half-written; "
            "free some space and run the same command again."
        ) from error


def refuse_existing(target: Path | str, *, overwrite: bool) -> None:
    """Raise `OutputExistsError` if `target` exists and may not be replaced."""
    if os.path.lexists(target) and not overwrite:
        raise OutputExistsError(f"{target} exists already. Choose another --out or add --overwrite.")


def write_bytes(target: Path | str, content: bytes, *, overwrite: bool = True) -> None:
    """Write a whole file aside, flush it to the disk and rename it."""
    with aside(target, overwrite=overwrite) as temporary, open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_text(target: Path | str, content: str, *, overwrite: bool = True) -> None:
    """Write a whole UTF-8 text file aside, flush it to the disk and rename it."""
    write_bytes(target, content.encode(), overwrite=overwrite)


def remove(path: Path | str) -> None:
    """Remove a file or a folder with all it holds, if it is there."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def replace(source: Path, target: Path) -> None:
    """Rename `source` to `target`; an old folder is moved out of the way first, since rename cannot replace it."""
    if not (target.is_dir() and not target.is_symlink()):
        os.replace(source, target)
        return
    old = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.old")
    os.rename(target, old)
    try:
        os.rename(source, target)
    except OSError:
        os.rename(old, target)
        raise
    remove(old)
