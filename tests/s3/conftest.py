"""A real MinIO server behind a line that tests can disturb; tests skip where it is not built."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "kubernetes")]
import cluster_tools
from minio_server import BUCKET, Minio


@pytest.fixture(scope="module")
def running_minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    """A server for the tests of a file, which may kill it and start it again."""
    if cluster_tools.program("minio") is None:
        pytest.skip("MinIO is not built; `make test-cluster` builds it")
    server = Minio(tmp_path_factory.mktemp("minio"))
    server.start()
    yield server
    server.kill()
    server.link.close()


@pytest.fixture
def minio(running_minio: Minio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Minio:
    """The server with an empty bucket, its address and keys in the environment, an undisturbed line, short pauses."""
    from iactflow.s3 import client

    server = running_minio
    server.link.bytes_per_s, server.link.cuts, server.link.when_up = None, 0, None
    connection = server.client()
    if connection.bucket_exists(BUCKET):
        for entry in connection.list_objects(BUCKET, recursive=True):
            connection.remove_object(BUCKET, entry.object_name)
    else:
        connection.make_bucket(BUCKET)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "IACTFLOW_S3_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.link.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.access)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret)
    monkeypatch.setenv("IACTFLOW_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(client, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(client, "LONGEST_PAUSE_S", 0.5)
    server.link.up = server.link.down = 0
    return server
