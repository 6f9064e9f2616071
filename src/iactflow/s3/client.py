"""The client of the S3 store: patient with a server that is away, plain in what it says when it gives up."""

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from iactflow.errors import ConfigError, IactflowError, InputError
from iactflow.redact import redact
from iactflow.s3.keys import Keys, find_keys

if TYPE_CHECKING:
    from minio import Minio

#: Tries of one request, for a first look (about 8 s if nobody answers) and for work that must not be lost (2.5 min).
FIRST_TRIES, TRIES = 5, 13
#: First pause between two tries, doubled each time up to the longest.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 20.0
#: Tries of a whole object, where its bytes do not arrive as they were sent.
OBJECT_TRIES = 5
#: A connection that gives nothing for so long is given up.
_CONNECT_S, _READ_S = 10.0, 60.0
_TRANSIENT = (429, 500, 502, 503, 504)
_TRANSIENT_CODES = ("SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "NoSuchUpload")
_BAD_KEYS = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidTokenId")


class Store:
    """A client and what messages say about it.

    Parameters
    ----------
    uri : str
        What it is for.
    patient : bool
        Whether requests are repeated for minutes rather than seconds.
    writing : bool
        Whether `uri` is to be written, for messages.
    """

    def __init__(self, uri: str, *, patient: bool = False, writing: bool = False) -> None:
        self.uri = uri
        self.keys = find_keys(uri)
        self.client = _client(self.keys, TRIES if patient else FIRST_TRIES)
        self._done = "written" if writing else "read"
        self._refused: type[IactflowError] = ConfigError if writing else InputError

    def attempt[T](self, what: str, work: Callable[[], T]) -> T:
        """Do something with an object, again if its bytes get lost on the way.

        Parameters
        ----------
        what : str
            The object's URI.
        work : callable
            Raises `ConnectionError` for what is worth another try.

        Raises
        ------
        InputError, ConfigError
            If the store refuses to give it, or to take it.
        IactflowError
            If the store cannot be reached.
        """
        from minio.error import MinioException, S3Error
        from urllib3.exceptions import HTTPError

        for number in range(OBJECT_TRIES):
            last = number == OBJECT_TRIES - 1
            try:
                return work()
            except S3Error as error:
                if error.code not in _TRANSIENT_CODES or last:
                    raise self._refusal(what, error) from error
            except (HTTPError, ConnectionError, MinioException) as error:
                if last or _exhausted(error):
                    raise IactflowError(
                        f"{what} cannot be {self._done}: {redact(str(error))}. Tried for a while at "
                        f"{self.keys.endpoint}. Is it up, and AWS_ENDPOINT_URL right?"
                    ) from error
            time.sleep(min(FIRST_PAUSE_S * 2**number, LONGEST_PAUSE_S))
        raise AssertionError("the last attempt returns or raises")

    def _refusal(self, what: str, error: Any) -> IactflowError:
        advice = ""
        if error.code in _BAD_KEYS:
            advice = f" The keys come from {self.keys.source}: check them, and what they may do."
        elif error.code == "NoSuchBucket":
            advice = " Check the name, or make the bucket."
        return self._refused(
            f"{what} cannot be {self._done}: the S3 store answers {error.code}, {redact(str(error.message))}{advice}"
        )


def _exhausted(error: Exception) -> bool:
    """Tell whether urllib3 has repeated the request already."""
    from urllib3.exceptions import MaxRetryError

    return isinstance(error, MaxRetryError)


def _client(keys: Keys, tries: int) -> "Minio":
    import certifi
    import urllib3
    from minio import Minio

    pool = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S),
        maxsize=16,
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("AWS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or certifi.where(),
        retries=_retry(keys.endpoint, tries),
    )
    return Minio(
        keys.host,
        access_key=keys.access,
        secret_key=keys.secret,
        session_token=keys.token or None,
        region=keys.region,
        secure=keys.secure,
        http_client=pool,
    )


def _retry(endpoint: str, tries: int) -> Any:
    """Repeat requests of any kind: of an upload, only the part that failed."""
    from urllib3 import Retry

    class Patience(Retry):
        """Says once per request that it waits."""

        def sleep(self, response: Any = None) -> None:
            if len(self.history) == 3:
                print(f"{endpoint} does not answer; trying again for a while.", file=sys.stderr, flush=True)
            super().sleep(response)

    return Patience(
        total=tries - 1,
        allowed_methods=None,
        status_forcelist=_TRANSIENT,
        raise_on_status=False,
        backoff_factor=FIRST_PAUSE_S,
        backoff_max=LONGEST_PAUSE_S,
    )
