"""F12: the robots gate, counted at a real server."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from scrapy.http import Response

from crawlers.rules import LONGEST_CRAWL_DELAY, read_answer
from kiemchung.crawl_state.robots import RobotsFile
from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import ROBOTS, Lab, page

ALLOW = ROBOTS.encode()
RAW = "/tệp.txt".encode().decode("latin-1")
"""An address in raw UTF-8, as the server is told to write it."""
ALLOWED: dict[str, dict[str, Any]] = {
    "ok": {"body": ALLOW},
    "empty": {"body": b""},
    "mark": {"body": b"\xef\xbb\xbf" + ALLOW},
    "absent": {"body": b"", "status": 404},
    "gone": {"body": b"", "status": 410},
    "others": {"body": b"User-agent: otherbot\nDisallow: /\n"},
    "comment": {"body": b"# \xc7 in an old encoding\n" + ALLOW},
    "beginning": {"body": b"User-agent: kiem\nUser-agent: k\nDisallow: /\n"},
    "ours": {"body": b"User-agent: *\nDisallow: /\n\nUser-Agent: KiemChung\nAllow: /\n"},
    "moved": {"body": b"", "status": 301, "headers": {"Location": "/robots-2.txt"}},
    "none": {"body": b"", "status": 204},
}
DENIED: dict[str, dict[str, Any]] = {
    "forbids": {"body": b"User-agent: *\nDisallow: /\n"},
    "us": {"body": b"User-agent: kiemchung\nDisallow: /\n\nUser-agent: *\nAllow: /\n"},
    "version": {"body": b"User-agent: kiemchung/0.1\nDisallow: /\n\nUser-agent: *\nAllow: /\n"},
    "star": {"body": b"User-agent: Kiemchung*\nDisallow: /\n\nUser-agent: *\nAllow: /\n"},
    "lines": {"body": b"\xef\xbb\xbfUser-agent: *\rDisallow: /\r"},
    "s401": {"body": b"", "status": 401},
    "s403": {"body": b"", "status": 403},
    "s429": {"body": b"", "status": 429},
    "s500": {"body": b"", "status": 500},
    "s502": {"body": b"", "status": 502},
    "s503": {"body": b"", "status": 503},
    "s304": {"body": b"", "status": 304},
    "s206": {"body": ALLOW, "status": 206},
    "packing": {"body": ALLOW, "headers": {"Content-Encoding": "br"}},
    "html": {"body": b"<!DOCTYPE html><html><body>Soft 404</body></html>"},
    "binary": {"body": bytes(range(64))},
    "wide": {"body": ALLOW.decode().encode("utf-16")},
    "prose": {"body": b"This host has moved.\n"},
    "encoding": {"body": "User-agent: *\nDisallow: /n\xf4\n".encode("latin-1")},
    "huge": {"body": ALLOW + b"# a\n" * 2_500_000},
    "bomb": {"body": gzip.compress(bytes(50_000_000)), "headers": {"Content-Encoding": "gzip"}},
    "hangs": {"body": ALLOW, "delay": 4.0},
    "reset": {"body": ALLOW, "reset": True},
    "waits": {"body": b"User-agent: *\nAllow: /\nCrawl-delay: 86400\n"},
    "away": {"body": b"", "status": 302, "headers": {"Location": "http://ok.example/robots.txt"}},
    "raw": {"body": b"", "status": 301, "headers": {"Location": RAW}},
    "nowhere": {"body": b"", "status": 302, "headers": {"Location": "http://[bad/"}},
    "file": {"body": b"", "status": 302, "headers": {"Location": "file:///etc/hosts"}},
    "circle": {"body": b"", "status": 302, "headers": {"Location": "/robots.txt"}},
}
QUEUES = (2, 20)
ALL_QUEUES = tuple(range(2, 21))
ORIGIN = "http://nho.example"


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
        server.on(host, "/t%E1%BB%87p.txt", b"User-agent: *\nDisallow: /\n")
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

    assert asked <= {"/robots.txt", "/robots-2.txt", "/t%E1%BB%87p.txt"}
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


def test_a_file_that_is_damaged_says_so(lab: Lab) -> None:
    """The fate of a page says what was wrong with its host's robots.txt."""
    pages = lab.pages()

    assert pages["http://packing.example/rss"].detail == "robots.txt: damaged br"


def test_crawl_delay_is_honoured(lab: Lab) -> None:
    """Between two requests to a host lies the Crawl-delay that it asks for."""
    host = "patient.example"
    lab.host(host, robots="User-agent: *\nCrawl-delay: 0.5\n")
    lab.server.feed(host, "/rss", [f"http://{host}/{i}" for i in range(3)])
    lab.source("patient", f"http://{host}/rss")

    lab.crawl("patient", run="r2")

    times = [asked.at for asked in lab.server.asked(host)]
    assert len(times) == 5
    assert times[1] - times[0] >= 0.5  # robots.txt itself counts
    assert times[-1] - times[1] >= 2 * 0.5  # three pauses, one for the way of the packets


