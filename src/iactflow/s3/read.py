"""Objects as local files: fetched into the cache once per content."""

import glob
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from iactflow.cache import cache_folder
from iactflow.errors import InputError
from iactflow.s3.address import Address, parse
from iactflow.s3.client import Store
from iactflow.s3.names import note
from iactflow.storage import aside

#: Metadata of an object that this package wrote: the SHA-256 of its content.
SHA256 = "x-amz-meta-sha256"

_CHUNK_BYTES = 1 << 20
_PARALLEL = 4
#: Times that a listing is made anew because an object changed while it was read.
_LISTINGS = 3


class _ChangedError(Exception):
    """An object is no longer the one that was listed."""


def fetch(uri: str, cache: Path | None = None) -> Path:
    """Make the objects behind an ``s3://`` URI local.

    Parameters
    ----------
    uri : str
        An object, the name that several share up to a slash (a folder), or a glob.
    cache : pathlib.Path or None
        Folder for the files; None takes `iactflow.cache.cache_folder`. What is there already, going by the ETag, is
        not fetched again.

    Returns
    -------
    pathlib.Path
        The file, or a folder of links to files under the objects' names; do not write there. Another state of the
        objects is another path.

    Raises
    ------
    ConfigError
        If it is not known where the S3 store is and which keys open it.
    InputError
        If there is no such object, it may not be read, or it does not stay the same while it is read.
    IactflowError
        If the store cannot be reached.
    """
    cache = cache_folder() if cache is None else cache
    address = parse(uri)
    for _ in range(_LISTINGS):
        try:
            path = _fetch_once(address, Store(uri, patient=True), listing(uri), cache)
            note(path, str(address))
            return path
        except _ChangedError:
            continue
    raise InputError(f"{uri} cannot be read: its objects change while they are read. Wait until nobody writes there.")


def listing(uri: str, *, required: bool = True) -> dict[str, Any]:
    """List the objects behind a URI.

    Parameters
    ----------
    uri : str
        As in `fetch`.
    required : bool
        Whether finding none is an error.

    Returns
    -------
    dict
        minio's objects by name relative to the URI; an object of just this name has the name "".
    """
    address, store = parse(uri), Store(uri)
    pattern = address.key if glob.has_magic(address.key) else None
    start = _without_magic(address.key) if pattern else address.key
    found = store.attempt(
        uri, lambda: list(store.client.list_objects(address.bucket, prefix=start or None, recursive=True))
    )
    objects = [entry for entry in found if not str(entry.object_name).endswith("/")]
    named = {}
    for entry in objects:
        key = str(entry.object_name)
        # a listing goes by characters; people mean whole names
        if pattern is not None:
            if _matches(key, pattern):
                named[key.removeprefix(start)] = entry
        elif not start or key == start or key.startswith(start + "/"):
            named[key.removeprefix(start).removeprefix("/")] = entry
    if required and not named:
        raise InputError(f"{uri} holds no object. Check bucket and prefix; they are whole names, not beginnings.")
    return named


def _fetch_once(address: Address, store: Store, objects: Mapping[str, Any], cache: Path) -> Path:
    with ThreadPoolExecutor(_PARALLEL) as pool:
        files = list(pool.map(lambda entry: _file(store, address.bucket, entry, cache), objects.values()))
    if list(objects) == [""]:
        return files[0]
    return _folder(address.name, dict(zip((name or address.name for name in objects), files, strict=True)), cache)


def _folder(name: str, files: Mapping[str, Path], cache: Path) -> Path:
    """Lay out files under their names, in a folder that is named after all of their content."""
    content = "\n".join(f"{relative}\t{file}" for relative, file in sorted(files.items()))
    plain = re.sub(r"[*?\[\]]", "_", name)  # of a glob
    folder = cache / "s3" / "folders" / hashlib.sha256(content.encode()).hexdigest()[:16] / plain
    if not folder.exists():
        with aside(folder, overwrite=True) as temporary:
            for relative, file in files.items():
                link = temporary / relative
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(os.path.relpath(file, (folder / relative).parent))
    return folder


def _file(store: Store, bucket: str, entry: Any, cache: Path) -> Path:
    etag = str(entry.etag).strip('"')
    address = Address(bucket, str(entry.object_name))
    target = cache / "s3" / "objects" / etag / address.name
    if not target.exists():
        with aside(target, overwrite=True) as temporary:
            store.attempt(str(address), lambda: _save(store, address, entry.size, etag, temporary))
    return target


def _save(store: Store, address: Address, size: int, etag: str, target: Path) -> None:
    """Read an object to its end, from where a broken connection left it, and compare its content."""
    target.unlink(missing_ok=True)
    target.touch()
    stated = None
    while True:
        offset = target.stat().st_size
        stated, broken = _append(store, address, etag, offset, target)
        come = target.stat().st_size
        if broken is None or come >= size:
            break
        if come == offset:
            raise ConnectionError(f"the connection broke after {come} of {size} bytes: {broken}")
    if target.stat().st_size != size or not _is_whole(target, etag, stated):
        raise ConnectionError(f"{target.stat().st_size} of {size} bytes came, or others than were stored")


def _append(
    store: Store, address: Address, etag: str, offset: int, target: Path
) -> tuple[str | None, Exception | None]:
    """Read on; give the stated SHA-256 and what broke the connection, if it broke."""
    from minio.error import S3Error
    from urllib3.exceptions import HTTPError

    try:
        response = store.client.get_object(
            address.bucket, address.key, offset=offset, request_headers={"If-Match": f'"{etag}"'}
        )
    except S3Error as error:
        if error.code in ("PreconditionFailed", "NoSuchKey"):
            raise _ChangedError(str(address)) from error
        raise
    stated = response.headers.get(SHA256)
    try:
        with open(target, "ab") as file:
            for chunk in response.stream(_CHUNK_BYTES):
                file.write(chunk)
    except (HTTPError, ConnectionError) as error:
        return stated, error
    finally:
        response.close()
        response.release_conn()
    return stated, None


def _is_whole(file: Path, etag: str, stated: str | None) -> bool:
    """Compare with the SHA-256 that we state, or with an ETag that is an MD5: that of an upload in parts is none."""
    if stated is not None:
        with open(file, "rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == stated
    if "-" in etag:
        return True
    with open(file, "rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == etag


def _without_magic(key: str) -> str:
    """Give the folders before the first part of a glob that matches more than itself."""
    parts = key.split("/")
    plain = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    return "".join(f"{part}/" for part in parts[:plain])


def _matches(key: str, pattern: str) -> bool:
    """Match as a shell does: ``*`` stays within a folder, ``**`` does not."""
    return _match_parts(key.split("/"), pattern.split("/"))


def _match_parts(key: Sequence[str], pattern: Sequence[str]) -> bool:
    from fnmatch import fnmatchcase

    if not pattern:
        return not key
    if pattern[0] == "**":
        return any(_match_parts(key[start:], pattern[1:]) for start in range(len(key) + 1))
    return bool(key) and fnmatchcase(key[0], pattern[0]) and _match_parts(key[1:], pattern[1:])
