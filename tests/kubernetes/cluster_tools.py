"""Build the test cluster's programs once and find them again: ``python tests/kubernetes/cluster_tools.py [MODULE...]``.

With ``--missing`` nothing is built: the modules that are not there are printed, one a line.

Three Go modules of ours pin them: the control plane (Kubernetes, etcd, kwok, kubeconform), helm, and MinIO with its
client; their dependencies would move each other's. What is built lies in the cache under the hash of its module.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODULES = Path(__file__).parent / "tools"
CACHE = Path(os.environ.get("IACTFLOW_CACHE") or Path.home() / ".cache" / "iactflow") / "cluster-tools"

_KUBERNETES = "k8s.io/component-base/version"
_HELM = "helm.sh/helm/v3/"
#: Packages of each module, and what the linker writes into them: without it kubectl and helm take themselves for v0.
PROGRAMS = {
    "controlplane": (
        [
            "k8s.io/kubernetes/cmd/kube-apiserver",
            "k8s.io/kubernetes/cmd/kube-controller-manager",
            "k8s.io/kubernetes/cmd/kube-scheduler",
            "k8s.io/kubernetes/cmd/kubectl",
            "sigs.k8s.io/kwok/cmd/kwok",
            "github.com/yannh/kubeconform/cmd/kubeconform",
            "./cmd/etcd",
        ],
        {
            f"{_KUBERNETES}.gitVersion": "v1.36.3",
            f"{_KUBERNETES}.gitMajor": "1",
            f"{_KUBERNETES}.gitMinor": "36",
        },
    ),
    "helm": (
        ["helm.sh/helm/v3/cmd/helm"],
        {
            f"{_HELM}internal/version.version": "v3.22.0",
            f"{_HELM}pkg/chartutil.k8sVersionMajor": "1",
            f"{_HELM}pkg/chartutil.k8sVersionMinor": "36",
            f"{_HELM}pkg/lint/rules.k8sVersionMajor": "1",
            f"{_HELM}pkg/lint/rules.k8sVersionMinor": "36",
        },
    ),
    "minio": (["github.com/minio/mc", "github.com/minio/minio"], {}),
}


def folder(module: str) -> Path:
    """Give the folder that a module's programs belong into, whether they are there or not."""
    digest = hashlib.sha256()
    for path in sorted((MODULES / module).rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(MODULES).as_posix().encode() + b"\0" + path.read_bytes())
    return CACHE / f"{module}-{digest.hexdigest()[:16]}"


def program(name: str) -> Path | None:
    """Give the path of a program, or None if it is not built."""
    for module, (packages, _) in PROGRAMS.items():
        if name in (package.rsplit("/", 1)[-1] for package in packages):
            path = folder(module) / name
            return path if path.exists() else None
    raise ValueError(f"name must be a program of PROGRAMS. Received: {name}")


def build(module: str) -> Path:
    """Build a module's programs, complete or not at all."""
    target = folder(module)
    if target.exists():
        return target
    packages, linked = PROGRAMS[module]
    flags = " ".join(["-s -w", *(f"-X {name}={value}" for name, value in linked.items())])
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        subprocess.run(
            ["go", "build", "-p", "2", "-trimpath", "-ldflags", flags, "-o", f"{scratch}/bin/", *packages],
            cwd=MODULES / module,
            env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"},
            check=True,
        )
        Path(scratch, "bin").rename(target)
    return target


if __name__ == "__main__":
    if sys.argv[1:] == ["--missing"]:
        print(*(module for module in PROGRAMS if not folder(module).exists()), sep="\n")
        sys.exit()
    for module in sys.argv[1:] or PROGRAMS:
        started = time.monotonic()
        path = build(module)
        print(f"{module}: {path} ({time.monotonic() - started:.0f} s)", file=sys.stderr)
