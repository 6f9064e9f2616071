"""Objects of an S3 store as local files: fetched into the cache once per content."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from iactflow.errors import ConfigError, InputError
from iactflow.storage import aside

if TYPE_CHECKING:
    from minio import Minio

#: How an object is named where a file is expected.
SCHEME = "s3://"

_ATTEMPTS = 5
_FIRST_PAUSE_S = 0.5
_CHUNK_BYTES = 1 << 20


def download(uri: str, cache: Path) -> list[Path]:
    """Fetch the objects under an ``s3://bucket/prefix``.

    Parameters
    ----------
    uri : str
        The object, or the prefix of several.
    cache : pathlib.Path
        Folder for the files; an object whose ETag is there already is not fetched again.

    Returns
    -------
    list of pathlib.Path
        One file per object, under the object's own name, in the order of the keys.

    Raises
    ------
    ConfigError
        If the environment does not say where the S3 store is.
    InputError
        If there is no such object, or the store cannot be reached.
    """
    bucket, _, prefix = uri.removeprefix(SCHEME).partition("/")
    client = _client(uri)
    found = _retry(uri, lambda: list(client.list_objects(bucket, prefix=prefix, recursive=True)))
    objects = [entry for entry in found if not entry.is_dir and not entry.object_name.endswith("/")]
    if prefix and not prefix.endswith("/"):  # a listing goes by characters; people mean whole names
        objects = [
            entry for entry in objects if entry.object_name.startswith(prefix + "/") or entry.object_name == prefix
        ]
    if not objects:
        raise InputError(f"{uri} holds no object. Check bucket and prefix; they are whole names, not beginnings.")
    return [_fetch(client, bucket, entry, cache) for entry in objects]


def _client(uri: str) -> "Minio":
    from minio import Minio

    values = {
        name: os.environ.get(name, "") for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ConfigError(f"{uri} needs {', '.join(missing)} in the environment.")
    endpoint = urlsplit(values["AWS_ENDPOINT_URL"])
    if endpoint.scheme not in ("http", "https") or not endpoint.netloc:
        raise ConfigError(
            f"AWS_ENDPOINT_URL must be an address such as http://minio:9000. Received: {values['AWS_ENDPOINT_URL']}"
        )
    return Minio(
        endpoint.netloc,
        access_key=values["AWS_ACCESS_KEY_ID"],
        secret_key=values["AWS_SECRET_ACCESS_KEY"],
        session_token=os.environ.get("AWS_SESSION_TOKEN"),
        region=os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "us-east-1")),
        secure=endpoint.scheme == "https",
    )


def _fetch(client: "Minio", bucket: str, entry: Any, cache: Path) -> Path:
    etag = str(entry.etag).strip('"')
    uri = f"{SCHEME}{bucket}/{entry.object_name}"
    target = cache / "s3" / etag / Path(entry.object_name).name
    if not target.exists():
        _retry(uri, lambda: _save(client, bucket, entry, etag, target))
    return target


def _save(client: "Minio", bucket: str, entry: Any, etag: str, target: Path) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    response = client.get_object(bucket, entry.object_name)
    try:
        with aside(target, overwrite=True) as temporary:
            with open(temporary, "wb") as file:
                for chunk in response.stream(_CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
            size = temporary.stat().st_size
            whole = "-" in etag or digest.hexdigest() == etag  # the ETag of an upload in parts is no MD5
            if size != entry.size or not whole:
                raise ConnectionError(f"{size} of {entry.size} bytes came, or others than were stored")
    finally:
        response.close()
        response.release_conn()


def _retry[T](uri: str, work: Callable[[], T]) -> T:
    """Try again with growing pauses; what the server refuses is not tried again."""
    from minio.error import S3Error
    from urllib3.exceptions import HTTPError

    for attempt in range(_ATTEMPTS):
        try:
            return work()
        except S3Error as error:
            if error.code not in ("SlowDown", "InternalError", "ServiceUnavailable") or attempt == _ATTEMPTS - 1:
                raise InputError(f"{uri} cannot be read: the S3 store answers {error.code}, {error.message}") from error
        except (HTTPError, ConnectionError) as error:
            if attempt == _ATTEMPTS - 1:
                raise InputError(
                    f"{uri} cannot be read: {error}. Tried {_ATTEMPTS} times at {os.environ['AWS_ENDPOINT_URL']}."
                ) from error
        time.sleep(_FIRST_PAUSE_S * 2**attempt)
    raise AssertionError("the last attempt returns or raises")
