"""What a crawl asks for on which day: revisits, listings whose time has come, what is gone."""

from contextlib import closing
from datetime import timedelta

import msgspec
import pytest

from kiemchung.crawl_state import Gone, Notes, Poll
from kiemchung.records import Post
from kiemchung.store import open_store
from kiemchung.vocabulary import Fate
from tests.crawlers.aging import let_pass
from tests.crawlers.lab import Lab, page

HOST = "bao.example"
SITE = f"http://{HOST}"
RSS = f"{SITE}/rss"
DAY = timedelta(days=1)
ALMOST = timedelta(hours=23, minutes=59)


@pytest.fixture
def paper(lab: Lab) -> Lab:
    """Serve a newspaper of three articles."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(3)])
    for i in range(3):
        lab.server.on(HOST, f"/{i}", page(f"Bài {i}"), etag=f'"{i}"')
    lab.source("bao", RSS)
    return lab


def paths(lab: Lab) -> list[str]:
    """Return what the server was asked for since the last call, robots.txt apart, in order."""
    asked = [each.path for each in lab.server.log if each.path != "/robots.txt"]
    lab.server.log.clear()
    return sorted(asked)


def gone(lab: Lab) -> list[Gone]:
    """Return the pages whose posts have to learn that they are gone."""
    state = lab.state()
    try:
        return state.schedule.gone()
    finally:
        state.close()


def poll_of(lab: Lab) -> Poll:
    """Return how often the feed is asked."""
    state = lab.state()
    try:
        return state.schedule.polls("bao")[RSS]
    finally:
        state.close()


def test_pages_are_visited_again_after_1_1_1_and_4_days(paper: Lab) -> None:
    """Day by day, though no listing names them any more; then no more."""
    paper.crawl(run="day 0")
    paths(paper)
    paper.server.feed(HOST, "/rss", [])

    visited, today = [], 0
    for day in (1, 2, 3, 6, 7, 9):
        let_pass(paper, (day - today) * DAY)
        paper.crawl(run=f"day {day}")
        visited += [day] if "/1" in paths(paper) else []
        today = day
    assert visited == [1, 2, 3, 7]


def test_a_daily_run_that_begins_a_little_earlier_finds_them_due(paper: Lab) -> None:
    """23 h 59 min after the last visit a day's revisit is due."""
    paper.crawl(run="r1", only_due=True)
    paths(paper)

    let_pass(paper, ALMOST)
    paper.crawl(run="r2", only_due=True)

    assert paths(paper) == ["/0", "/1", "/2", "/rss"]


def test_nothing_is_asked_before_it_is_due(paper: Lab) -> None:
    """A run with `--due`, a few minutes after the last one, sends no request and is no error."""
    paper.crawl(run="r1", only_due=True)
    paths(paper)

    report = paper.crawl(run="r2", only_due=True)

    assert paths(paper) == []
    assert report.errors == {}
    assert report.fates == {}


def test_a_run_by_hand_asks_for_everything_that_is_listed(paper: Lab) -> None:
    """Without `--due` every listed page is asked for, conditionally."""
    paper.crawl(run="r1")
    paths(paper)

    paper.crawl(run="r2")

    assert paths(paper) == ["/0", "/1", "/2", "/rss"]
    assert set(paper.fates("r2").values()) == {Fate.LISTING, Fate.UNCHANGED}


def test_new_pages_are_asked_for_when_the_feed_is(paper: Lab) -> None:
    """With `--due` a feed whose time has come leads to what is new, and to nothing else."""
    paper.crawl(run="r1", only_due=True)
    paths(paper)
    paper.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(4)])
    paper.server.on(HOST, "/3", page("Bài 3"))

    let_pass(paper, timedelta(hours=2))
    paper.crawl(run="r2", only_due=True)

    assert paths(paper) == ["/3", "/rss"]


