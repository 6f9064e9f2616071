import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from iactflow import doctor


@pytest.fixture
def server():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/health" else 403)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def finding(monkeypatch, what, **environment):
    named = ("MLFLOW_TRACKING_URI", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "IACTFLOW_S3_SECRET", "KFP_ENDPOINT")
    for name in (*named, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return next(one for one in doctor.examine() if one.what == what)


@pytest.mark.parametrize("what", ["MLflow", "S3", "Kubeflow"])
def test_a_server_that_is_not_set_up_is_absent_not_broken(monkeypatch, what):
    assert finding(monkeypatch, what).state == "absent"


def test_a_running_server_is_good(monkeypatch, server):
    assert finding(monkeypatch, "MLflow", MLFLOW_TRACKING_URI=server).state == "good"


def test_a_server_that_refuses_is_there(monkeypatch, server):
    keys = {"AWS_ACCESS_KEY_ID": "user", "AWS_SECRET_ACCESS_KEY": "a-secret-key"}
    found = finding(monkeypatch, "S3", AWS_ENDPOINT_URL=server, **keys)
    assert found.state == "good"
    assert "403" in found.told
    assert "keys from the environment" in found.told


def test_a_store_without_keys_is_broken_and_secrets_are_not_shown(monkeypatch, server):
    found = finding(monkeypatch, "S3", AWS_ENDPOINT_URL=server)
    assert (found.state, "AWS_ACCESS_KEY_ID" in found.told) == ("broken", True)
    found = finding(monkeypatch, "MLflow", MLFLOW_TRACKING_URI="http://user:hidden-value@127.0.0.1:9")
    assert found.state == "broken"
    assert "hidden-value" not in found.told


def test_a_dead_server_is_broken_and_the_advice_names_the_variable(monkeypatch):
    found = finding(monkeypatch, "Kubeflow", KFP_ENDPOINT="http://127.0.0.1:9")
    assert found.state == "broken"
    assert "KFP_ENDPOINT" in found.told


def test_a_cache_that_cannot_be_written_is_broken(monkeypatch):
    assert finding(monkeypatch, "cache", IACTFLOW_CACHE="/proc/none").state == "broken"


def test_the_stack_is_found(monkeypatch):
    assert finding(monkeypatch, "tensorflow").state == "good"
