"""Real MinIO and MLflow servers as processes: ``python tests/cluster/servers.py`` builds what they take, once.

MinIO's server is built from its Go module; MLflow's S3 driver, which its own image brings, is put beside our
environment. Both lie in the cache under the hash of this file.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

MINIO = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"
#: With what it needs beyond our own environment; all of its dependencies would bring another urllib3.
S3_DRIVER = ("boto3==1.44.5", "botocore==1.44.5", "s3transfer==0.19.3", "jmespath==1.1.0")

CACHE = Path(os.environ.get("IACTFLOW_CACHE") or Path.home() / ".cache" / "iactflow")
_PINNED = hashlib.sha256(" ".join([MINIO, *S3_DRIVER]).encode()).hexdigest()[:16]
FOLDER = CACHE / f"servers-{_PINNED}"
ACCESS, SECRET = "access-of-tests", "secret-of-tests"


def build():
    """Build MinIO and fetch the driver; two minutes on two cores."""
    if (FOLDER / "complete").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    go = os.environ | {"GOBIN": str(FOLDER / "bin"), "GOFLAGS": "-p=2"}
    subprocess.run(["nice", "go", "install", MINIO], env=go, check=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(FOLDER / "python")]
    subprocess.run([*pip, *S3_DRIVER], check=True)
    (FOLDER / "complete").touch()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def process(command, environment, health, log):
    """Run a server until the block ends; it counts as started when `health` answers."""
    with open(log, "wb") as output:
        server = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            deadline = time.monotonic() + 300  # importing MLflow takes minutes on a machine that is busy
            while time.monotonic() < deadline:
                assert server.poll() is None, log.read_text()
                try:
                    urllib.request.urlopen(health, timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise AssertionError(log.read_text())
            yield
        finally:
            # the server's own processes as well, which would otherwise outlive it on a machine that is busy
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def minio(container, folder):
    """Start MinIO with the chart's arguments, on a folder and port of its own; give the process and its address."""
    port = free_port()
    own = {
        "/data": str(folder / "data"),
        "--address=:9000": f"--address=127.0.0.1:{port}",
        "--console-address=:9001": f"--console-address=127.0.0.1:{free_port()}",
        "--certs-dir=/tmp/certs": f"--certs-dir={folder / 'certs'}",
    }
    arguments = [own.get(argument, argument) for argument in container["args"]]
    assert set(own) <= set(container["args"]), "the chart's arguments have changed"
    environment = os.environ | plain_environment(container)
    environment |= {"MINIO_ROOT_USER": ACCESS, "MINIO_ROOT_PASSWORD": SECRET}
    address = f"http://127.0.0.1:{port}"
    command = [str(FOLDER / "bin" / "minio"), *arguments]
    return process(command, environment, f"{address}/minio/health/live", folder / "minio.log"), address


def mlflow(container, folder, s3):
    """Start MLflow with the chart's arguments, over SQLite and our MinIO; give the process and its address."""
    port = free_port()
    arguments = [argument.replace(":5000", f":{port}") for argument in container["args"]]
    own = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=5000": f"--port={port}"}
    assert set(own) <= set(arguments), "the chart's arguments have changed"
    arguments = ["--workers=1" if one.startswith("--workers=") else own.get(one, one) for one in arguments]
    stated = plain_environment(container)
    assert "MLFLOW_S3_ENDPOINT_URL" in stated, "the chart's environment has changed"
    environment = os.environ | stated
    environment |= {
        "MLFLOW_BACKEND_STORE_URI": f"sqlite:///{folder / 'mlflow.db'}",
        "MLFLOW_S3_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": ACCESS,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(FOLDER / "python")]),
    }
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", *arguments]
    return process(command, environment, f"{address}/health", folder / "mlflow.log"), address


def plain_environment(container):
    """Take the variables that the chart states itself; those from Secrets are ours."""
    return {one["name"]: str(one["value"]) for one in container.get("env", []) if "value" in one}


if __name__ == "__main__":
    build()
    print(FOLDER)