def test_a_page_that_its_sitemap_calls_changed_is_asked_for(paper: Lab) -> None:
    """A `lastmod` after our last visit makes a page due; an older one doesn't."""
    entries = "".join(
        f"<url><loc>{SITE}/{i}</loc><lastmod>{when}</lastmod></url>"
        for i, when in enumerate(("2020-01-01", "2020-01-01"))
    )
    head = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    paper.server.on(HOST, "/map", f"{head}{entries}</urlset>".encode())
    paper.source("bao", f"{SITE}/map", spider="sitemap")
    paper.crawl(run="r1", only_due=True)
    let_pass(paper, timedelta(hours=2))
    state = paper.state()
    known = state.validators(f"{SITE}/1")
    state.close()
    assert known is not None
    later = (known.checked_at + timedelta(hours=1)).isoformat()
    changed = f"{head}{entries}</urlset>".replace(
        f"<loc>{SITE}/1</loc><lastmod>2020-01-01", f"<loc>{SITE}/1</loc><lastmod>{later}"
    )
    paper.server.on(HOST, "/map", changed.encode())
    paths(paper)

    paper.crawl(run="r2", only_due=True)

    assert paths(paper) == ["/1", "/map"]


def test_what_could_not_be_had_is_left_alone_for_a_while(paper: Lab) -> None:
    """A listed page that is 404 is not asked for at each poll, but after one hour, then four."""
    del paper.server.routes[HOST, "/2"]
    asked = []
    for visit in range(3):
        paper.crawl(run=f"r{visit}", only_due=True)
        asked.append("/2" in paths(paper))
        let_pass(paper, timedelta(hours=2))

    assert asked == [True, True, False]


def test_news_bring_a_listing_sooner_and_none_later(paper: Lab) -> None:
    """The wait between two visits to a feed halves after news, and grows after none."""
    paper.crawl(run="r1")
    first = poll_of(paper).seconds
    paper.crawl(run="r2")
    without = poll_of(paper).seconds
    paper.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(4)])
    paper.server.on(HOST, "/3", page("Bài 3"))
    paper.crawl(run="r3")

    assert without == first * 1.5
    assert poll_of(paper).seconds == without / 2


def test_a_feed_that_got_ahead_of_us_is_told(paper: Lab) -> None:
    """All entries new: more was published than the feed holds; said, and asked for sooner."""
    paper.crawl(run="r1")
    before = poll_of(paper).seconds
    paper.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(7, 10)])
    for i in range(7, 10):
        paper.server.on(HOST, f"/{i}", page(f"Bài {i}"))

    report = paper.crawl(run="r2")

    assert "got ahead of us" in report.notes["bao"]
    assert report.errors == {}
    assert poll_of(paper).seconds == before / 4


def test_a_feed_that_failed_is_asked_again_at_once(paper: Lab) -> None:
    """A listing that could not be read stays due: a run that is repeated finds it."""
    paper.server.on(HOST, "/rss", "", status=500)
    assert paper.crawl(run="r1", only_due=True).errors

    paper.server.feed(HOST, "/rss", [f"{SITE}/0"])
    report = paper.crawl(run="r1", only_due=True)

    assert report.errors == {}
    assert paper.fates("r1")[f"{SITE}/0"] is Fate.FETCHED


def test_a_listing_that_is_what_it_was_leads_on(paper: Lab) -> None:
    """A feed's 304 is no error and no emptiness: what it named before is asked for."""
    feed = paper.server.routes[HOST, "/rss"]
    feed.etag = '"feed"'
    paper.source("bao", RSS, min_posts=3)
    paper.crawl(run="r1")
    paths(paper)

    report = paper.crawl(run="r2")

    assert report.errors == {}
    assert paper.fates("r2")[RSS] is Fate.UNCHANGED
    assert paths(paper) == ["/0", "/1", "/2", "/rss"]


def test_pages_that_a_killed_run_did_not_reach_are_asked_for_by_a_new_one(paper: Lab) -> None:
    """The feed says 304 now; what it named is remembered, so nothing is lost with the old run."""
    paper.server.routes[HOST, "/rss"].etag = '"feed"'
    missing = paper.server.routes.pop((HOST, "/2"))
    paper.server.on(HOST, "/2", "", status=500)
    paper.crawl(run="r1", only_due=True)
    paper.server.routes[HOST, "/2"] = missing

    let_pass(paper, timedelta(hours=2))
    paper.crawl(run="r2", only_due=True)

    assert paper.fates("r2") == {RSS: Fate.UNCHANGED, f"{SITE}/2": Fate.FETCHED}


