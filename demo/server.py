"""Serve the demo web on loopback: `python -m demo.server --port 0 --print-port`."""

import argparse
import contextlib
import hashlib
import select
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO
from urllib.parse import urlsplit

import msgspec

from demo.outlets import BY_HOST, CONTENT
from demo.site import Answer, Site

LOOPBACK = "127.0.0.1"
HANG_SECONDS = 60.0
GLANCE_SECONDS = 0.1
"""How often a page that hangs looks whether its reader has left."""
CLOSE_SECONDS = 10.0
CLIENT_LEFT = 499
"""Logged where no answer was sent: the reader left, or the time was over."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request as the demo web saw it; `path` includes the query."""

    method: str
    host: str
    path: str
    status: int
    user_agent: str
    at: datetime


class DemoServer:
    """The demo web on one port of loopback, from entering the context to leaving it.

    `log` holds every request, oldest first. `content` is the folder of the outlets' pages; a page
    edited there is served as it then is.
    """

    def __init__(
        self, *, port: int = 0, content: Path = CONTENT, log_file: TextIO | None = None
    ) -> None:
        self.log: list[Request] = []
        self._log_file = log_file
        self._http = _Http(port, Site(content), self._record)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Return the port that is listened on."""
        return int(self._http.server_address[1])

    @property
    def host_map(self) -> tuple[tuple[str, str], ...]:
        """Return each outlet's host with this server's address, as `Settings.host_map` has it."""
        return tuple((host, f"{LOOPBACK}:{self.port}") for host in BY_HOST)

    def start(self) -> Self:
        """Begin to serve, in a thread of its own."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop, let go of every reader, and give the port back."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join(CLOSE_SECONDS)
        self._http.let_go()
        self._http.server_close()

    def wait(self) -> None:
        """Serve until interrupted."""
        self._thread.join()

    def _record(self, request: Request) -> None:
        self.log.append(request)
        if self._log_file:
            print(msgspec.json.encode(request).decode(), file=self._log_file, flush=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Http(ThreadingHTTPServer):
    """The socket side; it knows its open connections, so that none outlives it."""

    daemon_threads = True

    def __init__(self, port: int, site: Site, record: Callable[[Request], None]) -> None:
        self.site = site
        self.record = record
        self.stopped = threading.Event()
        self._open: set[Any] = set()
        super().__init__((LOOPBACK, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own asks DNS for its name, which takes seconds where there is no network.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._open.discard(request)

    def let_go(self) -> None:
        """End every connection and wait until its thread has closed it."""
        self.stopped.set()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + CLOSE_SECONDS
        while self._open and time.monotonic() < deadline:
            time.sleep(0.01)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A reader that leaves in the middle of an answer is part of the demo, not an error.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    server: _Http

    def do_GET(self) -> None:
        host, target = self._address()
        answer = self.server.site.answer(host, target)
        if answer.hang:
            self._hang()
        elif self._is_known(answer):
            self._send(Answer(status=HTTPStatus.NOT_MODIFIED, modified=answer.modified), answer)
        else:
            self._send(answer, answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 (the base class's)
        """Keep the request in the server's log; nothing is printed."""
        host, path = self._address()
        agent = self.headers.get("User-Agent", "") if hasattr(self, "headers") else ""
        self.server.record(
            Request(
                method=str(self.command),
                host=host.partition(":")[0].lower(),
                path=path,
                status=int(code) if isinstance(code, int) else 0,
                user_agent=agent,
                at=datetime.now(UTC),
            )
        )

    def log_message(self, *_: Any) -> None:
        """Print nothing: the log is `DemoServer.log`."""

    def _address(self) -> tuple[str, str]:
        """Return host and path; an absolute request line outranks the Host header (RFC 9112)."""
        path = getattr(self, "path", "")
        if not path.startswith("http://"):
            return (self.headers.get("Host", "") if hasattr(self, "headers") else ""), path
        parts = urlsplit(path)
        query = f"?{parts.query}" if parts.query else ""
        return parts.netloc, (parts.path or "/") + query

    def _is_known(self, answer: Answer) -> bool:
        """Tell whether the reader has this answer already (RFC 9110: the ETag decides alone)."""
        if answer.modified is None:
            return False
        if tags := self.headers.get("If-None-Match"):
            return _etag(answer) in tags or tags.strip() == "*"
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return since >= answer.modified.replace(microsecond=0)
        except (TypeError, ValueError):
            return False

    def _send(self, answer: Answer, tagged: Answer) -> None:
        self.send_response(answer.status)
        if answer.modified:
            self.send_header("ETag", _etag(tagged))
            moment = answer.modified.astimezone(UTC)
            self.send_header("Last-Modified", format_datetime(moment, usegmt=True))
        if answer.location:
            self.send_header("Location", answer.location)
        if answer.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _hang(self) -> None:
        """Send nothing until the reader leaves, the server stops or the time is over."""
        deadline = time.monotonic() + HANG_SECONDS
        while time.monotonic() < deadline and not self.server.stopped.wait(GLANCE_SECONDS):
            ready, _, _ = select.select([self.connection], [], [], 0)
            if ready and not self.connection.recv(1, socket.MSG_PEEK):
                break
        self.close_connection = True
        self.log_request(CLIENT_LEFT)


def _etag(answer: Answer) -> str:
    return f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"'


def main() -> int:
    """Serve until Ctrl-C; 1 with one sentence where the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m demo.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port (default)")
    parser.add_argument("--print-port", action="store_true", help="print the port alone")
    parser.add_argument("--log", type=Path, help="append each request to this file, as JSON lines")
    parser.add_argument("--content", type=Path, default=CONTENT, help="another folder of pages")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(options.log.open("a", encoding="utf-8")) if options.log else None
        try:
            server = DemoServer(port=options.port, content=options.content, log_file=log)
        except OSError as error:
            print(f"port {options.port}: {error.strerror}; try --port 0", file=sys.stderr)
            return 1
        stack.enter_context(server)
        print(server.port if options.print_port else _welcome(server), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
    return 0


def _welcome(server: DemoServer) -> str:
    pairs = ",".join(f"{host}={target}" for host, target in server.host_map)
    return f"The demo web is at {LOOPBACK}:{server.port}. To crawl it:\nKIEMCHUNG_HOST_MAP={pairs}"


if __name__ == "__main__":
    sys.exit(main())
