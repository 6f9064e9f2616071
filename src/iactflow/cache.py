"""The folder of what is fetched or made once: samples of showers, tables and machine code of the simulator."""

import os
from functools import cache
from pathlib import Path

#: Environment variable that names the folder.
CACHE = "IACTFLOW_CACHE"
#: Environment variable that names a folder to begin with, which may be read-only: our images bring one along.
SHIPPED = "IACTFLOW_SHIPPED"


def cache_folder() -> Path:
    """Give the cache: ``$IACTFLOW_CACHE``, or ``~/.cache/iactflow``.

    Returns
    -------
    pathlib.Path
        The folder, which may not be there yet. What ``$IACTFLOW_SHIPPED`` holds appears in it as links, each file that
        is not there already; so a pod with an empty cache and no network need not fetch or make it.
    """
    named = os.environ.get(CACHE)
    folder = Path(named) if named else Path.home() / ".cache" / "iactflow"
    shipped = os.environ.get(SHIPPED)
    if shipped:
        _link(Path(shipped), folder)
    return folder


@cache
def _link(shipped: Path, folder: Path) -> None:
    for source in sorted(path for path in shipped.rglob("*") if path.is_file()):
        target = folder / source.relative_to(shipped)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.symlink_to(source)
        except FileExistsError:
            continue  # an earlier process linked it, or made one of its own