def test_pages_that_left_the_feed_before_they_were_reached_are_asked_for(paper: Lab) -> None:
    """What a killed run read of the feed is owed, though the feed names other pages now."""
    owed = f"{SITE}/owed"
    paper.server.on(HOST, "/owed", page("Bài"))
    paper.crawl(run="r1")
    state = paper.state()
    leads = state.look([RSS])[RSS].leads
    assert leads is not None
    leads = msgspec.structs.replace(leads, pages=(*leads.pages, owed))
    state.write(Notes(leads={RSS: ("bao", leads)}))
    state.close()
    paper.server.feed(HOST, "/rss", [f"{SITE}/0"])

    paper.crawl(run="r2")

    fates = {RSS: Fate.LISTING, f"{SITE}/0": Fate.UNCHANGED, owed: Fate.FETCHED}
    assert paper.fates("r2") == fates


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_was_taken_away_is_remembered_as_gone(paper: Lab, status: int) -> None:
    """A known page that is gone at a revisit is told once; one that was never there isn't."""
    paper.crawl(run="r1")
    paper.server.feed(HOST, "/rss", [f"{SITE}/never"])
    paper.server.on(HOST, "/1", "", status=status)

    let_pass(paper, DAY)
    paper.crawl(run="r2")

    assert [each.url for each in gone(paper)] == [f"{SITE}/1"]
    assert paper.fates("r2")[f"{SITE}/1"] is Fate.NOT_FOUND
    assert paper.fates("r2")[f"{SITE}/0"] is Fate.UNCHANGED


def test_one_wrong_404_deletes_nothing_for_good(paper: Lab) -> None:
    """The page is asked for again a day later; a post that went meanwhile comes back with it."""
    paper.crawl(run="r1", only_due=True)
    paper.ingest()
    there = paper.server.routes.pop((HOST, "/1"))
    let_pass(paper, 3 * DAY)
    paper.crawl(run="r2", only_due=True)
    paper.ingest()
    assert sum(post.deleted_at is not None for post in paper.posts()) == 1
    with closing(open_store(paper.settings)) as store:
        store.expire(Post, [post.id for post in paper.posts() if post.deleted_at is not None])

    paper.server.routes[HOST, "/1"] = there
    let_pass(paper, DAY)
    paper.crawl(run="r3", only_due=True)
    paper.ingest()

    assert paper.fates("r3")[f"{SITE}/1"] is Fate.NEW
    assert [post.deleted_at for post in paper.posts()] == [None] * 3


def test_a_page_that_is_back_is_told_too(paper: Lab) -> None:
    """What was told to be gone and answers again is told to be back, once."""
    paper.crawl(run="r1")
    there = paper.server.routes.pop((HOST, "/1"))
    paper.crawl(run="r2")
    state = paper.state()
    state.schedule.told(state.schedule.gone())
    assert state.schedule.gone() == []

    paper.server.routes[HOST, "/1"] = there
    paper.crawl(run="r3")

    assert state.schedule.returned() == [Gone(url=f"{SITE}/1", source="bao", at=None)]
    state.schedule.told(state.schedule.returned())
    assert state.schedule.returned() == state.schedule.gone() == []
    state.close()


@pytest.mark.parametrize("target", ["/", "/rss", f"{SITE}/"])
def test_a_known_page_that_leads_home_is_gone(paper: Lab, target: str) -> None:
    """A redirect to the first page or to a listing is how many sites take a page away."""
    paper.crawl(run="r1")
    paper.server.on(HOST, "/1", "", status=302, headers={"Location": target})
    paper.server.on(HOST, "/", page("Trang chủ"))

    paper.crawl(run="r2")

    assert [each.url for each in gone(paper)] == [f"{SITE}/1"]
    assert paper.fates("r2")[f"{SITE}/1"] is Fate.REDIRECTED
    assert f"{SITE}/" not in paper.fates("r2")


def test_a_known_page_that_moved_is_not_gone(paper: Lab) -> None:
    """A redirect elsewhere is followed, and nothing is marked."""
    paper.crawl(run="r1")
    paper.server.on(HOST, "/1", "", status=301, headers={"Location": "/moi"})
    paper.server.on(HOST, "/moi", page("Bài 1"))

    paper.crawl(run="r2")

    assert gone(paper) == []
    assert paper.fates("r2")[f"{SITE}/moi"] is Fate.FETCHED
