"""The registry of models: names, versions, aliases, and errors that say what to do."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from iactflow.errors import ConfigError, IactflowError
from iactflow.tracking import connect, tracking_uri

#: Aliases of the model in service, and of the newest one that was held against it.
CHAMPION, CHALLENGER = "champion", "challenger"
#: Beginning of the tags that we write.
TAG = "iactflow."


@dataclass(frozen=True)
class Version:
    """A version of a registered model.

    Attributes
    ----------
    name : str
        Name of the model.
    number : int
        Of the version.
    tags : dict of str
        Its tags, without `TAG`.
    """

    name: str
    number: int
    tags: dict[str, str]

    @property
    def uri(self) -> str:
        """How commands name it: ``models:/energy/3``."""
        return f"models:/{self.name}/{self.number}"


class Registry:
    """MLflow's registry at ``MLFLOW_TRACKING_URI``, or in the folder runs."""

    def __init__(self) -> None:
        if "KUBERNETES_SERVICE_HOST" in os.environ and not os.environ.get("MLFLOW_TRACKING_URI"):
            raise ConfigError(
                "MLFLOW_TRACKING_URI must name MLflow's server in a cluster: a registry in a pod ends with the pod. "
                "Received: nothing. The chart's MLflow plugin sets it for every step (docs/operations.md)."
            )
        self.uri = tracking_uri()
        self.client = connect(self.uri)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Turn what MLflow raises into an `IactflowError`."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except (MlflowException, OSError) as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise IactflowError(
                f"MLflow's registry at {self.uri} must answer. Received: {said}. Check MLFLOW_TRACKING_URI and that "
                "the server runs, then run the same command again: what was done is not done twice."
            ) from error

    def aliased(self, name: str, alias: str) -> Version | None:
        """Give the version of an alias; None without such a model or alias."""
        number = self.aliases(name).get(alias)
        return None if number is None else self.version(name, number)

    def aliases(self, name: str) -> dict[str, int]:
        """Give the version numbers by alias; nothing without such a model."""
        with self.asked():
            found = self.model(name)
            return {} if found is None else {alias: int(number) for alias, number in found.aliases.items()}

    def version(self, name: str, number: int) -> Version:
        """Give a version that is there."""
        with self.asked():
            return _version(self.client.get_model_version(name, str(number)))

    def versions(self, name: str) -> list[Version]:
        """List the versions of a model, the newest first."""
        with self.asked():
            found = self.client.search_model_versions(f"name='{name}'")
        return sorted((_version(one) for one in found), key=lambda one: -one.number)

    def names(self, pattern: str) -> list[str]:
        """List the names of models that match a pattern such as ``energy-*``."""
        with self.asked():
            found, token = [], None
            while True:
                page = self.client.search_registered_models(page_token=token)
                found += [model.name for model in page]
                token = page.token
                if not token:
                    return sorted(name for name in found if fnmatchcase(name, pattern))

    def ensure(self, name: str, description: str) -> None:
        """Make the registered model if there is none of this name."""
        with self.asked():
            if self.model(name) is None:
                create_if_absent(self.client, name, description=description)

    def tag(self, version: Version, tags: Mapping[str, str]) -> None:
        """Write tags of a version, `TAG` before their names."""
        with self.asked():
            for key, value in tags.items():
                self.client.set_model_version_tag(version.name, str(version.number), f"{TAG}{key}", value)

    def point(self, alias: str, version: Version) -> None:
        """Let an alias name a version."""
        with self.asked():
            self.client.set_registered_model_alias(version.name, alias, str(version.number))

    def drop(self, alias: str, name: str) -> None:
        """Take an alias away, if it is there."""
        if alias in self.aliases(name):
            with self.asked():
                self.client.delete_registered_model_alias(name, alias)

    def model(self, name: str) -> Any:
        """Give MLflow's entry of a registered model; None if there is none."""
        from mlflow.exceptions import MlflowException

        try:
            return self.client.get_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None


def create_if_absent(client: Any, name: str, *, description: str) -> bool:
    """Make a registered model; MLflow lets one of several that do so at once succeed.

    Returns
    -------
    bool
        Whether this call made it.
    """
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name, description=description)
    except MlflowException as error:
        # MLflow looks at the one that is in the way, which may be deleted before it does
        if error.error_code not in ("RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"):
            raise
        return False
    return True


def _version(found: Any) -> Version:
    tags = {key.removeprefix(TAG): value for key, value in found.tags.items() if key.startswith(TAG)}
    return Version(found.name, int(found.version), tags)
