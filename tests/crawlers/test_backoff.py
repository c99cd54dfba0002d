"""A host in trouble is spared: counted and timed by the server itself."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import pairwise

import msgspec
import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

from crawlers.address import AddressRefused
from crawlers.backoff import (
    HARD,
    LONGEST_REST,
    LONGEST_WAIT,
    SOFT,
    TOO_MANY,
    Trouble,
    of_answer,
    of_error,
    seconds_of,
)
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page

HOST = "met.example"
SITE = f"http://{HOST}"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def site(lab: Lab, size: int) -> None:
    """Serve a host of `size` pages that are well."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [f"{SITE}/{number}" for number in range(size)])
    for number in range(size):
        lab.server.on(HOST, f"/{number}", page(str(number)))
    lab.source("met", f"{SITE}/rss")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("9" * 5_000, LONGEST_REST),
        ("Tue, 24 Nov 2026 08:00:30 GMT", 30.0),
        ("Tuesday, 24-Nov-26 08:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 15:00:30 +0700", 30.0),
        ("Tue Nov 24 08:00:30 2026", 30.0),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2099 08:00:00 GMT", LONGEST_REST),
        ("Tue, 99 Nov 9999999 08:00:00 GMT", 0.0),
        ("²", 0.0),
    ],
)
def test_retry_after_is_read(header: str, seconds: float) -> None:
    """Seconds and every form of a date are read; nonsense is nothing, and a day is the most."""
    assert seconds_of(header, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "is_trouble"), [(200, 0), (404, 0), (500, 0), (429, 1), (503, 1)]
)
def test_only_a_busy_host_is_in_trouble(status: int, is_trouble: int) -> None:
    """429 and 503 ask to be left alone; other answers tell of a host that answers."""
    assert (of_answer(status, "", NOW) is not None) == bool(is_trouble)


@pytest.mark.parametrize(
    ("error", "sent", "points"),
    [
        (DownloadConnectionRefusedError(), False, HARD),
        (CannotResolveHostError(), False, HARD),
        (DownloadTimeoutError(), False, HARD),
        (DownloadTimeoutError(), True, SOFT),
        (DownloadFailedError(), True, SOFT),
        (DownloadCancelledError(), True, 0),
        (AddressRefused(), False, 0),
        (ValueError(), False, 0),
    ],
)
def test_errors_weigh_what_they_tell_of_the_host(
    error: Exception,
    sent: bool,  # noqa: FBT001 (a column of the table)
    points: int,
) -> None:
    """A host out of reach weighs more than a page that hangs; what we refuse weighs nothing."""
    trouble = of_error(error, sent=sent)

    assert (trouble.points if trouble else 0) == points


def test_rests_grow_and_end() -> None:
    """Each failure in a row doubles the rest; the longest is one that a run waits for."""
    rests = [Trouble(HARD, "x").rest(points) for points in range(HARD, TOO_MANY + 1, HARD)]

    assert rests == [1.0, 2.0, 4.0, 8.0, LONGEST_WAIT]
    assert Trouble(HARD, "x", 30.0).rest(HARD) == 30.0


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_short_retry_after_is_waited_for(lab: Lab, form: str) -> None:
    """A host that asks for some seconds isn't asked before; then the run goes on."""
    site(lab, 4)
    later = datetime.now(UTC) + timedelta(seconds=9)
    asked = "2" if form == "seconds" else format_datetime(later, usegmt=True)
    headers = {"Retry-After": asked, "Content-Type": "text/html"}
    lab.server.on(HOST, "/rss", b"", status=503, headers=headers)
    lab.source("met_hai", f"{SITE}/rss-2")
    lab.server.feed(HOST, "/rss-2", [f"{SITE}/0", f"{SITE}/1"])

    lab.crawl("met", run="r1")
    busy = lab.server.asked(HOST, "/rss")[-1].at
    lab.crawl("met_hai", run="r2")

    assert len(lab.server.asked(HOST, "/rss")) == 1
    first = lab.server.asked(HOST, "/rss-2")[0].at
    assert first - busy >= (2.0 if form == "seconds" else 4.0)
    assert lab.fates("r2")[f"{SITE}/1"] is Fate.FETCHED


