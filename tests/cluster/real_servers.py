"""Real MinIO and MLflow servers as processes: ``python tests/cluster/real_servers.py`` fetches what they take, once.

MinIO's server is one of the programs of the test cluster. MLflow's is our environment's, with the S3 driver that its
own image brings beside it; the driver lies in the cache under the hash of its versions.
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

sys.path.append(str(Path(__file__).parents[1] / "kubernetes"))
import cluster_tools

#: With what it needs beyond our own environment; all of its dependencies would bring another urllib3.
S3_DRIVER = ("boto3==1.44.5", "botocore==1.44.5", "s3transfer==0.19.3", "jmespath==1.1.0")
DRIVER = cluster_tools.CACHE / f"s3-driver-{hashlib.sha256(' '.join(S3_DRIVER).encode()).hexdigest()[:16]}"
ACCESS, SECRET = "access-of-tests", "secret-of-tests"


def build():
    """Build MinIO and fetch the driver; four minutes on two cores."""
    cluster_tools.build("minio")
    if not DRIVER.exists():
        unfinished = DRIVER.with_suffix(".unfinished")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(unfinished)]
        subprocess.run([*pip, *S3_DRIVER], check=True)
        unfinished.rename(DRIVER)


def built():
    """Tell whether `build` has been called."""
    return cluster_tools.program("minio") is not None and DRIVER.exists()


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
    command = [str(cluster_tools.program("minio")), *arguments]
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
        "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(DRIVER)]),
    }
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", *arguments]
    return process(command, environment, f"{address}/health", folder / "mlflow.log"), address


def plain_environment(container):
    """Take the variables that the chart states itself; those from Secrets are ours."""
    return {one["name"]: str(one["value"]) for one in container.get("env", []) if "value" in one}


if __name__ == "__main__":
    build()
