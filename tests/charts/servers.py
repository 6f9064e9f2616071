"""MariaDB and MinIO as processes, with the arguments, files and variables that the charts give their containers."""

import base64
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import cluster_tools
import pytest


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def write_secrets(objects: Any, folder: Path) -> dict[tuple[str, str], str]:
    """Write the Secrets of the release's namespace as Kubernetes mounts them; give their values."""
    values = {}
    for secret in objects.all("Secret"):
        name = secret["metadata"]["name"]
        (folder / name).mkdir(parents=True, exist_ok=True)
        for key, value in secret["data"].items():
            values[name, key] = base64.b64decode(value).decode()
            (folder / name / key).write_text(values[name, key])
    return values


class Database:
    """The database of a rendered chart; `start` does what the pod's two containers do.

    Parameters
    ----------
    objects : Rendered
        The rendered chart.
    """

    def __init__(self, objects: Any) -> None:
        if shutil.which("mariadbd") is None and not Path("/usr/sbin/mariadbd").exists():
            pytest.skip("mariadbd is not installed (Debian: mariadb-server)")
        # Not in pytest's folder: each session that starts closes it to everybody but the user, in the midst of ours.
        self.folder, self.port = Path(tempfile.mkdtemp()), free_port()
        folder = self.folder
        self.secrets = write_secrets(objects, folder / "secrets")
        for name in ("data", "run", "etc", "tmp"):
            (folder / name).mkdir()
        for name, text in objects.one("ConfigMap", "database")["data"].items():
            (folder / "etc" / name).write_text(text)
        self._arguments = [
            argument.replace("/etc/database", f"{folder}/etc")
            .replace("/var/lib/mysql", f"{folder}/data")
            .replace("/run/mysqld", f"{folder}/run")
            .replace("0.0.0.0", "127.0.0.1")
            .replace("3306", str(self.port))
            for argument in objects.container("database")["args"]
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Database":
        """Prepare the data and start the server."""
        # A pod runs as a user without a name and never as root, whom MariaDB refuses.
        user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        who: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
        if user:
            subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", str(self.folder)], check=True)
        # As the pod's own /tmp: a server that starts removes the temporary tables of all others from a common one.
        paths = {"DATA": "data", "RUN": "run", "SECRETS": "secrets", "TMPDIR": "tmp"}
        environment = {
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
            **{key: str(self.folder / name) for key, name in paths.items()},
        }
        script = str(self.folder / "etc" / "prepare.sh")
        done = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, **who)
        assert done.returncode == 0, done.stdout + done.stderr
        with (self.folder / "log").open("wb") as log:
            command = ["mariadbd", *self._arguments]
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, **who)
        end = time.monotonic() + 60
        while "ready for connections" not in (self.folder / "log").read_text():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """Stop the server as Kubernetes does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.folder)

    def query(self, sql: str, secret: str, database: str = "") -> str:
        """Ask something as the account of a Secret, over the network."""
        login = ["mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", f"--port={self.port}"]
        login += [
            f"--user={self.secrets.get((secret, 'username'), 'root')}",
            "--batch",
            "--skip-column-names",
            database,
        ]
        environment = {**os.environ, "MYSQL_PWD": self.secrets[secret, "password"]}
        done = subprocess.run([*filter(None, login)], input=sql, env=environment, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip()


class Store:
    """The object store of a rendered chart, and its setup.

    Parameters
    ----------
    objects : Rendered
        The rendered chart.
    folder : Path
        Empty folder.
    """

    def __init__(self, objects: Any, folder: Path) -> None:
        server, client = cluster_tools.program("minio"), cluster_tools.program("mc")
        if server is None or client is None:
            pytest.skip("MinIO is not built; `make test-cluster` builds it")
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secrets = write_secrets(objects, folder / "secrets")
        self.environment = {
            **os.environ,
            "PATH": f"{client.parent}:{os.environ['PATH']}",
            "ENDPOINT": self.url,
            "SETUP": str(folder / "setup"),
            "SECRETS": str(folder / "secrets"),
            "MC_CONFIG_DIR": str(folder / "mc"),
        }
        environment = {
            **os.environ,
            **{
                name: self.secrets[tuple(value.split("/"))] if value.startswith("minio-root/") else value
                for name, value in objects.environment("minio").items()
            },
        }
        arguments = [
            argument.replace("/data", str(folder / "data"))
            .replace("/tmp", str(folder))
            .replace(":9000", f"127.0.0.1:{self.port}")
            .replace(":9001", f"127.0.0.1:{free_port()}")
            for argument in objects.container("minio")["args"]
        ]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen([str(server), *arguments], env=environment, stdout=log, stderr=log)
        self.set_up(objects)

    def set_up(self, objects: Any) -> None:
        """Do what the setup Job does."""
        (self.folder / "setup").mkdir(exist_ok=True)
        for name, text in objects.one("ConfigMap", "minio-setup")["data"].items():
            (self.folder / "setup" / name).write_text(text)
        script = str(self.folder / "setup" / "setup.sh")
        done = subprocess.run(["sh", script], env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr

    def client(self, secret: str) -> Any:
        """Give a client with the keys of a Secret."""
        from minio import Minio

        keys = ("username", "password") if secret == "minio-root" else ("accesskey", "secretkey")
        access, secret_key = (self.secrets[secret, key] for key in keys)
        return Minio(
            f"127.0.0.1:{self.port}", access_key=access, secret_key=secret_key, secure=False, region="us-east-1"
        )

    def stop(self) -> None:
        """Stop the server."""
        self._process.terminate()
        self._process.wait(timeout=60)
