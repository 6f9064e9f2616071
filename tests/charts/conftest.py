"""Charts as helm renders them, for tests of their templates."""

import functools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path += [str(Path(__file__).parents[1] / "kubernetes"), str(Path(__file__).parent)]
import cluster_tools

CHARTS = Path(__file__).parents[2] / "charts"


class Rendered(list[dict[str, Any]]):
    """Objects of a rendered chart."""

    def one(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        """Give the only object of a kind and name."""
        found = [
            each
            for each in self
            if each["kind"] == kind
            and each["metadata"]["name"] == name
            and namespace in (None, each["metadata"].get("namespace"))
        ]
        assert len(found) == 1, f"{kind} {name}: {len(found)} found"
        return found[0]

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Give the objects of a kind."""
        return [each for each in self if each["kind"] == kind]

    def pods(self) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Give each pod's owner, labels and specification."""
        for each in self:
            spec = each.get("spec", {})
            if each["kind"] in ("Deployment", "StatefulSet", "Job"):
                template = spec["template"]
                yield f"{each['kind']}/{each['metadata']['name']}", template["metadata"]["labels"], template["spec"]
            elif each["kind"] == "Pod":
                yield f"Pod/{each['metadata']['name']}", each["metadata"]["labels"], spec

    def container(self, name: str) -> dict[str, Any]:
        """Give the only container of a name."""
        found = [each for _, _, spec in self.pods() for each in spec["containers"] if each["name"] == name]
        assert len(found) == 1, f"container {name}: {len(found)} found"
        return found[0]

    def environment(self, container: str) -> dict[str, Any]:
        """Give a container's environment as a mapping; values from Secrets are ``secret/key``."""
        found = {}
        for entry in self.container(container)["env"]:
            source = entry.get("valueFrom", {})
            if "secretKeyRef" in source:
                found[entry["name"]] = f"{source['secretKeyRef']['name']}/{source['secretKeyRef']['key']}"
            else:
                found[entry["name"]] = entry.get("value")
        return found


@functools.cache
def _render(chart: str, settings: tuple[str, ...], files: tuple[str, ...], interfaces: tuple[str, ...]) -> str:
    helm = cluster_tools.program("helm")
    if helm is None:
        pytest.skip("helm is not built; `make test-cluster` builds it")
    command = [str(helm), "template", "iactflow", str(CHARTS / chart), "--namespace", "kfp"]
    for setting in settings:
        command += ["--set-json", setting]
    for interface in interfaces:
        command += ["--api-versions", interface]
    for file in files:
        command += ["--values", str(CHARTS / chart / file)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr)
    return done.stdout


@pytest.fixture(scope="session")
def render() -> Callable[..., Rendered]:
    """Render a chart: ``render("minio", 'buckets=[]', files=("values-x.yaml",))``; ValueError holds helm's refusal."""

    def rendered(chart: str, *settings: str, files: tuple[str, ...] = (), interfaces: tuple[str, ...] = ()) -> Rendered:
        text = _render(chart, settings, files, interfaces)
        return Rendered(each for each in yaml.safe_load_all(text) if each)

    return rendered


@pytest.fixture(scope="session", params=["default", "laptop", "production", "teams"])
def stack(request: pytest.FixtureRequest, render: Callable[..., Rendered]) -> Rendered:
    """The whole stack with each of its values files."""
    files = {
        "default": (),
        "laptop": ("values-laptop.yaml",),
        "production": ("values-production.yaml",),
        "teams": ("values-laptop.yaml", "values-teams.yaml"),
    }
    return render("iactflow", files=files[request.param])
