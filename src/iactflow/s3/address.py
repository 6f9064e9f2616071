"""Names of objects: ``s3://bucket/key``."""

from typing import NamedTuple

from iactflow.errors import ConfigError
from iactflow.redact import redact

#: How an object is named where a file is expected.
SCHEME = "s3://"


class Address(NamedTuple):
    """Where objects are.

    Attributes
    ----------
    bucket : str
        Name of the bucket.
    key : str
        Of an object, or the beginning that several share up to a slash; empty for the whole bucket.
    """

    bucket: str
    key: str

    @property
    def name(self) -> str:
        """Last part of the key, as a file or folder would be called."""
        return self.key.rpartition("/")[2] or self.bucket

    def __str__(self) -> str:
        """Give the URI."""
        return f"{SCHEME}{self.bucket}/{self.key}"


def is_remote(uri: object) -> bool:
    """Tell whether something names objects of an S3 store."""
    return isinstance(uri, str) and uri.startswith(SCHEME)


def parse(uri: str) -> Address:
    """Take a URI apart; a slash at its end does not count.

    Raises
    ------
    ConfigError
        If it names no bucket, or holds a password.
    """
    bucket, _, key = uri.removeprefix(SCHEME).partition("/")
    if not is_remote(uri) or not bucket:
        raise ConfigError(f"An S3 name must be {SCHEME}BUCKET/KEY. Received: {redact(uri)}")
    if "@" in bucket or ":" in bucket:
        raise ConfigError(
            f"{redact(uri)}: an S3 name must hold no keys and no address. Put keys into AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, the address into AWS_ENDPOINT_URL."
        )
    return Address(bucket, key.rstrip("/"))
