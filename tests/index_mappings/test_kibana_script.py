"""`scripts/kibana`: what it writes, what it sends, what it says where that fails."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest

from kiemchung.paths import ROOT
from scripts._kibana import OBJECTS, build

SCRIPT = ROOT / "scripts" / "kibana"
KEY = "only-of-this-test"


def run(*arguments: str, key: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the script to its end."""
    environ = {**os.environ, "KIEMCHUNG_KIBANA_API_KEY": key}
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


class Listener(ThreadingHTTPServer):
    """Notes what is posted and gives one answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.answer = 200, json.dumps({"success": True, "successCount": 2})
        self.seen: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self) -> None:
        """Note it and answer."""
        server = cast("Listener", self.server)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers["content-length"]))
        server.seen.append((self.path, headers, body))
        self.send_response(server.status)
        self.end_headers()
        self.wfile.write(server.answer.encode())

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Stand in for Kibana, which can't run where only a trimmed Elasticsearch does.

    It shows what is sent, as Kibana's documentation of `_import` has it, and no more.
    """
    with Listener() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_build_writes_the_file(tmp_path: Path) -> None:
    """`build` writes what the definitions say, for the prefix and pages of an installation."""
    to = tmp_path / "made.ndjson"

    done = run("build", "--prefix", "ban", "--review", "https://d.example", "--output", str(to))

    assert done.returncode == 0, done.stderr
    assert to.read_text(encoding="utf-8") == build(prefix="ban", review="https://d.example")


def test_build_writes_nothing_that_would_be_refused(tmp_path: Path) -> None:
    """A review address that no browser should follow is one sentence and no file."""
    to = tmp_path / "made.ndjson"

    done = run("build", "--review", "javascript:x", "--output", str(to))

    assert done.returncode == 1
    assert "urlTemplate" in done.stderr
    assert not to.exists()


def test_import_sends_the_file(listener: Listener) -> None:
    """The shipped file, byte for byte, in the form and with the headers that Kibana asks for."""
    done = run("import", "--url", listener.url + "/s/ban/", "--overwrite", key=KEY)

    [(path, headers, body)] = listener.seen
    form = message_from_bytes(b"Content-Type: " + headers["content-type"].encode() + b"\n\n" + body)
    [part] = cast("list[Message]", form.get_payload())
    assert done.stdout == "2 saved objects imported\n"
    assert path == "/s/ban/api/saved_objects/_import?overwrite=true"
    assert headers["kbn-xsrf"]
    assert headers["authorization"] == f"ApiKey {KEY}"
    assert part.get_filename() == "kiemchung.ndjson"
    assert part.get_payload(decode=True) == OBJECTS.read_bytes()


def test_import_replaces_nothing_unasked(listener: Listener) -> None:
    """What analysts changed in Kibana stays, unless `--overwrite` is given; no key, no header."""
    run("import", "--url", listener.url)

    [(path, headers, _)] = listener.seen
    assert path == "/api/saved_objects/_import"
    assert "authorization" not in headers


@pytest.mark.parametrize(
    ("status", "answer", "sentence"),
    [
        (401, "{}", "KIEMCHUNG_KIBANA_API_KEY"),
        (500, "{}", "500"),
        (200, "<html>", "no Kibana answers"),
        (200, "{}", "no Kibana"),
        (
            200,
            '{"success":false,"errors":[{"type":"search","id":"x","error":{"type":"conflict"}}]}',
            "search x: conflict (it is there; --overwrite replaces it)",
        ),
    ],
)
def test_import_says_why_it_failed(
    listener: Listener, status: int, answer: str, sentence: str
) -> None:
    """Each failure is one sentence, without the key, and exit status 1."""
    listener.status, listener.answer = status, answer

    done = run("import", "--url", listener.url, key=KEY)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert KEY not in done.stderr


@pytest.mark.parametrize("url", ["http://a:secret@127.0.0.1:1", "ftp://127.0.0.1", "127.0.0.1:1"])
def test_import_takes_no_password_in_an_address(url: str) -> None:
    """Passwords end in shell histories; the address is not repeated either."""
    done = run("import", "--url", url)

    assert done.returncode == 1
    assert "without a password" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.skipif("KIBANA_URL" not in os.environ, reason="no Kibana: KIBANA_URL is not set")
def test_a_real_kibana_takes_the_file() -> None:
    """Where there is a Kibana (never here so far), it takes both objects."""
    key = os.environ.get("KIEMCHUNG_KIBANA_API_KEY", "")

    done = run("import", "--url", os.environ["KIBANA_URL"], "--overwrite", key=key)

    assert done.stdout == "2 saved objects imported\n", done.stderr
