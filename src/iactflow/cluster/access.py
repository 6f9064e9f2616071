"""How to be let in to Kubeflow: nothing, a service account's token, a token of one's own, or a login with Dex."""

import http.cookiejar
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from iactflow.cluster.environment import Kubeflow
from iactflow.errors import ConfigError, IactflowError

#: Where a pod finds a token for Kubeflow's API; mounted with the audience ``pipelines.kubeflow.org``.
TOKEN_FILE = Path("/var/run/secrets/kubeflow/pipelines/token")

#: Cookies by which Kubeflow's two authentication proxies know a session.
_SESSIONS = ("oauth2_proxy_kubeflow", "authservice_session")
_PATIENCE = 20


class Credentials(NamedTuple):
    """What goes with each request: a bearer token, a cookie, or neither."""

    token: str | None = None
    cookie: str | None = None


def credentials(kubeflow: Kubeflow, endpoint: str) -> Credentials:
    """Get what the environment's way of authentication needs.

    Parameters
    ----------
    kubeflow : Kubeflow
        Its ``authentication`` chooses the way.
    endpoint : str
        Address of the API.

    Raises
    ------
    ConfigError
        If a variable or file that the way needs is not there.
    IactflowError
        If the login is refused or its server cannot be reached.
    """
    match kubeflow.authentication:
        case "token":
            return Credentials(token=_variable("KFP_TOKEN", "token"))
        case "in-cluster":
            return Credentials(token=_service_account_token())
        case "dex":
            if "KFP_COOKIE" in os.environ:
                return Credentials(cookie=os.environ["KFP_COOKIE"])
            user, password = _variable("KFP_USERNAME", "dex"), _variable("KFP_PASSWORD", "dex")
            return Credentials(cookie=_log_in(endpoint, user, password, kubeflow.ca_file))
        case _:
            return Credentials()


def _variable(name: str, way: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(
            f"The environment variable {name} must be set: kubeflow.authentication is {way}. It never stands in a file."
        )
    return value


def _service_account_token() -> str:
    path = Path(os.environ.get("KF_PIPELINES_SA_TOKEN_PATH", TOKEN_FILE))
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"{path} must hold a token: kubeflow.authentication is in-cluster. Received: {error.strerror}. Mount a "
            "projected service account token with the audience pipelines.kubeflow.org, or choose another way."
        ) from error


class _Form(HTMLParser):
    """Where the first form of a page is sent to."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form" and self.action is None:
            self.action = dict(attrs).get("action") or ""


def _log_in(endpoint: str, user: str, password: str, ca_file: str | None) -> str:
    """Go through Dex's login page as a browser does, and keep the session's cookie."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(jar),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)),
    )
    try:
        with opener.open(endpoint, timeout=_PATIENCE) as page:
            address = _to_password_form(page.url)
        with opener.open(address, timeout=_PATIENCE) as page:
            form = _Form()
            form.feed(page.read().decode(errors="replace"))
            target = urllib.parse.urljoin(page.url, form.action or "")
        fields = urllib.parse.urlencode({"login": user, "password": password}).encode()
        opener.open(target, data=fields, timeout=_PATIENCE).close()
    except urllib.error.HTTPError as error:
        raise IactflowError(f"The login at {endpoint} failed: {error.code} {error.reason}.") from error
    except OSError as error:
        raise IactflowError(f"The login page of {endpoint} does not answer: {error}.") from error
    session = [f"{cookie.name}={cookie.value}" for cookie in jar if cookie.name in _SESSIONS]
    if not session:
        raise IactflowError(
            f"The login at {endpoint} gave no session: user {user} or the password is wrong, or it is no Dex with "
            "passwords. Log in with a browser and set KFP_COOKIE to the session's cookie, or use "
            "kubeflow.authentication: token."
        )
    return "; ".join(session)


def _to_password_form(url: str) -> str:
    """Choose "log in with a password" where Dex asks how one wants to log in."""
    parts = urllib.parse.urlsplit(url)
    if parts.path.rstrip("/").endswith("/auth"):
        parts = parts._replace(path=parts.path.rstrip("/") + "/local")
    return urllib.parse.urlunsplit(parts)
