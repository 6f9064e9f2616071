"""Whether Kubeflow's server and SDK go together."""

import re
from importlib import metadata

from iactflow.errors import ConfigError


def check_version(server: str) -> str | None:
    """Compare a server's version with that of the SDK that compiled the pipeline.

    Parameters
    ----------
    server : str
        As the server states it, such as ``2.17.0``; builds of one's own say ``unknown`` or a commit.

    Returns
    -------
    str or None
        A remark where the server is newer or does not say.

    Raises
    ------
    ConfigError
        If the server is older: it may silently ignore what this SDK compiles into a pipeline.
    """
    sdk = metadata.version("kfp")
    found, own = _release(server), _release(sdk)
    if found is None or own is None:
        return f"The server does not say its version ({server}); the SDK is {sdk}."
    if found < own:
        raise ConfigError(
            f"Kubeflow's server is version {server}, older than the SDK {sdk} that compiles our pipelines. Upgrade the "
            "server (docs/operations.md); older ones may ignore parts of the pipeline without a word."
        )
    return f"The server is version {server}, newer than the SDK {sdk}." if found > own else None


def _release(version: str) -> tuple[int, int] | None:
    match = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else None
