"""F5, F9: text that no file or database can hold costs its page, never another's or the run."""

import json
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest

from crawlers.ledger import Ending, Entry, Ledger
from crawlers.links import bare, join
from kiemchung.captures import Captures
from kiemchung.crawl_state import Leads
from kiemchung.crawl_state.database import open_database
from kiemchung.crawl_state.pages import FATES
from kiemchung.errors import StoreError
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page
from tests.crawlers.pages import FETCHED, source

GOOD, BAD = "tot.example", "xau.example"
SITE = f"http://{BAD}"
GOOD_PAGES = {f"http://{GOOD}/{i}": Fate.FETCHED for i in range(8)}
JSON = {"Content-Type": "application/feed+json"}
LONE = "\ud800"


@pytest.fixture(params=["sqlite", "postgresql"])
def outlets(lab: Lab, request: pytest.FixtureRequest) -> Lab:
    """Serve a newspaper that is well, and the host of one that isn't; keep both kinds of book."""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_database"))
        lab.settings = msgspec.structs.replace(lab.settings, crawl_state_url=url)
    lab.host(GOOD)
    lab.host(BAD)
    lab.server.feed(GOOD, "/rss", list(GOOD_PAGES))
    for url in GOOD_PAGES:
        lab.server.on(GOOD, url.removeprefix(f"http://{GOOD}"), page("Bài"))
    lab.source("tot", f"http://{GOOD}/rss", min_posts=8)
    return lab


def fates_of(lab: Lab, host: str) -> dict[str, Fate]:
    """Return the fates of a host's pages, its listing apart."""
    fates = lab.fates()
    listings = (Fate.LISTING, Fate.UNCHANGED)
    return {url: fate for url, fate in fates.items() if host in url and fate not in listings}


def test_an_address_with_half_a_character_costs_itself(outlets: Lab) -> None:
    """A feed's JSON may hold a lone surrogate, which is no text: that entry's page isn't there."""
    items = [{"url": f"{SITE}/{path}"} for path in ("1", f"{LONE}x", f"2?{LONE}", "3")]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    outlets.server.on(BAD, "/feed.json", json.dumps(feed).encode(), headers=JSON)
    for path in ("/1", "/3"):
        outlets.server.on(BAD, path, page("Bài"))
    outlets.source("xau", f"{SITE}/feed.json", min_posts=2)

    report = outlets.crawl()

    assert report.errors == {}
    had = [url for url, fate in fates_of(outlets, BAD).items() if fate is Fate.FETCHED]
    assert had == [f"{SITE}/1", f"{SITE}/3"]
    assert fates_of(outlets, GOOD) == GOOD_PAGES


def test_half_a_character_is_in_no_address() -> None:
    """Wherever it came from: what is no text can't be asked for, or written down."""
    assert [join(f"{SITE}/{LONE}", "1"), join(SITE, f"/{LONE}"), bare(SITE, LONE)] == [
        f"{SITE}/1",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b'ETag: "a\x00b"', Fate.FETCHED),
        (b"Last-Modified: \x00", Fate.FETCHED),
        (b"Content-Type: image\x00x/foo", Fate.WRONG_TYPE),
    ],
    ids=["etag", "last-modified", "content-type"],
)
def test_a_header_with_a_null_costs_no_other_page(
    outlets: Lab, header: bytes, expected: Fate
) -> None:
    """PostgreSQL takes no null in a text; what a header says is kept without."""
    body = page("Bài").encode()
    kind = b"" if b"Content-Type" in header else b"Content-Type: text/html; charset=utf-8\r\n"
    head = b"HTTP/1.1 200 OK\r\n%s%s\r\nContent-Length: %d\r\n\r\n" % (kind, header, len(body))

    def sent() -> Iterator[bytes]:
        yield head + body

    outlets.server.feed(BAD, "/rss", [f"{SITE}/1"])
    outlets.server.on(BAD, "/1", raw=sent)
    outlets.source("xau", f"{SITE}/rss")

    first = outlets.crawl()
    second = outlets.crawl(run="r2")

    assert first.errors == second.errors == {}
    assert fates_of(outlets, BAD) == {f"{SITE}/1": expected}
    assert fates_of(outlets, GOOD) == GOOD_PAGES


def test_an_entry_that_is_refused_costs_itself(lab: Lab) -> None:
    """Of a batch that the crawl state refuses, all is written but what it refuses, which failed."""
    evil = Leads(pages=(f"{SITE}/{LONE}",))
    with (
        closing(lab.state()) as state,
        Captures(lab.settings.captures_dir, lab.settings.captures_bytes) as captures,
    ):
        ledger = Ledger("r1", captures, state, lambda _: None)
        ledger.begin(source())
        for number in range(3):
            url = f"{SITE}/{number}"
            ledger.count(source(), url)
            fate = PageFate(run="r1", source="bao", url=url, fate=Fate.LISTING, at=FETCHED)
            ledger.add(Entry(fate, leads=evil if number == 1 else Leads()))
        ledger.end(source(), Ending(listed=3))

        assert [run.error for run in state.runs_of("r1")] == [""]
        fates = [page.fate for page in state.pages_of("r1")]
        assert fates == [Fate.LISTING, Fate.FAILED, Fate.LISTING]


def test_a_book_that_is_out_of_reach_ends_the_run(lab: Lab) -> None:
    """Where no entry can be written, none is given up: the run fails with the cause."""
    with (
        closing(lab.state()) as state,
        Captures(lab.settings.captures_dir, lab.settings.captures_bytes) as captures,
    ):
        ledger = Ledger("r1", captures, state, lambda _: None)
        ledger.begin(source())
        fate = PageFate(run="r1", source="bao", url=f"{SITE}/1", fate=Fate.LISTING, at=FETCHED)
        ledger.add(Entry(fate))
        database = open_database(lab.settings.crawl_state_url)
        with database.writing() as db:
            FATES.drop(db)
        database.close()

        with pytest.raises(StoreError):
            ledger.write()
        assert ledger.failure is not None
