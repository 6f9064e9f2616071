"""Names that people gave of what lies in the cache for a while: records name the object, not the cache."""

from pathlib import Path

_uris: dict[Path, str] = {}


def note(path: Path, uri: str) -> None:
    """Keep for this process that a path stands for a URI."""
    _uris[path] = uri


def uri_or_path(path: Path | str) -> str:
    """Name a path as the user did: by its URI, if `note` was told of one."""
    return _uris.get(Path(path), str(path))
