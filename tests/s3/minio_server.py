"""A real MinIO server as a process, behind a line that tests can disturb."""

import io
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import cluster_tools
from link import Link

BUCKET = "showers"


class Minio:
    """A MinIO server with keys of its own.

    Parameters
    ----------
    folder : pathlib.Path
        Empty folder for its data.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.link = folder, Link()
        self.access, self.secret = f"user-{secrets.token_hex(6)}", f"secret-{secrets.token_hex(16)}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, on another port if somebody else was quicker, and wait until it answers."""
        for _ in range(5):
            with socket.create_server(("127.0.0.1", 0)) as found:
                port = found.getsockname()[1]
            if self._start(port):
                self.link.target = port
                return
        raise AssertionError((self.folder / "log").read_text())

    def _start(self, port: int) -> bool:
        environment = {**os.environ, "MINIO_ROOT_USER": self.access, "MINIO_ROOT_PASSWORD": self.secret}
        environment |= {"MINIO_BROWSER": "off", "MINIO_UPDATE": "off", "HOME": str(self.folder)}
        command = [str(cluster_tools.program("minio")), "server", "--address", f"127.0.0.1:{port}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(self.folder / "data")], env=environment, stdout=log, stderr=log
            )
        end = time.monotonic() + 120  # of patience; a server that is up answers at once
        while self._process.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/minio/health/ready", timeout=5).close()
            except (OSError, urllib.error.HTTPError):
                time.sleep(0.1)
                continue
            return True
        self.kill()
        return False

    def kill(self) -> None:
        """End it as a crash does."""
        self.link.target = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def client(self) -> Any:
        """Give MinIO's own client, straight to the server."""
        from minio import Minio as Client

        address = f"127.0.0.1:{self.link.target}"
        return Client(address, access_key=self.access, secret_key=self.secret, secure=False, region="us-east-1")

    def objects(self) -> dict[str, bytes]:
        """Read all objects of the bucket."""
        client = self.client()
        found = {}
        for entry in client.list_objects(BUCKET, recursive=True):
            response = client.get_object(BUCKET, entry.object_name)
            found[entry.object_name] = response.read()
            response.close()
            response.release_conn()
        return found

    def put(self, name: str, content: bytes) -> None:
        """Write an object as somebody else would."""
        self.client().put_object(BUCKET, name, io.BytesIO(content), len(content))
