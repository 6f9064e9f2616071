"""Where the address of the S3 store and the keys to it come from; never a configuration file of ours."""

import configparser
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from iactflow.errors import ConfigError
from iactflow.redact import redact, remember

#: Environment variable with the folder of a mounted Secret.
SECRET_FOLDER = "IACTFLOW_S3_SECRET"

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_ACCESS, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
#: Files of a mounted Secret: those of Kubeflow's own, or the variables' names.
_FILES = {_ACCESS: ("accesskey", _ACCESS), _SECRET: ("secretkey", _SECRET), _TOKEN: ("sessiontoken", _TOKEN)}
_DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Keys:
    """What a client needs.

    Attributes
    ----------
    host : str
        Host and port.
    secure : bool
        Whether it speaks TLS.
    region : str
        Region that requests are signed for.
    access, secret, token : str
        The keys, which `repr` leaves out; an empty token is none.
    source : str
        Where the keys were found, for messages.
    """

    host: str
    secure: bool
    region: str
    access: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(repr=False)
    source: str

    @property
    def endpoint(self) -> str:
        """The address, without keys."""
        return f"{'https' if self.secure else 'http'}://{self.host}"


def find_keys(uri: str) -> Keys:
    """Look for address and keys, anew each time: a mounted Secret may have been replaced.

    Parameters
    ----------
    uri : str
        What they are for, as messages name it.

    Returns
    -------
    Keys
        Keys are those of the environment (``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``), or
        of the folder that ``IACTFLOW_S3_SECRET`` names (files ``accesskey``, ``secretkey``, ``sessiontoken``), or of a
        profile (``AWS_PROFILE``) in ``~/.aws/credentials``. The address is ``AWS_ENDPOINT_URL_S3``,
        ``AWS_ENDPOINT_URL``, or the profile's ``endpoint_url``.

    Raises
    ------
    ConfigError
        If address or keys are nowhere, or the address is none.
    """
    profile = _profile()
    found = _environment() or _mounted() or _of_profile(profile)
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), profile.get("endpoint_url", ""))
    missing = [] if endpoint else ["AWS_ENDPOINT_URL"]
    missing += [] if found else [_ACCESS, _SECRET]
    if missing or found is None:
        raise ConfigError(
            f"{uri} needs {', '.join(missing)} in the environment; keys may also be in the folder that {SECRET_FOLDER} "
            "names (files accesskey and secretkey) or in a profile of ~/.aws/credentials (AWS_PROFILE)."
        )
    values, source = found
    remember(values[_SECRET], values.get(_TOKEN, ""))
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc or parts.path.strip("/"):
        raise ConfigError(
            "AWS_ENDPOINT_URL must be an address such as http://minio:9000, without keys and without a path. "
            f"Received: {redact(endpoint)}"
        )
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or profile.get("region")
    return Keys(
        host=parts.netloc,
        secure=parts.scheme == "https",
        region=region or _DEFAULT_REGION,
        access=values[_ACCESS],
        secret=values[_SECRET],
        token=values.get(_TOKEN, ""),
        source=source,
    )


def _environment() -> tuple[dict[str, str], str] | None:
    values = {name: os.environ[name] for name in _FILES if os.environ.get(name)}
    if (_ACCESS in values) != (_SECRET in values):
        there, absent = (_ACCESS, _SECRET) if _ACCESS in values else (_SECRET, _ACCESS)
        raise ConfigError(f"{there} is in the environment, {absent} is not. Set both, or neither.")
    return (values, "the environment") if _ACCESS in values else None


def _mounted() -> tuple[dict[str, str], str] | None:
    named = os.environ.get(SECRET_FOLDER)
    if not named:
        return None
    folder = Path(named).expanduser()
    values = {}
    for variable, names in _FILES.items():
        file = next((folder / name for name in names if (folder / name).is_file()), None)
        if file is not None:
            values[variable] = file.read_text(encoding="utf-8").strip()
    for variable in (_ACCESS, _SECRET):
        if not values.get(variable):
            raise ConfigError(
                f"{SECRET_FOLDER} must name a folder with the files accesskey and secretkey. Received: {folder}, where "
                f"{_FILES[variable][0]} is missing or empty."
            )
    return values, f"the files in {folder}"


def _profile() -> dict[str, str]:
    """Read the profile from the two files that AWS's tools share; credentials win over configuration."""
    name = os.environ.get("AWS_PROFILE") or "default"
    home = Path.home() / ".aws"
    found: dict[str, str] = {}
    for variable, file, section in (
        ("AWS_CONFIG_FILE", home / "config", name if name == "default" else f"profile {name}"),
        ("AWS_SHARED_CREDENTIALS_FILE", home / "credentials", name),
    ):
        path = Path(os.environ.get(variable) or file).expanduser()
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            # the parser's own message quotes the line, which may hold a key
            raise ConfigError(f"{path} is no file of AWS profiles ({type(error).__name__}). Mend it.") from None
        if parser.has_section(section):
            found |= dict(parser.items(section))
    return found


def _of_profile(profile: dict[str, str]) -> tuple[dict[str, str], str] | None:
    values = {variable: profile.get(variable.lower(), "") for variable in _FILES}
    if not (values[_ACCESS] and values[_SECRET]):
        return None
    return values, f"the profile {os.environ.get('AWS_PROFILE') or 'default'}"
