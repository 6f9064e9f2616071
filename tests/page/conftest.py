"""A headless Chromium steered over the DevTools protocol, for tests that must see what a person sees."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
_PATIENCE = 60


class Browser:
    """One tab; `messages` collects everything that the console or a failed script said."""

    def __init__(self):
        websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")
        if CHROMIUM is None:
            pytest.skip("Chromium is not installed: apt-get install chromium")
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--disable-features=IsolateSandboxedIframes",  # else frames report to another debugger
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={self._profile.name}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = self._port()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=_PATIENCE) as answer:
            target = next(entry for entry in json.load(answer) if entry["type"] == "page")
        self._socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=_PATIENCE)
        self._number = 0
        self._events = []
        self._contexts = []
        self.messages = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def _port(self):
        file = Path(self._profile.name) / "DevToolsActivePort"
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if file.exists() and file.read_text().count("\n"):
                return int(file.read_text().split("\n")[0])
            time.sleep(0.05)
        raise TimeoutError("Chromium did not open its debugging port")

    def call(self, method, **params):
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self._note(message)

    def _note(self, message):
        method, params = message.get("method", ""), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.messages.append(json.dumps(params["exceptionDetails"].get("exception", params)))
        elif method == "Runtime.consoleAPICalled":
            self.messages.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded":
            self.messages.append(params["entry"]["text"])
        elif method == "Runtime.executionContextCreated":
            self._contexts.append(params["context"]["id"])
        elif method == "Network.requestWillBeSent":
            self._events.append(params["request"]["url"])

    def open(self, path, *, width=1280, height=900, dark=False):
        """Load a page and wait until its figures are drawn."""
        self._events.clear()
        self._contexts.clear()
        self.messages.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 640
        )
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=Path(path).resolve().as_uri())
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if self.run("document.readyState === 'complete' && document.documentElement.dataset.drawn") not in (
                None,
                False,
            ):
                time.sleep(0.2)
                self.run("0")
                return
            time.sleep(0.1)
        raise TimeoutError(f"{path} was not drawn: {self.messages}")

    @property
    def requests(self):
        """URLs of everything that was asked for, the page itself included."""
        return {url for url in self._events if not url.startswith(("data:", "blob:"))}

    def run(self, script, *, in_frame=False):
        """Evaluate JavaScript, in the page or in the last frame that it opened, and give its value."""
        where = {"contextId": self._contexts[-1]} if in_frame else {}
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, **where)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def close(self):
        self._socket.close()
        self._process.terminate()
        self._process.wait(_PATIENCE)
        self._profile.cleanup()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of pages."""
    opened = Browser()
    yield opened
    opened.close()
