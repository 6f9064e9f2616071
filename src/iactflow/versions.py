"""Versions of packages, for what files record of how they were made."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """Give the version of every package that is installed."""
    from importlib import metadata

    found = {}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def code_hash() -> str:
    """Give a hash of iactflow's own source files, which changes with any of them where the version does not."""
    import iactflow

    folder = Path(iactflow.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
