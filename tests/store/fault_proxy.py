"""A proxy before a real node that breaks chosen requests: the network's own ways to fail."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass
class Answer:
    """What goes back to the client; `cut` closes the connection in the middle of the body."""

    status: int
    body: bytes
    cut: bool = False


Forward = Callable[[], Answer]
Fault = Callable[[Forward], Answer | None]
"""Answers in the node's place, may ask the node itself; None closes the connection."""


@dataclass
class Rule:
    """A fault for the next `times` requests whose path holds `part`."""

    part: str
    fault: Fault
    times: int


@dataclass
class FaultProxy:
    """Serves on a port of its own, as a context manager; `rules` may change at any time."""

    target: str
    rules: list[Rule] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    broken: int = 0

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        # What is still under way when a test ends must not reach the node during the next one.
        self._server.daemon_threads = False
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Return the address of the proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, part: str, fault: Fault, times: int = 1_000) -> None:
        """Break the next `times` requests whose path holds `part`."""
        self.rules.append(Rule(part, fault, times))

    def choose(self, path: str) -> Fault | None:
        """Return the fault for a request, and count both."""
        with self._lock:
            self.requests.append(path)
            for rule in self.rules:
                if rule.part in path and rule.times > 0:
                    rule.times -= 1
                    self.broken += 1
                    return rule.fault
        return None


class _Handler(BaseHTTPRequestHandler):
    proxy: FaultProxy
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """Forward a request to the node, or break it."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        fault = self.proxy.choose(self.path)
        answer = fault(lambda: self._forward(body)) if fault else self._forward(body)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-type", "application/vnd.elasticsearch+json;compatible-with=8")
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
        self.close_connection = self.close_connection or answer.cut

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 -- the base's names

    def _forward(self, body: bytes) -> Answer:
        connection = HTTPConnection(urlsplit(self.proxy.target).netloc, timeout=60)
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Stay silent."""


# --- faults -------------------------------------------------------------------------------------


def status(code: int, kind: str = "", reason: str = "") -> Fault:
    """Answer with an error instead of asking the node."""
    cause = {"type": kind, "reason": reason}
    body = json.dumps({"error": {**cause, "root_cause": [cause]}, "status": code}).encode()
    return lambda _: Answer(code, body)


def drop(forward: Forward) -> Answer | None:
    """Close the connection; the node never hears of the request."""


def drop_after(forward: Forward) -> Answer | None:
    """Let the node do it, then close the connection without an answer."""
    forward()


def cut(forward: Forward) -> Answer | None:
    """Let the node do it, and send half of its answer."""
    answer = forward()
    return Answer(answer.status, answer.body, cut=True)


def slow(seconds: float) -> Fault:
    """Answer late."""

    def wait(forward: Forward) -> Answer | None:
        time.sleep(seconds)
        return forward()

    return wait


def rewrite(change: Callable[[Any], Any]) -> Fault:
    """Change the JSON of the node's answer."""

    def answer(forward: Forward) -> Answer | None:
        given = forward()
        return Answer(given.status, json.dumps(change(json.loads(given.body))).encode())

    return answer


def fail_items(code: int, kind: str, reason: str, every: int = 1) -> Fault:
    """Report every n-th item of a bulk answer as failed, though the node did it."""

    def change(answer: Any) -> Any:
        for place, item in enumerate(answer["items"]):
            if place % every == 0:
                (action,) = item
                item[action] = {
                    **{key: item[action][key] for key in ("_index", "_id")},
                    "status": code,
                    "error": {"type": kind, "reason": reason},
                }
        return {**answer, "errors": True}

    return rewrite(change)


def busy_items(every: int) -> Fault:
    """Report every n-th item of a bulk answer as turned down for now."""
    return fail_items(429, "es_rejected_execution_exception", "queue is full", every)
