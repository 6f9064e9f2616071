"""A real Kubernetes control plane on this machine, with fake nodes: no container ever runs, everything else is real."""

import json
import os
import secrets
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import cluster_tools
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

HERE = Path(__file__).parent


class ControlPlane:
    """etcd, API server, controller manager, scheduler and kwok in a folder, started on entry and ended on exit.

    Parameters
    ----------
    folder : Path
        Empty folder for data, keys and logs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._ports = _free_ports(6)

    def __enter__(self) -> "ControlPlane":
        try:
            self._bring_up()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _bring_up(self) -> None:
        etcd, peer, api, manager, scheduler, kwok = self._ports
        token = secrets.token_hex(16)
        (self.folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        (self.folder / "accounts.key").write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
        self.kubeconfig.write_text(json.dumps(_kubeconfig(api, token)))
        client, peers = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peer}"
        self._start(
            "etcd",
            "--data-dir=etcd",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
        )
        self._start(
            "kube-apiserver",
            f"--etcd-servers={client}",
            "--bind-address=127.0.0.1",
            f"--secure-port={api}",
            "--cert-dir=serving",
            "--service-cluster-ip-range=10.97.0.0/16",
            "--token-auth-file=tokens.csv",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=accounts.key",
            "--service-account-signing-key-file=accounts.key",
            "--endpoint-reconciler-type=none",
        )
        self.until(lambda: _ready(api, token), "the API server answers", seconds=90)
        self._start(
            "kube-controller-manager",
            "--kubeconfig=kubeconfig",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            f"--secure-port={manager}",
            "--service-account-private-key-file=accounts.key",
            "--use-service-account-credentials=true",
            # On a busy machine kwok may be late with the nodes' leases; their pods would become unready.
            "--node-monitor-grace-period=10m",
        )
        self._start(
            "kube-scheduler",
            "--kubeconfig=kubeconfig",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            f"--secure-port={scheduler}",
        )
        self._start(
            "kwok",
            "--kubeconfig=kubeconfig",
            "--manage-all-nodes=false",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            # Nobody else speaks for the nodes; a long lease spares the API server.
            "--node-lease-duration-seconds=40",
            f"--config={HERE / 'stages.yaml'}",
            f"--server-address=127.0.0.1:{kwok}",
        )
        self.kubectl("create", "--filename", str(HERE / "nodes.yaml"))
        self.apply(*_storage())
        self.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=60s")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """Call kubectl and give what it prints; with ``check=False`` errors are part of that."""
        return self._call("kubectl", *arguments, stdin=stdin, check=check)

    def helm(self, *arguments: str, check: bool = True) -> str:
        """Call helm and give what it prints; with ``check=False`` errors are part of that."""
        return self._call("helm", *arguments, stdin=None, check=check)

    def get(self, *arguments: str) -> Any:
        """Give objects as kubectl reads them."""
        return json.loads(self.kubectl("get", *arguments, "--output=json"))

    def apply(self, *objects: dict[str, Any], check: bool = True) -> str:
        """Create or change objects."""
        manifest = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        return self.kubectl("apply", "--filename=-", stdin=manifest, check=check)

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
        """Wait for a condition and give its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for process in self._processes:
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args[0]} must keep running; its log is in {self.folder}/log")  # type: ignore[index]
            value = condition()
            if value:
                return value
            time.sleep(0.2)
        raise TimeoutError(f"{what} must happen within {seconds:.0f} s; logs are in {self.folder}/log")

    def _call(self, name: str, *arguments: str, stdin: str | None, check: bool) -> str:
        done = subprocess.run(
            [str(cluster_tools.program(name)), *arguments],
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
            input=stdin,
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            raise AssertionError(f"{name} {' '.join(arguments)} must succeed.\n{done.stdout}{_quiet(done.stderr)}")
        return done.stdout if check else done.stdout + _quiet(done.stderr)

    def _start(self, name: str, *arguments: str) -> None:
        logs = self.folder / "log"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.log").open("wb") as log:
            command = [str(cluster_tools.program(name)), *arguments]
            self._processes.append(subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log))


def _storage() -> list[dict[str, Any]]:
    """Give a default storage class with volumes for some thirty claims; nothing is ever written to them."""
    storage_class = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "fake", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "kubernetes.io/no-provisioner",
    }
    volumes = [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": f"fake-{number}"},
            "spec": {
                "storageClassName": "fake",
                "capacity": {"storage": "1Ti"},
                "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
                "hostPath": {"path": "/nowhere"},
            },
        }
        for number in range(30)
    ]
    return [storage_class, *volumes]


def _kubeconfig(port: int, token: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "test",
                "cluster": {
                    "server": f"https://127.0.0.1:{port}",
                    "certificate-authority": "serving/apiserver.crt",
                },
            }
        ],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "current-context": "test",
    }


def _ready(port: int, token: str) -> bool:
    request = urllib.request.Request(f"https://127.0.0.1:{port}/readyz", headers={"Authorization": f"Bearer {token}"})
    # The certificate is made by the very server that is waited for.
    context = ssl._create_unverified_context()
    try:
        with urllib.request.urlopen(request, timeout=2, context=context) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _quiet(text: str) -> str:
    """Leave out Helm's lines about the charts' links to each other, which bury the message."""
    return "\n".join(line for line in text.splitlines() if "found symbolic link" not in line)
