"""One listing or page under several addresses is read once."""

import pytest

from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page

HOST = "bao.example"
SITE = f"http://{HOST}"


@pytest.fixture
def paper(lab: Lab) -> Lab:
    """Serve a newspaper of two articles."""
    lab.host(HOST)
    for path in ("/rss", "/tin.rss"):
        lab.server.feed(HOST, path, [f"{SITE}/{i}" for i in range(2)])
    for i in range(2):
        lab.server.on(HOST, f"/{i}", page(f"Bài {i}"))
    return lab


def test_a_listing_written_twice_is_asked_for_once(paper: Lab) -> None:
    """Its second address has the fate of a duplicate; that is no error, and no emptiness."""
    paper.server.feed(HOST, "/rss/", [])
    paper.source("bao", f"{SITE}/rss")
    paper.source("bao_hai", f"{SITE}/rss/?utm_source=x", min_posts=2)

    report = paper.crawl()

    assert report.errors == {}
    assert paper.fates()[f"{SITE}/rss/?utm_source=x"] is Fate.DUPLICATE
    assert not paper.server.asked(HOST, "/rss/?utm_source=x")
    assert report.asked == sum(sum(fates.values()) for fates in report.fates.values()) == 4


def test_a_listing_that_names_the_same_is_read_once(paper: Lab) -> None:
    """Two feeds that say the same lead to each page once, and the second is a duplicate."""
    paper.source("bao", f"{SITE}/rss", f"{SITE}/tin.rss", min_posts=2)

    report = paper.crawl()

    assert report.errors == {}
    assert sorted(paper.fates().values()) == sorted(
        [Fate.LISTING, Fate.DUPLICATE, Fate.FETCHED, Fate.FETCHED]
    )


def test_a_copied_feed_takes_nothing_from_its_owner(paper: Lab) -> None:
    """Another host that serves a newspaper's feed lists nothing of its own, and hides nothing."""
    copy = "an-cap.example"
    paper.host(copy)
    paper.server.routes[copy, "/rss"] = paper.server.routes[HOST, "/rss"]
    paper.source("an_cap", f"http://{copy}/rss", min_posts=1)
    paper.source("bao", f"{SITE}/rss", min_posts=2)

    report = paper.crawl()

    assert report.errors == {"an_cap": "listed 0 pages, expected at least 1"}
    assert paper.fates()[f"{SITE}/0"] is Fate.FETCHED


def test_a_listing_that_leads_to_one_that_is_read_is_a_duplicate(paper: Lab) -> None:
    """A feed that moved to the address of another one is not read a second time."""
    paper.server.on(HOST, "/cu.rss", "", status=301, headers={"Location": "/rss"})
    paper.source("bao", f"{SITE}/rss", f"{SITE}/cu.rss", min_posts=2)

    report = paper.crawl()

    assert report.errors == {}
    assert paper.fates()[f"{SITE}/cu.rss"] is Fate.DUPLICATE
    assert len(paper.server.asked(HOST, "/rss")) == 1


def test_session_ids_do_not_multiply_pages(paper: Lab) -> None:
    """A thousand addresses that differ by session and tracker alone are one request."""
    urls = [f"{SITE}/0?PHPSESSID={i:032x}&utm_source=s{i}" for i in range(1_000)]
    paper.server.feed(HOST, "/rss", urls)
    paper.source("bao", f"{SITE}/rss")

    paper.crawl()

    assert [each.path for each in paper.server.asked(HOST)] == ["/robots.txt", "/rss", "/0"]


def test_a_redirect_that_only_adds_a_session_ends(paper: Lab) -> None:
    """A page that sends every visitor to itself with a new session is asked for once."""
    target = {"Location": "/0?sid=a1b2c3d4e5f6a7b8"}
    paper.server.on(HOST, "/0", "", status=302, headers=target)
    paper.source("bao", f"{SITE}/rss")

    paper.crawl()

    assert len(paper.server.asked(HOST, "/0")) == 1
    assert paper.fates()[f"{SITE}/0"] is Fate.REDIRECTED


def test_paging_that_repeats_itself_ends(paper: Lab) -> None:
    """A listing whose every next page is the same page again is read once more, not 50 times."""
    links = f"<a href='{SITE}/0'>Bài</a><a rel='next' href='?page={{}}'>Tiếp</a>"
    for number in range(60):
        path = f"/trang?page={number}" if number else "/trang"
        paper.server.on(HOST, path, links.format("next"))
    paper.server.on(HOST, "/trang?page=next", links.format("next"))
    paper.source("bao", f"{SITE}/trang", spider="listing", follow=r"/\d+$")

    paper.crawl()

    assert len(paper.server.asked(HOST)) < 5
    assert Fate.DUPLICATE in paper.fates().values()
