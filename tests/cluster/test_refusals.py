"""Every way in which a server does not do what it is asked, and what the user is told."""

import ssl
import subprocess
from http.server import BaseHTTPRequestHandler

import pytest
from click.testing import CliRunner
from standin import Kubeflow
from standin_http import serving

from iactflow.cli import main


def submit(environment, *more):
    result = CliRunner().invoke(main, ["submit", "energy", "--environment", environment, *more])
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout.splitlines()[-1] if result.exit_code == 0 else result.output


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("KFP_ENDPOINT", "KFP_TOKEN", "KFP_USERNAME", "KFP_PASSWORD", "KFP_COOKIE"):
        monkeypatch.delenv(name, raising=False)


def test_unreachable(environment_file):
    code, told = submit(environment_file(endpoint="http://127.0.0.1:9"))
    assert code == 1
    assert "http://127.0.0.1:9 does not answer" in told
    assert "port-forward svc/ml-pipeline 8888" in told


def test_no_token(environment_file):
    code, told = submit(environment_file(authentication="token"))
    assert code == 2
    assert "KFP_TOKEN must be set" in told


def test_no_service_account(environment_file):
    code, told = submit(environment_file(authentication="in-cluster"))
    assert code == 2
    assert "/var/run/secrets/kubeflow/pipelines/token must hold a token" in told


def test_401_and_the_right_token(environment_file, monkeypatch):
    with serving(Kubeflow(token="right")) as address:
        file = environment_file(endpoint=address, authentication="token")
        monkeypatch.setenv("KFP_TOKEN", "the-former-one")
        code, told = submit(file)
        assert code == 2
        assert "does not know who asks (401)" in told
        assert "(KFP_TOKEN) is missing or has expired" in told
        assert "invalid bearer token, token audiences" in told
        assert "Authentication failure" not in told
        assert "create token ACCOUNT --audience pipelines.kubeflow.org" in told
        monkeypatch.setenv("KFP_TOKEN", "right")
        assert submit(file)[0] == 0


def test_the_service_accounts_token_is_read_from_its_file(environment_file, monkeypatch, tmp_path):
    (tmp_path / "token").write_text("right\n")
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(tmp_path / "token"))
    with serving(Kubeflow(token="right")) as address:
        assert submit(environment_file(endpoint=address, authentication="in-cluster"))[0] == 0


def test_403(environment_file):
    with serving(Kubeflow(multi_user=True, namespaces=("theirs",))) as address:
        code, told = submit(environment_file(endpoint=address, multi_user=True, namespace="ours"))
    assert code == 2
    assert "does not allow this account to" in told
    assert "user@example.org may not list experiments in namespace ours." in told
    assert "spelt right?" in told


def test_no_such_namespace(environment_file):
    with serving(Kubeflow(multi_user=True, namespaces=("real",), allowed=("typo", "real"))) as address:
        code, told = submit(environment_file(endpoint=address, multi_user=True, namespace="typo"))
        assert code == 2
        assert "There is no namespace typo in the cluster" in told
        assert submit(environment_file(endpoint=address, multi_user=True, namespace="real"))[0] == 0


@pytest.mark.parametrize(("server", "ours"), [(True, False), (False, True)])
def test_another_number_of_users_than_the_environment_says(environment_file, server, ours):
    with serving(Kubeflow(multi_user=server)) as address:
        code, told = submit(environment_file(endpoint=address, multi_user=ours))
    assert code == 2
    assert f"kubeflow.multi_user in the environment must be {str(server).lower()}" in told


def test_an_older_server_is_refused(environment_file):
    with serving(Kubeflow(tag="2.5.0")) as address:
        code, told = submit(environment_file(endpoint=address))
    assert code == 2
    assert "server is version 2.5.0, older than the SDK 2.17.0" in told


