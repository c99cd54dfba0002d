"""A real web server on loopback that misbehaves on purpose, and counts and times each request."""

import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec


class Answer(msgspec.Struct, kw_only=True):
    """What one address answers. `chunks` makes a body without end; `delay` comes before the head.

    `raw` makes all that is sent, head and body, as it is. With `etag`, a request that knows it gets
    304. With `reset`, the connection is cut instead.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}
    delay: float = 0.0
    chunks: Callable[[], Iterator[bytes]] | None = None
    raw: Callable[[], Iterator[bytes]] | None = None
    etag: str = ""
    reset: bool = False


HTML = {"Content-Type": "text/html; charset=utf-8"}


class Asked(msgspec.Struct, frozen=True):
    """One request as it came in; `at` is in seconds of a clock that only runs forward."""

    host: str
    path: str
    at: float
    headers: dict[str, str]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing when a crawler hangs up; that is what some tests are about."""


class HostileServer:
    """Serves `routes` by host and path, else `makers`, on a free port; what isn't there is 404."""

    def __init__(self, certificate: Path | None = None) -> None:
        """Serve at once; over TLS with a certificate."""
        self.routes: dict[tuple[str, str], Answer] = {}
        self.makers: dict[str, Callable[[str], Answer]] = {}
        """What makes an answer to any path of a host that no route has."""
        self.log: list[Asked] = []
        self.most: Counter[str] = Counter()
        """The most requests that were under way at once, by host."""
        self._under_way: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._http = _Quiet(("127.0.0.1", 0), _handler(self))
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake in the thread of the connection: a refused one must not end the server.
            self._http.socket = context.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Return the port that was free."""
        return self._http.server_address[1]

    @property
    def place(self) -> str:
        """Return `address:port`, as the host map has it."""
        return f"127.0.0.1:{self.port}"

    def on(self, host: str, path: str, body: str | bytes = b"", **fields: Any) -> None:
        """Answer `path` on `host` with `body`; a string is HTML."""
        if isinstance(body, str):
            headers = {**HTML, **fields.pop("headers", {})}
            fields, body = {**fields, "headers": headers}, body.encode()
        self.routes[host, path] = Answer(body=body, **fields)

    def feed(self, host: str, path: str, urls: list[str]) -> None:
        """Answer with an RSS feed of `urls`."""
        items = "".join(f"<item><link>{url}</link></item>" for url in urls)
        feed = f"<rss version='2.0'><channel>{items}</channel></rss>"
        self.on(host, path, feed.encode(), headers={"Content-Type": "application/rss+xml"})

    def answer(self, host: str, path: str) -> Answer:
        """Return what `path` on `host` answers."""
        if (host, path) in self.routes:
            return self.routes[host, path]
        return self.makers[host](path) if host in self.makers else Answer(status=404)

    def asked(self, host: str, path: str | None = None) -> list[Asked]:
        """Return the requests that came to `host`, for `path` where named."""
        return [a for a in self.log if a.host == host and path in {None, a.path}]

    @contextmanager
    def counted(self, host: str) -> Iterator[None]:
        """Count a request to `host` as under way."""
        with self._counting:
            self._under_way[host] += 1
            self.most[host] = max(self.most[host], self._under_way[host])
        try:
            yield
        finally:
            with self._counting:
                self._under_way[host] -= 1

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _handler(server: HostileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.log.append(Asked(host, self.path, time.monotonic(), headers))
            answer = server.answer(host, self.path)
            with server.counted(host):
                time.sleep(answer.delay)
            with suppress(OSError):  # the crawler may have gone
                _send(self, answer)

        do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815 (counted too, should one ever come)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    if answer.reset:
        now = struct.pack("ii", 1, 0)  # closing without waiting sends RST
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        handler.close_connection = True
        return
    if answer.raw is not None:
        handler.close_connection = True
        for chunk in answer.raw():
            handler.wfile.write(chunk)
        return
    known = bool(answer.etag) and handler.headers.get("If-None-Match") == answer.etag
    handler.send_response(304 if known else answer.status)
    if answer.etag:
        handler.send_header("ETag", answer.etag)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    if answer.chunks is not None:
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        for chunk in answer.chunks():
            handler.wfile.write(chunk)
        return
    handler.send_header("Content-Length", "0" if known else str(len(answer.body)))
    handler.end_headers()
    if not known:
        handler.wfile.write(answer.body)
