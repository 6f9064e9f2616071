"""A line to a server that a test can slow down, cut and count: a TCP proxy in threads."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable

_CHUNK = 16 << 10


class Link:
    """Listens on a port of its own for as long as the test lasts, while the server behind it comes and goes.

    Attributes
    ----------
    target : int or None
        Port of the server; None hangs up on whoever calls.
    bytes_per_s : float or None
        Speed of each connection and direction; None does not slow it.
    up, down : int
        Bytes that went to the server, and that came from it.
    when_up : tuple or None
        After so many bytes to the server, call this, once.
    cut_down : int
        Bytes after which the answers of a connection break off; 0 never. Counts down `cuts`.
    cuts : int
        How many connections still break.
    """

    def __init__(self) -> None:
        self.target: int | None = None
        self.bytes_per_s: float | None = None
        self.up = self.down = self.cut_down = self.cuts = 0
        self.when_up: tuple[int, Callable[[], None]] | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        """Address of the line."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Take no more calls."""
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._connect, args=(caller,), daemon=True).start()

    def _connect(self, caller: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target or 0), timeout=5)
        except OSError:
            caller.close()
            return
        server.settimeout(None)
        threading.Thread(target=self._pass_on, args=(caller, server, True), daemon=True).start()
        self._pass_on(server, caller, False)

    def _pass_on(self, source: socket.socket, sink: socket.socket, to_server: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if self.bytes_per_s is not None:
                    time.sleep(len(data) / self.bytes_per_s)
                passed += len(data)
                if not to_server and self._is_to_be_cut(passed):
                    break
                sink.sendall(data)
                self._count(len(data), to_server)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _is_to_be_cut(self, passed: int) -> bool:
        with self._lock:
            if self.cuts and self.cut_down and passed > self.cut_down:
                self.cuts -= 1
                return True
        return False

    def _count(self, n: int, to_server: bool) -> None:
        with self._lock:
            if not to_server:
                self.down += n
                return
            self.up += n
            if self.when_up is None or self.up < self.when_up[0]:
                return
            action, self.when_up = self.when_up[1], None
        action()