def test_a_long_retry_after_ends_the_run_at_the_host(lab: Lab) -> None:
    """The rest of the pages fail, once each, without a request; so do those of the next run."""
    site(lab, 8)
    busy = {"Retry-After": "3600", "Content-Type": "text/html"}
    lab.server.on(HOST, "/2", b"", status=429, headers=busy)
    lab.crawl(run="r1")
    asked = len(lab.server.asked(HOST))
    assert asked <= 2 + 4  # robots.txt, the listing, and pages up to the busy one and its neighbour

    report = lab.crawl(run="r2")

    assert len(lab.server.asked(HOST)) == asked
    assert sum(report.fates["met"].values()) == len(lab.pages("r2"))
    pages = lab.pages("r1")
    assert len(pages) == 9
    resting = [each for each in pages.values() if "host is resting until 20" in each.detail]
    assert len(resting) >= 4
    assert {each.fate for each in resting} == {Fate.FAILED}
    assert "Retry-After 3600 s" in report.errors["met"]


@pytest.mark.faults
def test_a_host_that_dies_is_given_up(lab: Lab) -> None:
    """F5: after failures in a row, with growing rests, the other pages fail without a request."""
    site(lab, 40)
    for number in range(5, 40):
        lab.server.on(HOST, f"/{number}", b"", status=503, headers={"Content-Type": "text/html"})

    lab.crawl()

    asked = [each.at for each in lab.server.asked(HOST) if each.path[1:].isdigit()]
    tried = asked[5:]
    assert len(tried) <= TOO_MANY // HARD + 1
    assert max(b - a for a, b in pairwise(tried)) >= 4.0
    failed = [each for each in lab.pages().values() if each.fate is Fate.FAILED]
    assert len(failed) == 35
    given_up = [each for each in failed if "too many failures in a row" in each.detail]
    assert len(given_up) == 35 - len(tried)


def test_an_answer_heals_a_host(lab: Lab) -> None:
    """Failures that aren't in a row give nothing up, and all other pages are read."""
    site(lab, 18)
    for number in (2, 6, 10, 14):
        lab.server.on(HOST, f"/{number}", b"", status=503, headers={"Content-Type": "text/html"})

    lab.crawl()

    fates = list(lab.fates().values())
    assert fates.count(Fate.FETCHED) == 14
    assert fates.count(Fate.FAILED) == 4
    state = lab.state()
    assert state.hosts.state_of(HOST).points == 0
    state.close()


def test_a_host_that_refuses_connections_is_remembered(lab: Lab) -> None:
    """A host that nobody serves is in trouble; one attempt is made, for its robots.txt."""
    site(lab, 3)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{closed.getsockname()[1]}"
        lab.settings = msgspec.structs.replace(lab.settings, host_map=((HOST, nowhere),))
        lab.crawl()

    state = lab.state()
    host = state.hosts.state_of(HOST)
    state.close()
    assert (host.points, host.cause) == (HARD, "DownloadConnectionRefusedError")
    assert lab.fates() == {f"{SITE}/rss": Fate.ROBOTS_DENIED}


def test_pages_that_break_cost_no_other(lab: Lab) -> None:
    """F5: a host that answers with nonsense answers: such a page is asked for once, and named."""
    site(lab, 24)
    heads = [b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Len"]
    for number in range(12):
        lab.server.on(HOST, f"/{number}", raw=partial(iter, heads[number % 2 :][:1]))

    lab.crawl()

    pages = lab.pages()
    assert [pages[f"{SITE}/{number}"].fate for number in range(12, 24)] == [Fate.FETCHED] * 12
    details = [pages[f"{SITE}/{number}"].detail for number in range(12)]
    assert [detail.partition(":")[0] for detail in details] == ["broken answer"] * 12
    assert len(lab.server.asked(HOST)) == 2 + 24


def test_a_refused_retry_leaves_the_first_cause(lab: Lab) -> None:
    """F5: a page keeps what went wrong with it, and the run says that the host was given up."""
    site(lab, 4)
    lab.server.on(HOST, "/0", b"", status=500)
    lab.server.on(HOST, "/1", b"", status=429, headers={"Retry-After": "3600"})

    report = lab.crawl()

    assert len(lab.server.asked(HOST, "/0")) == 1
    assert lab.pages()[f"{SITE}/0"].detail == "status 500"
    assert "host is resting" in report.errors["met"]
