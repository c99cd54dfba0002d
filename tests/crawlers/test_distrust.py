"""Servers that call a changed page unchanged are noticed, and not believed for a while."""

from datetime import timedelta

import pytest

from kiemchung.vocabulary import Fate
from tests.crawlers.aging import let_pass
from tests.crawlers.lab import Lab, page

HOST = "bao.example"
SITE = f"http://{HOST}"
PAGE = f"{SITE}/1"
SAME = '"same"'


@pytest.fixture
def paper(lab: Lab) -> Lab:
    """Serve a newspaper of one article that has an ETag."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [PAGE])
    lab.server.on(HOST, "/1", page("Bài"), etag=SAME)
    lab.source("bao", f"{SITE}/rss")
    return lab


def is_asked_in_full(lab: Lab) -> bool:
    """Tell whether the last request for the page took no 304 for an answer."""
    return "if-none-match" not in lab.server.asked(HOST, "/1")[-1].headers


def test_a_304_for_a_changed_page_is_noticed_at_the_second_revisit(paper: Lab) -> None:
    """The first 304 is believed; the second is checked: the change is captured, the host noted."""
    paper.crawl(run="r1")
    paper.server.on(HOST, "/1", page("Bài, sửa"), etag=SAME)

    fates = []
    for run in ("r2", "r3"):
        report = paper.crawl(run=run)
        fates.append(paper.fates(run)[PAGE])

    assert fates == [Fate.UNCHANGED, Fate.FETCHED]
    assert f"{HOST} says of changed pages" in report.notes["bao"]
    assert report.errors == {}
    assert "sửa".encode() in paper.body(PAGE, "r3")


def test_an_honest_304_stays_believed(paper: Lab) -> None:
    """A control that finds the same bytes changes nothing but costs one request more."""
    for run in ("r1", "r2", "r3", "r4"):
        report = paper.crawl(run=run)
        assert report.notes == {}

    assert len(paper.server.asked(HOST, "/1")) == 5
    assert not is_asked_in_full(paper)
    assert paper.fates("r3")[PAGE] is Fate.UNCHANGED


def test_an_etag_that_is_repeated_over_other_bytes_is_noticed_at_once(paper: Lab) -> None:
    """A server that ignores what we ask, and sends a changed page under its old name."""
    paper.server.on(HOST, "/1", page("Bài"), headers={"ETag": SAME})
    paper.crawl(run="r1")
    paper.server.on(HOST, "/1", page("Bài, sửa"), headers={"ETag": SAME})

    report = paper.crawl(run="r2")

    assert paper.fates("r2")[PAGE] is Fate.FETCHED
    assert f"{HOST} says of changed pages" in report.notes["bao"]


def test_a_liar_is_asked_in_full_for_a_month(paper: Lab) -> None:
    """Its 304s are not asked for any more; after 30 days they are, once more."""
    test_an_etag_that_is_repeated_over_other_bytes_is_noticed_at_once(paper)
    paper.server.on(HOST, "/1", page("Bài, sửa nữa"), etag=SAME)

    paper.crawl(run="r3")
    assert is_asked_in_full(paper)
    assert paper.fates("r3")[PAGE] is Fate.FETCHED

    let_pass(paper, timedelta(days=31))
    before = len(paper.server.asked(HOST, "/1"))
    paper.crawl(run="r4")
    assert "if-none-match" in paper.server.asked(HOST, "/1")[before].headers


def test_a_changed_page_under_a_new_etag_is_no_lie(paper: Lab) -> None:
    """An edit is what validators are for."""
    paper.crawl(run="r1")
    paper.server.on(HOST, "/1", page("Bài, sửa"), etag='"other"')

    report = paper.crawl(run="r2")

    assert paper.fates("r2")[PAGE] is Fate.FETCHED
    assert report.notes == {}


def test_a_lying_feed_is_noticed_too(paper: Lab) -> None:
    """A feed whose 304 hides a new page is checked like a page."""
    paper.server.routes[HOST, "/rss"].etag = '"feed"'
    paper.crawl(run="r1")
    paper.server.feed(HOST, "/rss", [PAGE, f"{SITE}/2"])
    paper.server.routes[HOST, "/rss"].etag = '"feed"'
    paper.server.on(HOST, "/2", page("Bài 2"))

    paper.crawl(run="r2")
    report = paper.crawl(run="r3")

    assert paper.fates("r3")[f"{SITE}/2"] is Fate.FETCHED
    assert f"{HOST} says of changed pages" in report.notes["bao"]


def test_each_control_is_one_page_of_the_count(paper: Lab) -> None:
    """A page that is asked for twice in one run has one fate, and counts once."""
    for run in ("r1", "r2", "r3"):
        report = paper.crawl(run=run)

    assert len(paper.server.asked(HOST, "/1")) == 4
    assert report.asked == sum(report.fates["bao"].values()) == 2
