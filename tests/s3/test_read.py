"""The S3 client against a stand-in: a small real HTTP server that answers as S3 does, not a real S3 store."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from iactflow.data.inputs import resolve
from iactflow.errors import ConfigError, IactflowError, InputError
from iactflow.s3 import client
from iactflow.s3.read import fetch


class StandIn(BaseHTTPRequestHandler):
    """Lists and serves objects of one bucket; the first `failing` downloads are answered with an error."""

    objects: ClassVar[dict[str, bytes]] = {}
    failing = 0
    downloads = 0

    def do_GET(self):
        url = urlsplit(self.path)
        _, bucket, key = (*unquote(url.path).split("/", 2), "")[:3]
        assert "AWS4-HMAC-SHA256" in self.headers["Authorization"]
        if bucket != "showers":
            self.answer(404, b"<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>")
        elif not key:
            self.answer(200, self.listing(parse_qs(url.query).get("prefix", [""])[0]))
        else:
            type(self).downloads += 1
            content = self.objects[key]
            if type(self).failing:
                type(self).failing -= 1
                content = content[:-10] + bytes(10)
            self.answer(200, content, key)

    def listing(self, prefix):
        entries = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-11-22T00:00:00.000Z</LastModified>"
            f"<ETag>&quot;{hashlib.md5(content).hexdigest()}&quot;</ETag><Size>{len(content)}</Size></Contents>"
            for key, content in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        root = '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        return f"{root}<Name>showers</Name><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>".encode()

    def answer(self, status, content, key=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/xml" if key is None else "application/octet-stream")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Keep the test's output clean."""


@pytest.fixture
def server(tmp_path, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("IACTFLOW_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(client, "FIRST_PAUSE_S", 0.001)
    StandIn.objects = {"gamma/a.txt": b"first" * 100, "gamma/b/c.txt": b"second" * 100, "gamma2/d.txt": b"third"}
    StandIn.failing = StandIn.downloads = 0
    yield StandIn
    server.shutdown()
    server.server_close()


def test_prefix_gives_all_objects_below_it_and_nothing_of_its_namesakes(server, tmp_path):
    folder = fetch("s3://showers/gamma", tmp_path)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"a.txt", "b/c.txt"}
    assert (folder / "a.txt").read_bytes() == b"first" * 100
    assert folder.name == "gamma"


def test_object_is_fetched_once_and_again_when_it_changed(server, tmp_path):
    for _ in range(2):
        fetch("s3://showers/gamma2/d.txt", tmp_path)
    assert server.downloads == 1
    server.objects["gamma2/d.txt"] = b"other"
    file = fetch("s3://showers/gamma2/d.txt", tmp_path)
    assert file.read_bytes() == b"other"


def test_damaged_download_is_tried_again(server, tmp_path):
    server.failing = 2
    file = fetch("s3://showers/gamma/a.txt", tmp_path)
    assert file.read_bytes() == b"first" * 100
    assert server.downloads == 3  # each whole


def test_download_that_stays_damaged_is_an_error_and_leaves_nothing(server, tmp_path):
    server.failing = 100
    with pytest.raises(IactflowError, match=r"s3://showers/gamma/a\.txt cannot be read.*500 of 500 bytes came, or oth"):
        fetch("s3://showers/gamma/a.txt", tmp_path)
    assert server.downloads == client.OBJECT_TRIES
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_missing_bucket_object_and_address(server, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="NoSuchBucket"):
        fetch("s3://absent/gamma", tmp_path)
    with pytest.raises(InputError, match="holds no object"):
        fetch("s3://showers/gam", tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "minio:9000")
    with pytest.raises(ConfigError, match="must be an address such as"):
        fetch("s3://showers/gamma", tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with pytest.raises(ConfigError, match="needs AWS_ENDPOINT_URL"):
        fetch("s3://showers/gamma", tmp_path)


def test_server_that_nobody_finds_is_an_error_after_some_tries(server, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(IactflowError, match="Is it up, and AWS_ENDPOINT_URL right") as caught:
        fetch("s3://showers/gamma", tmp_path)
    assert caught.value.exit_code == 1  # another try may do: no wrong configuration, no missing input


def test_simtel_in_a_bucket_is_an_input(server, sst1m_simtel, tmp_path):
    server.objects = {"prod4/run102.simtel.zst": sst1m_simtel.read_bytes(), "prod4/notes.txt": b"about the runs"}
    [source] = resolve(["s3://showers/prod4/"])
    assert source.name == "run102.simtel.zst"
    assert source.kind == "simtel"
