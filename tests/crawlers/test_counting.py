"""Each address asked for has exactly one fate, and a run whose counts differ says so."""

import msgspec
import pytest

from crawlers.ledger import Ending, Entry, Ledger
from kiemchung.captures import Captures
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page
from tests.crawlers.pages import FETCHED, source

HOST, OTHER = "bao.example", "hong.example"
SITE = f"http://{HOST}"


@pytest.fixture
def paper(lab: Lab) -> Lab:
    """Serve a newspaper of two articles, well as can be."""
    lab.host(HOST)
    lab.host(OTHER)
    lab.articles(HOST, 2)
    lab.source("bao", f"{SITE}/rss", min_posts=2)
    return lab


def is_well(lab: Lab) -> bool:
    """Tell whether the newspaper was read whatever the other source did."""
    fates = lab.fates()
    return [fates[f"{SITE}/{i}"] for i in range(2)] == [Fate.FETCHED] * 2


def test_what_was_asked_for_is_what_has_a_fate(paper: Lab) -> None:
    """The count of the run is that of the fates, redirects, failures and listings included."""
    paper.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(5)])
    paper.server.on(HOST, "/3", "", status=301, headers={"Location": "/0"})
    paper.server.on(HOST, "/4", "", status=503)

    report = paper.crawl()

    assert report.errors == {}
    assert report.asked == sum(report.fates["bao"].values()) == 6


def test_an_address_too_long_is_noted(paper: Lab) -> None:
    """What no request can hold has no fate, and is no reason to call the whole source's run bad."""
    urls = [f"{SITE}/{'a' * 3_000}", f"{SITE}/0", f"{SITE}/1"]
    paper.server.feed(HOST, "/rss", urls)

    report = paper.crawl()

    assert report.errors == {}
    assert "an address is too long" in report.notes["bao"]
    assert is_well(paper)


def test_a_run_that_is_repeated_counts_each_address_once(paper: Lab) -> None:
    """The same run again adds nothing to either side of the count."""
    first = paper.crawl()

    again = paper.crawl()

    assert again.asked == first.asked == sum(again.fates["bao"].values())
    assert again.errors == {}


def test_an_address_without_a_fate_is_an_error_of_the_run(paper: Lab) -> None:
    """A pass whose count doesn't add up says so, by its source's name and numbers."""
    state = paper.state()
    with Captures(paper.settings.captures_dir, paper.settings.captures_bytes) as captures:
        ledger = Ledger("r1", captures, state, lambda _: None)
        ledger.begin(source())
        for number in range(3):
            ledger.count(source(), f"{SITE}/{number}")
        fate = PageFate(run="r1", source="bao", url=f"{SITE}/0", fate=Fate.NOT_FOUND, at=FETCHED)
        ledger.add(Entry(fate))
        ledger.end(source(), Ending(listed=3))

    (run,) = state.runs_of("r1")
    assert run.error == "asked for 3 pages, and 1 have a fate"
    assert run.asked == 3
    state.close()


def test_what_another_process_had_first_is_no_error(paper: Lab) -> None:
    """Of two processes in one run that ask for one page, the first has its fate."""
    state = paper.state()
    theirs = PageFate(run="r1", source="khac", url=f"{SITE}/0", fate=Fate.FETCHED, at=FETCHED)
    with Captures(paper.settings.captures_dir, paper.settings.captures_bytes) as captures:
        ledger = Ledger("r1", captures, state, lambda _: None)
        ledger.begin(source())
        state.record([theirs])
        ledger.claim(theirs.url)
        ledger.count(source(), theirs.url)
        ledger.add(Entry(msgspec.structs.replace(theirs, source="bao")))
        ledger.end(source(), Ending(listed=1))

    assert [run.error for run in state.runs_of("r1")] == [""]
    assert [fate.source for fate in state.pages_of("r1")] == ["khac"]
    state.close()


def test_a_source_that_floods_is_bounded(paper: Lab) -> None:
    """A listing of 50,000 pages, and one of 1,000 further listings, cost no more than their share.

    What waits is held as addresses; requests are made a few at a time.
    """
    head = "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    maps = "".join(f"<sitemap><loc>http://{OTHER}/m{i}</loc></sitemap>" for i in range(1_000))
    paper.server.on(OTHER, "/map", f"{head}{maps}</sitemapindex>".encode())
    urls = "".join(f"<url><loc>http://{OTHER}/{i}</loc></url>" for i in range(50_000))
    for i in range(1_000):
        body = f"<urlset>{urls}</urlset>" if i == 0 else f"<urlset><!--{i}--></urlset>"
        paper.server.on(OTHER, f"/m{i}", body.encode())
    paper.source("hong", f"http://{OTHER}/map", spider="sitemap", max_posts=40)

    report = paper.crawl()

    asked = [each.path for each in paper.server.asked(OTHER)]
    assert sum(path.startswith("/m") for path in asked) == 50
    assert len(asked) == 1 + 50 + 40
    assert report.errors == {}
    assert is_well(paper)


def test_a_listing_that_leads_in_a_circle_is_an_error(paper: Lab) -> None:
    """Two listings that send to each other are not taken for read."""
    paper.server.on(OTHER, "/rss", "", status=302, headers={"Location": "/feed"})
    paper.server.on(OTHER, "/feed", "", status=302, headers={"Location": "/rss"})
    paper.source("hong", f"http://{OTHER}/rss")

    report = paper.crawl()

    assert "in a circle" in report.errors["hong"]
    assert is_well(paper)


def test_a_listing_may_move_to_its_own_other_spelling(paper: Lab) -> None:
    """A feed that adds a last slash to its address is followed there."""
    paper.server.on(OTHER, "/rss", "", status=301, headers={"Location": "/rss/"})
    paper.server.feed(OTHER, "/rss/", [f"http://{OTHER}/bai"])
    paper.server.on(OTHER, "/bai", page("Bài"))
    paper.source("hong", f"http://{OTHER}/rss", f"http://{OTHER}/rss/", min_posts=1)

    report = paper.crawl()

    assert report.errors == {}
    assert paper.fates()[f"http://{OTHER}/bai"] is Fate.FETCHED
    assert report.asked == sum(sum(fates.values()) for fates in report.fates.values())
