"""Uploading a compiled pipeline and starting a run of it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from iactflow.cluster.apply import caches, containers
from iactflow.cluster.client import Client
from iactflow.cluster.compile import read_compiled

#: Hexadecimal digits of a hash that people compare by eye.
_DIGITS = 12


class Package(NamedTuple):
    """A compiled pipeline.

    Attributes
    ----------
    path : pathlib.Path
        The YAML file.
    spec : dict
        Its pipeline specification.
    platform : dict
        Its platform specification.
    """

    path: Path
    spec: dict[str, Any]
    platform: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Package":
        """Read the file that `compile_pipeline` wrote."""
        return cls(path, *read_compiled(path))

    @property
    def name(self) -> str:
        """The pipeline's name."""
        return str(self.spec["pipelineInfo"]["name"])

    @property
    def hash(self) -> str:
        """Hash of the content: equal for equal pipelines, whatever the order of their keys."""
        return short_hash([self.spec, self.platform])

    @property
    def caching(self) -> bool:
        """Whether steps may take their outputs from an earlier run."""
        return caches(self.spec)

    @property
    def images(self) -> list[str]:
        """The images that its steps run in."""
        return sorted({container["image"] for _, _, container in containers(self.spec)})


class Version(NamedTuple):
    """A version on the server, and whether this call uploaded it."""

    found: Any
    new: bool


def short_hash(content: Any) -> str:
    """Hash a structure of plain values, regardless of the order of keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:_DIGITS]


def upload(client: Client, package: Package, now: datetime | None = None) -> Version:
    """Make sure that the newest version on the server is this pipeline.

    Parameters
    ----------
    client : Client
        The server.
    package : Package
        The compiled pipeline.
    now : datetime.datetime, optional
        Goes into the name of a new version.

    Returns
    -------
    Version
        The newest one if its content is the same, else a new one: recurring runs follow the newest, so an equal one
        further down would not do.
    """
    info = package.spec["pipelineInfo"]
    pipeline = client.pipeline(package.name) or client.create_pipeline(package.name, str(info.get("description", "")))
    newest = client.newest_version(pipeline.pipeline_id)
    if newest is not None and str(newest.display_name).endswith(f"-{package.hash}"):
        return Version(newest, new=False)
    name = f"{(now or datetime.now(UTC)):%Y%m%d-%H%M%S}-{package.hash}"
    return Version(client.upload_version(pipeline.pipeline_id, name, package.path), new=True)


class Started(NamedTuple):
    """A run, and the version that it is of; without caching it is of none.

    Attributes
    ----------
    run : kfp_server_api.V2beta1Run
        As the server has it.
    version : Version or None
        The uploaded version.
    experiment : str
        Name of the experiment.
    """

    run: Any
    version: Version | None
    experiment: str


def start(client: Client, package: Package, experiment: str, arguments: Mapping[str, Any]) -> Started:
    """Start a run.

    Parameters
    ----------
    client : Client
        The server.
    package : Package
        The compiled pipeline. One without caching is handed over with the run and not uploaded: as the newest version
        it would take caching from the recurring runs as well.
    experiment : str
        Name of the experiment, made if there is none.
    arguments : mapping
        Values of parameters; the others keep their defaults.
    """
    group = client.experiment(experiment)
    name = f"{package.name} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    if package.caching:
        version = upload(client, package)
        run = client.create_run(name, group.experiment_id, arguments, version=version.found)
        return Started(run, version, experiment)
    # the server takes the two halves of a compiled pipeline under these names
    spec = {"pipeline_spec": package.spec, "platform_spec": package.platform}
    return Started(client.create_run(name, group.experiment_id, arguments, spec=spec), None, experiment)


def describe(
    package: Package, started: Started, configuration: Any, arguments: Mapping[str, Any], remark: str | None
) -> dict[str, str]:
    """Say what was started, for people.

    Parameters
    ----------
    package : Package
        The compiled pipeline.
    started : Started
        What `start` returned.
    configuration : mapping
        The resolved experiment.
    arguments : mapping
        Values of parameters.
    remark : str or None
        About the server.
    """
    version = "not uploaded, since it is without caching"
    if started.version is not None:
        version = f"{started.version.found.display_name} ({'uploaded' if started.version.new else 'unchanged'})"
    # config and settings are in the resolved experiment already
    rest = {name: value for name, value in arguments.items() if name not in ("config", "settings")}
    lines = {
        "pipeline": f"{package.name}, version {version}",
        "experiment": started.experiment,
        "image": ", ".join(one if "@" in one else f"{one} (by its tag)" for one in package.images),
        "configuration": short_hash([configuration, rest]),
        "cache": "on; CACHE=off or --no-cache runs every step anew" if package.caching else "off",
        "run": f"{started.run.display_name} ({started.run.run_id})",
    }
    return lines | ({"server": remark} if remark else {})
