"""What a refusal of Kubeflow's API means, and what to do about it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from iactflow.cluster.environment import Kubeflow
from iactflow.errors import ConfigError, IactflowError

#: What lets in, by kubeflow.authentication.
_CREDENTIALS = {
    "none": "none is sent",
    "token": "KFP_TOKEN",
    "in-cluster": "of the pod's service account",
    "dex": "KFP_COOKIE, or that of KFP_USERNAME",
}
_NO_NAMESPACE = re.compile(r'namespaces \\?"([^"\\]+)\\?" not found')


@contextmanager
def explained(kubeflow: Kubeflow, endpoint: str, doing: str) -> Iterator[None]:
    """Turn what a call to Kubeflow raises into a sentence.

    Parameters
    ----------
    kubeflow : Kubeflow
        The section of the environment.
    endpoint : str
        Address of the API.
    doing : str
        What the call was to do, such as ``create the run``.

    Raises
    ------
    ConfigError
        If something in the environment or the request is wrong.
    IactflowError
        If the server cannot be reached or does not do it.
    """
    import urllib3
    from kfp_server_api import ApiException

    try:
        yield
    except AttributeError as error:
        # kfp-server-api 2.17 means to say that TLS failed, and stumbles over there being no body
        if not isinstance(error.__context__, ApiException) or error.__context__.status:
            raise
        raise _unreachable(kubeflow, endpoint, str(error.__context__.reason)) from error
    except ApiException as error:
        raise _refused(kubeflow, endpoint, doing, error.status, _message(error.body)) from error
    except urllib3.exceptions.HTTPError as error:
        raise _unreachable(kubeflow, endpoint, str(getattr(error, "reason", error))) from error


def not_kubeflow(kubeflow: Kubeflow, endpoint: str) -> IactflowError:
    """Make the error for an address that answers with a web page or sends one on to it."""
    if kubeflow.authentication == "dex":
        return ConfigError(
            f"{endpoint} asks for a login although a session was sent: it has expired, or is another place's. Log "
            "in with a browser and set KFP_COOKIE to the new session's cookie, or unset it and set KFP_USERNAME and "
            "KFP_PASSWORD."
        )
    return ConfigError(
        f"{endpoint} answers with a web page instead of data: it asks for a login, or it is not Kubeflow Pipelines. "
        "Set kubeflow.authentication in the environment to dex or token, and check kubeflow.endpoint."
    )


def _unreachable(kubeflow: Kubeflow, endpoint: str, reason: str) -> IactflowError:
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return ConfigError(
            f"{endpoint} shows a certificate that is not trusted: {reason}. Set kubeflow.ca_file in the environment to "
            "the certificate of the authority that signed it."
        )
    return IactflowError(
        f"Kubeflow's API at {endpoint} does not answer: {reason}. Is the port forwarded "
        f"(kubectl -n {kubeflow.namespace} port-forward svc/ml-pipeline 8888), and kubeflow.endpoint in the "
        "environment, or KFP_ENDPOINT, right?"
    )


def _refused(kubeflow: Kubeflow, endpoint: str, doing: str, status: int, message: str) -> IactflowError:
    missing = _NO_NAMESPACE.search(message)
    if missing:
        return ConfigError(
            f"There is no namespace {missing[1]} in the cluster, so Kubeflow could not {doing}. Set kubeflow.namespace "
            "in the environment to the team's namespace (kubectl get namespaces)."
        )
    if 300 <= status < 400:
        return not_kubeflow(kubeflow, endpoint)
    if status == 401:
        return ConfigError(
            f"Kubeflow at {endpoint} does not know who asks (401), so it did not {doing}: {_last(message)} "
            f"The token or session ({_CREDENTIALS[kubeflow.authentication]}) is missing or has expired; "
            f"kubeflow.authentication is {kubeflow.authentication}. A service account's token must be made for "
            "Kubeflow: kubectl create token ACCOUNT --audience pipelines.kubeflow.org."
        )
    if status == 403:
        return ConfigError(
            f"Kubeflow at {endpoint} does not allow this account to {doing} (403): {_rights(message)} Is "
            f"kubeflow.namespace, {kubeflow.namespace}, spelt right? Kubeflow says the same of one that is not there. "
            "If it is, its owner can make you a member (global.teams of our chart, kubeflow-pipelines-edit of others)."
        )
    if status == 404 and doing == "say which version it is":
        return ConfigError(
            f"{endpoint} does not speak version 2 of Kubeflow's API (404). Kubeflow Pipelines must be 2.x, and the "
            "endpoint its API or its pages, without a path such as /pipeline that the server does not have."
        )
    kind = ConfigError if status == 400 else IactflowError
    return kind(f"Kubeflow at {endpoint} did not {doing} ({status}): {message}")


def _message(body: str | bytes | None) -> str:
    """Take the sentence out of an error's body."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    try:
        content = json.loads(text)
    except ValueError:
        return text.strip()[:500]
    if not isinstance(content, dict):
        return text.strip()[:500]
    return str(content.get("message") or content.get("error_message") or content.get("error") or text).strip()


def _rights(message: str) -> str:
    """Say who may not do what, out of the review that Kubeflow prints whole."""
    found = {key: value for key, value in re.findall(r"(Namespace|Verb|Resource):([a-z0-9-]+)", message)}
    user = re.search(r"User '([^']+)'", message)
    if user is None or len(found) < 3:
        return message
    return f"{user[1]} may not {found['Verb']} {found['Resource']} in namespace {found['Namespace']}."


def _last(message: str) -> str:
    """Take the reason out of the chain that Kubeflow hangs before it."""
    return message.rpartition("Error ")[2].strip("[] ").replace("]]:", ":") + "."
