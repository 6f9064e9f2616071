"""Versions of packages, for what files record of how they were made."""

from collections.abc import Iterable


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
