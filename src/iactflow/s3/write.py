"""Local files as objects: uploaded in parts, checked, and complete before anybody can take them for it."""

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iactflow.errors import ConfigError, IactflowError, OutputExistsError
from iactflow.s3.address import Address, parse
from iactflow.s3.client import Store
from iactflow.s3.read import SHA256, listing

#: Bytes of a part; an upload that breaks repeats no more than the parts under way.
PART_BYTES = 16 << 20
_MOST_PARTS = 10_000
#: What tells readers that a folder is complete, such as store.json and model.json: it is uploaded last.
_MANIFEST = ".json"


def refuse_existing(uri: str, *, overwrite: bool) -> None:
    """Raise `OutputExistsError` if there are objects under this name that may not be replaced.

    Raises
    ------
    OutputExistsError
        If there are.
    ConfigError
        If the store refuses; so that this is known before any work is done.
    """
    store = Store(uri, writing=True)
    address = parse(uri)
    if not store.attempt(uri, lambda: store.client.bucket_exists(address.bucket)):
        raise ConfigError(f"{uri} cannot be written: there is no bucket {address.bucket}. Check the name, or make it.")
    if not overwrite and listing(uri, required=False):
        raise OutputExistsError(f"{uri} exists already. Choose another --out or add --overwrite.")


def send(source: Path, uri: str, *, known: Mapping[str, str] | None = None, replace: bool = False) -> None:
    """Upload a file or a folder.

    Parameters
    ----------
    source : pathlib.Path
        File or folder, complete. What the store already holds with the same content is not sent again.
    uri : str
        Name of the object, or of the folder.
    known : mapping of str or None
        ETags of objects, by relative name, that this output was made from and may replace.
    replace : bool
        Whether all that is there may be replaced; what `source` does not hold is then removed.

    Raises
    ------
    OutputExistsError
        If an object is there, or came meanwhile, that may not be replaced.
    ConfigError
        If the store refuses.
    IactflowError
        If the store cannot be reached for minutes.

    Notes
    -----
    Every part is checked by the server (its SHA-256 is signed, or its MD5 stated), the object's SHA-256 is kept with
    it, and what the server then says of the object is compared. JSON files at the top of a folder come last, since
    readers take a folder without them for incomplete; where they are to be replaced they go first.
    """
    address, store = parse(uri), Store(uri, patient=True, writing=True)
    files = _files(source)
    there = listing(uri, required=False, patient=True)
    changed = {name: file for name, file in files.items() if not _same(store, address.bucket, there.get(name), file)}
    if not replace:
        _refuse_foreign(uri, changed, there, known or {})
    else:
        for name in [name for name in there if name not in files or (_is_manifest(name) and changed)]:
            _remove(store, Address(address.bucket, str(there[name].object_name)))
    for name, file in sorted(changed.items(), key=lambda item: (_is_manifest(item[0]), item[0])):
        key = "/".join(part for part in (address.key, name) if part)
        _put(store, Address(address.bucket, key), file)


def discard(uri: str) -> None:
    """Remove one object.

    Raises
    ------
    ConfigError
        If the store refuses.
    IactflowError
        If the store cannot be reached for minutes.
    """
    _remove(Store(uri, patient=True, writing=True), parse(uri))


def _files(source: Path) -> dict[str, Path]:
    if source.is_file():
        return {"": source}
    return {str(path.relative_to(source)): path for path in sorted(source.rglob("*")) if path.is_file()}


def _is_manifest(name: str) -> bool:
    return "/" not in name and name.endswith(_MANIFEST)


def _refuse_foreign(uri: str, changed: Mapping[str, Path], there: Mapping[str, Any], known: Mapping[str, str]) -> None:
    foreign = [name for name in changed if name in there and _etag(there[name]) != known.get(name)]
    # a single object and a folder of the same name would hide each other
    foreign += [name for name in there if (name == "") != ("" in changed) and changed]
    if foreign:
        raise OutputExistsError(
            f"{uri} was changed by somebody else while this command worked: {', '.join(sorted(set(foreign))) or uri}. "
            "Nothing of it was replaced. Run the same command again, choose another --out, or add --overwrite."
        )


def _same(store: Store, bucket: str, entry: Any, file: Path) -> bool:
    """Tell whether an object holds just what a file does."""
    if entry is None or entry.size != file.stat().st_size:
        return False
    what = Address(bucket, str(entry.object_name))
    stat = store.attempt(str(what), lambda: store.client.stat_object(what.bucket, what.key))
    return bool((stat.metadata or {}).get(SHA256) == _sha256(file))


def _put(store: Store, address: Address, file: Path) -> None:
    digest, size = _sha256(file), file.stat().st_size
    # the SDK chooses the size of parts where ours would be too many
    part = PART_BYTES if size <= PART_BYTES * _MOST_PARTS else 0

    def upload() -> None:
        store.client.fput_object(
            address.bucket,
            address.key,
            str(file),
            content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
            metadata={"sha256": digest},
            part_size=part,
        )
        stat = store.client.stat_object(address.bucket, address.key)
        if stat.size != size or (stat.metadata or {}).get(SHA256) != digest:
            raise ConnectionError(f"the store holds {stat.size} of {size} bytes, or others than were sent")

    store.attempt(str(address), upload)
    if _sha256(file) != digest:
        raise IactflowError(f"{file} changed while it was sent to {address}. Run the same command again.")


def _remove(store: Store, address: Address) -> None:
    store.attempt(str(address), lambda: store.client.remove_object(address.bucket, address.key))


def _etag(entry: Any) -> str:
    return str(entry.etag).strip('"')


def _sha256(file: Path) -> str:
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
