"""Secrets taken out of what is printed, logged or written."""

import os
import re

_SECRET_NAMES = re.compile(r"SECRET|PASSWORD|TOKEN|COOKIE", re.IGNORECASE)
_USERINFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^/\s@]+@")
#: Shorter values are words that messages need.
_SHORTEST = 6
_HIDDEN = "***"

_read: set[str] = set()


def remember(*secrets: str) -> None:
    """Let `redact` know secrets that do not stand in the environment, such as those read from files."""
    _read.update(secret for secret in secrets if len(secret) >= _SHORTEST)


def redact(text: str) -> str:
    """Replace secrets in a text by ``***``.

    Parameters
    ----------
    text : str
        A message, a parameter, an address.

    Returns
    -------
    str
        Without users and passwords in addresses, values of environment variables whose names say that they are secret
        (SECRET, PASSWORD, TOKEN, COOKIE), and what was given to `remember`.
    """
    named = {value for name, value in os.environ.items() if _SECRET_NAMES.search(name)}
    # paths that name the file of a secret are none themselves, and people need them to find it
    secrets = {value for value in named | _read if len(value) >= _SHORTEST and not value.startswith(("/", "~", "."))}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return _USERINFO.sub(rf"\g<scheme>{_HIDDEN}@", text)
