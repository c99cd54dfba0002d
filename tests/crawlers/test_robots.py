"""The robots gate, counted at a real server."""

from collections.abc import Iterator
from typing import Any

import pytest

from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import ROBOTS, Lab, page

ALLOW = ROBOTS.encode()
ALLOWED: dict[str, dict[str, Any]] = {
    "ok": {"body": ALLOW},
    "empty": {"body": b""},
    "mark": {"body": b"\xef\xbb\xbf" + ALLOW},
    "absent": {"body": b"", "status": 404},
    "gone": {"body": b"", "status": 410},
    "others": {"body": b"User-agent: otherbot\nDisallow: /\n"},
    "moved": {"body": b"", "status": 301, "headers": {"Location": "/robots-2.txt"}},
}
DENIED: dict[str, dict[str, Any]] = {
    "forbids": {"body": b"User-agent: *\nDisallow: /\n"},
    "us": {"body": b"User-agent: kiemchung\nDisallow: /\n\nUser-agent: *\nAllow: /\n"},
    "s401": {"body": b"", "status": 401},
    "s403": {"body": b"", "status": 403},
    "s429": {"body": b"", "status": 429},
    "s500": {"body": b"", "status": 500},
    "s503": {"body": b"", "status": 503},
    "html": {"body": b"<!DOCTYPE html><html><body>Soft 404</body></html>"},
    "binary": {"body": bytes(range(64))},
    "huge": {"body": b"# a\n" * 200_000},
    "hangs": {"body": ALLOW, "delay": 4.0},
    "away": {"body": b"", "status": 302, "headers": {"Location": "http://ok.example/robots.txt"}},
    "circle": {"body": b"", "status": 302, "headers": {"Location": "/robots.txt"}},
}
QUEUES = (2, 20)


def host_of(case: str) -> str:
    """Return the host on which a case is served."""
    return f"{case}.example"


def queue(lab: Lab, size: int) -> None:
    """Let one host list `size` pages on another, whose robots.txt comes late and forbids most."""
    late, lists = f"late{size}.example", f"lists{size}.example"
    lab.host(lists)
    lab.host(late, robots=None)
    lab.server.on(
        late, "/robots.txt", b"User-agent: *\nDisallow: /forbidden\n", headers={}, delay=0.7
    )
    paths = [f"/forbidden/{i}" if i % 3 else f"/allowed/{i}" for i in range(size)]
    for path in paths:
        lab.server.on(late, path, page(path))
    lab.server.feed(lists, "/rss", [f"http://{late}{path}" for path in paths])
    lab.source(f"queue{size}", f"http://{lists}/rss", hosts=(late,))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Crawl hosts with every kind of robots.txt in one run."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("robots"), server, timeout=1.5)
    for case, answer in {**ALLOWED, **DENIED}.items():
        host = host_of(case)
        lab.host(host, robots=None)
        server.on(host, "/robots.txt", **answer)
        server.on(host, "/robots-2.txt", ALLOW)
        server.feed(host, "/rss", [f"http://{host}/page"])
        server.on(host, "/page", page(case))
        lab.source(case, f"http://{host}/rss")
    lab.source("ok_again", "http://ok.example/rss-2")
    server.feed("ok.example", "/rss-2", ["http://ok.example/page-2"])
    for size in QUEUES:
        queue(lab, size)
    lab.crawl()
    yield lab
    server.close()


@pytest.mark.parametrize("case", ALLOWED)
def test_pages_are_fetched_where_robots_allows(lab: Lab, case: str) -> None:
    """Rules that allow, and no rules at all (404, 410), let pages through."""
    assert lab.fates()[f"http://{host_of(case)}/page"] is Fate.FETCHED


@pytest.mark.parametrize("case", DENIED)
def test_nothing_is_fetched_where_robots_cannot_be_read(lab: Lab, case: str) -> None:
    """Anything but clear rules that allow means that the host sees no request for a page."""
    asked = {asked.path for asked in lab.server.asked(host_of(case))}

    assert asked <= {"/robots.txt", "/robots-2.txt"}
    assert lab.fates()[f"http://{host_of(case)}/rss"] is Fate.ROBOTS_DENIED


@pytest.mark.parametrize("size", QUEUES)
def test_no_request_leaks_before_robots_arrives(lab: Lab, size: int) -> None:
    """Of pages queued before robots.txt comes, none it forbids is asked for (scrapy#6802)."""
    asked = [asked.path for asked in lab.server.asked(f"late{size}.example")]

    assert asked[0] == "/robots.txt"
    assert [path for path in asked if path.startswith("/forbidden")] == []
    assert sum(path.startswith("/allowed") for path in asked) == len(range(0, size, 3))


def test_robots_is_read_once_a_host(lab: Lab) -> None:
    """Two sources on one host, in one run, read its robots.txt once."""
    # `away` redirects to that file, and must not have followed.
    assert len(lab.server.asked("ok.example", "/robots.txt")) == 1


def test_a_denied_listing_is_the_runs_error(lab: Lab) -> None:
    """A source whose listing robots.txt denies has an error in its run; others have none."""
    state = lab.state()
    errors = {run.source: run.error for run in state.runs_of("r1")}
    state.close()

    assert "robots_denied" in errors["s403"]
    assert errors["ok"] == ""


def test_crawl_delay_is_honoured(lab: Lab) -> None:
    """Between two requests to a host lies the Crawl-delay that it asks for."""
    host = "patient.example"
    lab.host(host, robots="User-agent: *\nCrawl-delay: 0.5\n")
    lab.server.feed(host, "/rss", [f"http://{host}/{i}" for i in range(3)])
    lab.source("patient", f"http://{host}/rss")

    lab.crawl("patient", run="r2")

    times = [asked.at for asked in lab.server.asked(host) if asked.path != "/robots.txt"]
    assert len(times) == 4
    assert times[-1] - times[0] >= 2 * 0.5  # three pauses, one for the way of the packets