@pytest.mark.parametrize(
    ("tag", "remark"), [("2.18.1", "newer than the SDK"), ("unknown", "does not say its version"), ("2.17.4", None)]
)
def test_a_newer_or_unknown_server_is_remarked(environment_file, tag, remark):
    with serving(Kubeflow(tag=tag)) as address:
        result = CliRunner().invoke(main, ["submit", "energy", "--environment", environment_file(endpoint=address)])
    assert result.exit_code == 0
    assert (remark in result.output) if remark else ("server:" not in result.output)


class LoginPage(BaseHTTPRequestHandler):
    """What a Kubeflow behind Dex answers to people without a session."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        if "authservice_session=open" in self.headers.get("Cookie", ""):
            self.answer(200, b"{}")
        elif self.path.startswith("/dex/auth/local"):
            self.answer(200, b'<html><form method="post" action="/dex/auth/local/login?state=x1">')
        elif self.path.startswith("/dex/auth"):
            self.answer(200, b"<html>How do you want to log in?")
        else:
            self.answer(302, b"", Location="/dex/auth?client_id=kubeflow")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.path == "/dex/auth/local/login?state=x1" and body == b"login=me%40example.org&password=secret"
        headers = {"Set-Cookie": "authservice_session=open; Path=/"} if right else {}
        self.answer(200, b"<html>", **headers)

    def answer(self, status, content, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def test_a_login_page_is_recognised(environment_file):
    with serving(Kubeflow(), LoginPage) as address:
        code, told = submit(environment_file(endpoint=address))
    assert code == 2
    assert "Set kubeflow.authentication in the environment to dex or token" in told


def test_an_expired_cookie_behind_dex(environment_file, monkeypatch):
    monkeypatch.setenv("KFP_COOKIE", "authservice_session=expired")
    with serving(Kubeflow(), LoginPage) as address:
        code, told = submit(environment_file(endpoint=address, authentication="dex"))
    assert code == 2
    assert "has expired" in told
    assert "set KFP_COOKIE to the new session's cookie" in told


def test_an_expired_cookie_that_is_answered_with_401(environment_file, monkeypatch):
    monkeypatch.setenv("KFP_COOKIE", "oauth2_proxy_kubeflow=expired")
    with serving(Kubeflow(token="another")) as address:
        code, told = submit(environment_file(endpoint=address, authentication="dex"))
    assert code == 2
    assert "(KFP_COOKIE, or that of KFP_USERNAME) is missing or has expired" in told


def test_dex_gives_a_session_for_the_right_password(monkeypatch):
    from iactflow.cluster.access import credentials
    from iactflow.cluster.environment import Kubeflow as Section
    from iactflow.errors import IactflowError

    section = Section(endpoint="", namespace="ours", authentication="dex")
    monkeypatch.setenv("KFP_USERNAME", "me@example.org")
    with serving(Kubeflow(), LoginPage) as address:
        monkeypatch.setenv("KFP_PASSWORD", "wrong")
        with pytest.raises(IactflowError, match=r"gave no session: user me@example\.org or the password is wrong"):
            credentials(section, address)
        monkeypatch.setenv("KFP_PASSWORD", "secret")
        assert credentials(section, address).cookie == "authservice_session=open"


def test_a_certificate_of_an_unknown_authority(environment_file, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(Kubeflow(), tls=context) as address:
        code, told = submit(environment_file(endpoint=address))
        assert code == 2, told
        assert "certificate that is not trusted" in told
        assert "kubeflow.ca_file" in told
        assert submit(environment_file(endpoint=address, ca_file=str(certificate)))[0] == 0


class NotFound(BaseHTTPRequestHandler):
    """A server of another kind, or of Kubeflow 1."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.send_error(404)


def test_something_else_at_the_address(environment_file):
    with serving(Kubeflow(), NotFound) as address:
        code, told = submit(environment_file(endpoint=address))
    assert code == 2
    assert "does not speak version 2 of Kubeflow's API" in told