@pytest.mark.faults
def test_no_request_leaks_however_many_are_queued(
    tmp_path_factory: pytest.TempPathFactory, server: HostileServer
) -> None:
    """F12: of 2 to 20 queued pages none that is forbidden is asked for, and all others are."""
    lab = Lab(tmp_path_factory.mktemp("queues"), server)
    for size in ALL_QUEUES:
        queue(lab, size)

    lab.crawl()

    for size in ALL_QUEUES:
        asked = [asked.path for asked in server.asked(f"late{size}.example")]
        assert asked[0] == "/robots.txt"
        assert {path.split("/")[1] for path in asked[1:]} == {"allowed"}
        assert len(asked) == 1 + len(range(0, size, 3))


@pytest.fixture
def one(tmp_path: Path, server: HostileServer) -> Lab:
    """Return a lab of the test's own."""
    return Lab(tmp_path, server)


def small(lab: Lab, robots: str = ROBOTS, **fields: Any) -> None:
    """Serve one host with two pages, of which one is under /rieng/."""
    lab.host("nho.example", robots=None)
    lab.server.on("nho.example", "/robots.txt", robots.encode(), **fields)
    lab.server.feed("nho.example", "/rss", [f"{ORIGIN}/1", f"{ORIGIN}/rieng/2"])
    lab.server.on("nho.example", "/1", page("1"))
    lab.server.on("nho.example", "/rieng/2", page("2"))
    lab.source("nho", f"{ORIGIN}/rss")


def times_read(lab: Lab) -> int:
    """Return how often the small host's robots.txt was asked for."""
    return len(lab.server.asked("nho.example", "/robots.txt"))


@pytest.mark.parametrize("path", ["/a/../rieng/2", "//rieng/2"])
def test_a_rule_holds_however_an_address_is_written(one: Lab, path: str) -> None:
    """Steps up and doubled slashes get nobody past it."""
    small(one, "User-agent: *\nDisallow: /rieng\n")
    one.server.feed("nho.example", "/rss", [f"{ORIGIN}{path}"])

    one.crawl()

    assert {each.path for each in one.server.asked("nho.example")} == {"/robots.txt", "/rss"}
    assert list(one.fates().values()).count(Fate.ROBOTS_DENIED) == 1


def test_the_next_run_knows_the_rules(one: Lab) -> None:
    """A second run soon after reads no robots.txt, and keeps to what the first one read."""
    small(one, "User-agent: *\nDisallow: /rieng/\n")

    for run in ("r1", "r2"):
        one.crawl(run=run)
        assert one.fates(run)[f"{ORIGIN}/rieng/2"] is Fate.ROBOTS_DENIED

    assert times_read(one) == 1
    assert one.server.asked("nho.example", "/rieng/2") == []


def test_a_file_is_kept_no_longer_than_it_says(one: Lab) -> None:
    """A file that is not to be kept is read again by the next run."""
    small(one, headers={"Cache-Control": "no-store"})

    for run in ("r1", "r2"):
        one.crawl(run=run)

    assert times_read(one) == 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 3_600),
        ("public", 3_600),
        ("max-age=60", 60),
        ("public, Max-Age = 60, must-revalidate", 60),
        ("max-age=0", 0),
        ("max-age=600, no-cache", 0),
        ("max-age=31536000", 86_400),
        ("max-age=99999999999999999999", 86_400),
        ("max-age=soon", 3_600),
    ],
)
def test_cache_control_says_how_long_a_file_counts(said: str, seconds: int) -> None:
    """As long as it says, a day at most, an hour where it says nothing that can be read."""
    file = read_answer(ORIGIN, Response(ORIGIN, headers={"Cache-Control": said}))

    assert file.until - file.read_at == timedelta(seconds=seconds)


def kept(lab: Lab) -> RobotsFile:
    """Return what the crawl state keeps of the small host's robots.txt."""
    state = lab.state()
    file = state.robots.last(ORIGIN)
    state.close()
    assert file is not None
    return file


def test_no_file_is_kept_for_more_than_a_day(one: Lab) -> None:
    """A year's max-age is a day; and what is over is read anew."""
    small(one, headers={"Cache-Control": "max-age=31536000"})
    one.crawl()
    file = kept(one)
    assert timedelta(hours=23) < file.until - file.read_at <= timedelta(days=1)

    state = one.state()
    old = datetime.now(UTC) - timedelta(seconds=1)
    state.robots.keep(msgspec.structs.replace(file, until=old))
    state.close()
    one.crawl(run="r2")

    assert times_read(one) == 2


def test_a_refusal_is_asked_about_again_by_the_next_run(one: Lab) -> None:
    """A host that couldn't be read is tried by each run anew; its refusal counts for an hour."""
    small(one, status=403)
    one.crawl()
    file = kept(one)
    assert file.refusal == "robots.txt: status 403"
    assert file.until - file.read_at == timedelta(hours=1)

    small_again = b"User-agent: *\nAllow: /\n"
    one.server.on("nho.example", "/robots.txt", small_again)
    one.crawl(run="r2")

    assert one.fates("r2")[f"{ORIGIN}/1"] is Fate.FETCHED


def test_a_delay_too_long_says_so(one: Lab) -> None:
    """A host that asks for a longer Crawl-delay than is kept isn't read, and the fate says why."""
    small(one, f"User-agent: *\nCrawl-delay: {LONGEST_CRAWL_DELAY + 1:.0f}\n")

    one.crawl()

    assert "Crawl-delay 61" in one.pages()[f"{ORIGIN}/rss"].detail
