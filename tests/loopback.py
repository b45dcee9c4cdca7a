"""HTTP servers on loopback, each in a thread of its own: pages by path, or whatever a test wants to answer."""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Exchange(BaseHTTPRequestHandler):
    """One request, and what writes its answer. ``stopping`` is set when the server ends."""

    stopping: threading.Event

    def reply(self, body: str | bytes = b"", status: int = 200, kind: str = "application/json", **headers: str) -> None:
        """A whole answer; underscores in names of ``headers`` are dashes."""
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def content(self) -> str:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@dataclass
class Loopback:
    """A server that runs. ``requests``: method and path of each, ``headers`` those of each."""

    port: int
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address over plain HTTP."""
        return f"http://127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Not measured: coverage locks at every call, and servers that play a cluster answer hundreds at once."""
        sys.settrace(None)
        super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def serving(answer: Callable[[Exchange], None], trust: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """A server that answers every request by ``answer``, over TLS where there is ``trust``."""
    stopping = threading.Event()

    class Handler(Exchange):
        def do_GET(self) -> None:
            loopback.requests.append(f"{self.command} {self.path}")
            loopback.headers.append(dict(self.headers))
            with suppress(OSError):
                answer(self)

        do_POST = do_GET  # noqa: N815

    Handler.stopping = stopping
    server = _Server(("127.0.0.1", 0), Handler)
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    loopback = Loopback(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@contextmanager
def serving_pages(page: Callable[[str], str | None]) -> Iterator[Loopback]:
    """A server of text pages in the format of Prometheus by path; 404 where there is None."""

    def answer(exchange: Exchange) -> None:
        found = page(exchange.path)
        exchange.reply(found or "", 404 if found is None else 200, "text/plain; version=0.0.4")

    with serving(answer) as loopback:
        yield loopback
