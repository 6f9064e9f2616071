"""The stand-in's HTTP: requests are taken apart, routed, and answered in JSON, refusals included."""

import json
import re
import threading
from contextlib import contextmanager, suppress
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from standin import ROUTES, Kubeflow, Refusal

#: Word for word, of 2.17.0.
UNKNOWN = (
    "Failed to authorize with API: Unauthenticated: Failed to check authorization. User identity is empty in the "
    "request header: [Unauthenticated: Request header error: there is no user identity header.: Request header error: "
    "there is no user identity header., Authentication failure: Unauthenticated: Review.Status.Authenticated is false. "
    "Error "
    'invalid bearer token, token audiences ["https://kubernetes.default.svc"] is invalid for the target audiences '
    '["pipelines.kubeflow.org"]]: Failed to authenticate token review]'
)


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.serve("GET")

    def do_POST(self):
        self.serve("POST")

    def do_DELETE(self):
        self.serve("DELETE")

    def serve(self, method):
        kubeflow = self.server.kubeflow
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kubeflow.requests.append((method, parts.path, dict(self.headers)))
        try:
            if kubeflow.token is not None and self.headers.get("Authorization") != f"Bearer {kubeflow.token}":
                raise Refusal(401, 16, UNKNOWN)
            status, answer = 200, self.route(kubeflow, method, parts.path, query, body)
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def route(self, kubeflow, method, path, query, body):
        for pattern, verbs in ROUTES:
            match = re.fullmatch("/apis/v2beta1/" + pattern, path)
            if match and method in verbs:
                if pattern.startswith("pipelines/upload"):
                    return verbs[method](kubeflow, query, self.uploaded(body))
                content = json.loads(body) if body else {}
                return verbs[method](kubeflow, query, content, *match.groups())
        raise Refusal(404, 5, f"Not Found: {method} {path}")

    def uploaded(self, body):
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        for part in BytesParser().parsebytes(head + body).get_payload():
            if 'name="uploadfile"' in part["Content-Disposition"]:
                return part.get_payload(decode=True).decode()
        raise Refusal(400, 3, "Failed to read pipeline from file")


@contextmanager
def serving(kubeflow, handler=Handler, tls=None, port=0):
    """Serve in this process, and give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.kubeflow = kubeflow
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    # By hand: `python tests/cluster/standin_http.py`, and in another terminal `make submit PIPELINE=energy`.
    with serving(Kubeflow(), port=8888) as here:
        print(f"A stand-in for Kubeflow Pipelines answers at {here} until Ctrl-C. It keeps runs and runs nothing.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
