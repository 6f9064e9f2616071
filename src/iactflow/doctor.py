"""Examination of an installation: what is there, what can be seen and reached, and what to do about the rest."""

import os
import shutil
import sys
import urllib.error
import urllib.request
from importlib import metadata
from typing import Literal, NamedTuple

from iactflow.cache import cache_folder
from iactflow.errors import ConfigError
from iactflow.redact import redact
from iactflow.s3.keys import SECRET_FOLDER, find_keys

#: Least free space, in GB, below which runs are likely to fail.
_FREE_GB = 5
#: Seconds to wait for a server.
_PATIENCE = 5
#: Packages whose versions decide whether the others work.
_PACKAGES = ("tensorflow", "keras", "ctlearn", "dl1-data-handler", "ctapipe", "kfp", "mlflow", "minio", "pyirf")


class Finding(NamedTuple):
    """One line of the examination.

    Attributes
    ----------
    what : str
        What was looked at.
    state : {"good", "absent", "broken"}
        ``absent`` is not needed for what is set up; ``broken`` is.
    told : str
        What was found, and where it is not good, what to do.
    """

    what: str
    state: Literal["good", "absent", "broken"]
    told: str


def examine() -> list[Finding]:
    """Look at everything that iactflow stands on.

    Returns
    -------
    list of Finding
        Software first, then this machine, then servers.
    """
    return [*_packages(), _gpu(), _disk(), _mlflow(), _s3(), _kubeflow()]


def _packages() -> list[Finding]:
    findings = [Finding("python", "good", sys.version.split()[0])]
    for name in _PACKAGES:
        try:
            findings.append(Finding(name, "good", metadata.version(name)))
        except metadata.PackageNotFoundError:
            findings.append(Finding(name, "broken", "is not installed; run `make install`"))
    return findings


def _gpu() -> Finding:
    if not any(finding.what == "tensorflow" and finding.state == "good" for finding in _packages()):
        return Finding("GPU", "broken", "cannot be seen without TensorFlow")
    from iactflow.models.backend import tf

    devices = tf.config.list_physical_devices("GPU")
    if devices:
        names = [tf.config.experimental.get_device_details(device).get("device_name", "GPU") for device in devices]
        return Finding("GPU", "good", ", ".join(names))
    if shutil.which("nvidia-smi"):
        return Finding("GPU", "broken", "there is a driver, but TensorFlow sees no GPU; install requirements/gpu.txt")
    return Finding("GPU", "absent", "none; training runs on the CPU")


def _disk() -> Finding:
    folder = cache_folder()
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free / 1e9
    if not os.access(place, os.W_OK):
        return Finding("cache", "broken", f"{folder} cannot be written; set IACTFLOW_CACHE to a folder that can")
    if free < _FREE_GB:
        return Finding("cache", "broken", f"{folder} has {free:.1f} GB left; {_FREE_GB} GB are needed")
    return Finding("cache", "good", f"{folder}, {free:.0f} GB left")


def _mlflow() -> Finding:
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    if not uri:
        return Finding("MLflow", "absent", "MLFLOW_TRACKING_URI is not set; runs are kept in a database beside them")
    if not uri.startswith("http"):
        return Finding("MLflow", "good", redact(uri))
    return _reach("MLflow", uri, "/health", "Is the server up, and MLFLOW_TRACKING_URI right?")


def _s3() -> Finding:
    try:
        keys = find_keys("s3://")
    except ConfigError as error:
        wanted = any(os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", SECRET_FOLDER))
        return Finding("S3", "broken" if wanted else "absent", str(error))
    found = _reach("S3", keys.endpoint, "/minio/health/live", "Is the server up, and AWS_ENDPOINT_URL right?")
    return found._replace(told=f"{found.told}; keys from {keys.source}")


def _kubeflow() -> Finding:
    uri = os.environ.get("KFP_ENDPOINT", "")
    if not uri:
        return Finding("Kubeflow", "absent", "KFP_ENDPOINT is not set; pipelines run on this machine only")
    return _reach("Kubeflow", uri, "/apis/v2beta1/healthz", "Is the port forwarded, and KFP_ENDPOINT right?")


def _reach(what: str, uri: str, path: str, advice: str) -> Finding:
    """Ask a server for an answer of any kind: a refusal (403, 404) shows that it is there."""
    try:
        urllib.request.urlopen(uri.rstrip("/") + path, timeout=_PATIENCE).close()
    except urllib.error.HTTPError as error:
        return Finding(what, "good", f"{redact(uri)} (answers {error.code})")
    except (OSError, ValueError) as error:
        return Finding(what, "broken", redact(f"{uri} does not answer: {error}. {advice}"))
    return Finding(what, "good", redact(uri))
