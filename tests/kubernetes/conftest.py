"""A control plane for all tests here; without its programs they skip and say what builds them."""

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
import cluster_tools
from control_plane import ControlPlane


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cluster: needs the programs that `make test-cluster` builds")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("cluster")
            # One control plane serves them all, so parallel runs keep them in one process.
            item.add_marker(pytest.mark.xdist_group("cluster"))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A running control plane with a CPU node, a GPU node and volumes."""
    missing = [name for name in ("kube-apiserver", "helm") if cluster_tools.program(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not built; `make test-cluster` builds them in about ten minutes")
    with ControlPlane(tmp_path_factory.mktemp("control-plane")) as running:
        yield running


_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def namespace(cluster: ControlPlane) -> str:
    """A namespace in which Pod Security refuses what is not restricted, as docs/operations.md makes it."""
    name = f"test-{next(_numbers)}"
    cluster.kubectl("create", "namespace", name)
    cluster.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    return name


@pytest.fixture(scope="session")
def charts() -> Path:
    """The folder with the charts."""
    return Path(__file__).parents[2] / "charts"


@pytest.fixture(scope="session")
def install(cluster: ControlPlane, charts: Path) -> Callable[..., str]:
    """Install or upgrade a chart and wait until everything in it is ready."""

    def installed(namespace: str, chart: Path | str, *arguments: str, release: str = "iactflow") -> str:
        path = str(charts / chart)
        # Definitions stay in the cluster when a release goes; the next one, in another namespace, takes them over.
        command = ["upgrade", "--take-ownership", "--install", release, path, "--namespace", namespace]
        return cluster.helm(*command, "--wait", "--timeout", "120s", *arguments)

    return installed
