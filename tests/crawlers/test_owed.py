"""F1: what was listed and not had, or not reached, is asked for though nothing lists it now."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from crawlers.run import environment_of
from kiemchung.crawl_state.database import open_database
from kiemchung.crawl_state.hosts import HOSTS
from kiemchung.vocabulary import Fate
from tests.crawlers.aging import let_pass
from tests.crawlers.lab import Lab, page

HOST = "bao.example"
SITE = f"http://{HOST}"
RSS = f"{SITE}/rss"
HOUR = timedelta(hours=1)


@pytest.fixture
def paper(lab: Lab) -> Lab:
    """Let a newspaper be read that has no page yet."""
    lab.host(HOST)
    lab.source("bao", RSS)
    return lab


def lists(lab: Lab, *names: str, delay: float = 0.0) -> None:
    """Let the feed name these pages, and serve them."""
    lab.server.feed(HOST, "/rss", [f"{SITE}/{name}" for name in names])
    for name in names:
        lab.server.on(HOST, f"/{name}", page(f"Bài {name}"), delay=delay)


def wake(lab: Lab) -> None:
    """Let no host rest any more."""
    database = open_database(lab.settings.crawl_state_url)
    with database.writing() as db:
        db.execute(sa.delete(HOSTS))
    database.close()


def paths(lab: Lab) -> list[str]:
    """Return the pages that the server was asked for since the last call."""
    asked = [each.path for each in lab.server.log if each.path not in {"/robots.txt", "/rss"}]
    lab.server.log.clear()
    return sorted(asked)


def test_what_failed_once_is_tried_again_though_it_left_its_listing(paper: Lab) -> None:
    """After 1 h, 4 h, 1 day and 4 days, and then no more; never before its time."""
    lists(paper, "1", "2")
    paper.server.on(HOST, "/1", status=500)
    paper.crawl(run="r1", only_due=True)
    lists(paper, "2")
    tries = []

    for hours in (0.5, 1, 3, 2, 20, 5, 90, 10, 200):
        paths(paper)
        let_pass(paper, hours * HOUR)
        paper.crawl(run=f"after {hours} h", only_due=True)
        tries.append("/1" in paths(paper))

    assert tries == [False, True, False, True, False, True, False, True, False]


def test_what_failed_once_is_had_when_it_is_well_again(paper: Lab) -> None:
    """A page that answered 500 when it was listed is a page of the next run, and no miss more."""
    lists(paper, "1", "2")
    paper.server.on(HOST, "/1", status=500)
    paper.crawl(run="r1", only_due=True)
    lists(paper, "1", "2")
    lists(paper, "2")

    let_pass(paper, 2 * HOUR)
    paper.crawl(run="r2", only_due=True)
    let_pass(paper, 6 * HOUR)
    paper.crawl(run="r3", only_due=True)

    assert paper.fates("r2")[f"{SITE}/1"] is Fate.FETCHED
    assert f"{SITE}/1" not in paper.fates("r3")


def test_a_redirect_that_left_its_listing_is_not_asked_again(paper: Lab) -> None:
    """It led to its page; that one is visited again, the redirect isn't."""
    lists(paper, "1")
    paper.server.on(HOST, "/cu", status=301, headers={"Location": "/1"})
    paper.server.feed(HOST, "/rss", [f"{SITE}/cu"])
    paper.crawl(run="r1", only_due=True)
    paper.server.feed(HOST, "/rss", [])
    paths(paper)

    let_pass(paper, 25 * HOUR)
    paper.crawl(run="r2", only_due=True)

    assert paths(paper) == ["/1"]


def test_a_listing_that_failed_is_no_page(paper: Lab) -> None:
    """The second page of a listing that failed once is asked for by the first alone."""
    first = '<a href="/tin/1">1</a><a rel="next" href="/trang/2">2</a>'
    paper.server.on(HOST, "/rss", f"<html><body>{first}</body></html>")
    paper.server.on(HOST, "/tin/1", page("Bài"))
    paper.server.on(HOST, "/trang/2", status=500)
    paper.source("bao", RSS, spider="listing", follow="/tin/")
    paper.crawl(run="r1", only_due=True)
    paper.server.on(HOST, "/rss", "<html><body></body></html>")
    paper.server.on(HOST, "/trang/2", page("Trang 2"))
    paths(paper)

    let_pass(paper, 2 * HOUR)
    paper.crawl(run="r2", only_due=True)

    assert paths(paper) == []


def test_what_was_not_sent_to_a_host_that_rests_is_asked_for_at_the_next_listing(
    paper: Lab,
) -> None:
    """A host that asks for patience costs the pages in line nothing: they were never tried."""
    paper.settings = msgspec.structs.replace(paper.settings, delay=0.3)
    lists(paper, *"1234")
    paper.server.on(HOST, "/1", status=429, headers={"Retry-After": "3600"})
    paper.crawl(run="r1", only_due=True)
    assert paths(paper) == ["/1"]
    lists(paper, *"15")
    paper.server.feed(HOST, "/rss", [f"{SITE}/5"])

    let_pass(paper, timedelta(minutes=59))
    wake(paper)
    paper.crawl(run="r2", only_due=True)

    assert paths(paper) == ["/2", "/3", "/4", "/5"]


def killed_when_listed(lab: Lab, run: str) -> None:
    """Begin a crawl, and kill it as soon as what the feed names is written down."""
    before = leads(lab)
    command = [sys.executable, "-m", "crawlers.run", "--run", run, "--source", "bao"]
    with subprocess.Popen(
        command, env=environment_of(lab.settings), stdout=subprocess.DEVNULL
    ) as process:
        while leads(lab) == before and process.poll() is None:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)


def leads(lab: Lab) -> object:
    """Return what the feed is known to lead to."""
    state = lab.state()
    try:
        return state.look([RSS])[RSS].leads
    finally:
        state.close()


def test_two_kills_lose_nothing_that_was_listed(paper: Lab) -> None:
    """What two runs read of a feed, and didn't reach, is asked for by the third."""
    for run, names in (("r1", ["quick1", "1", "2"]), ("r2", ["quick2", "3"])):
        lists(paper, *names, delay=2.5)
        # The book is written when a second has passed.
        paper.server.on(HOST, f"/{names[0]}", page("Bài"), delay=1.2)
        killed_when_listed(paper, run)
    assert Fate.FETCHED not in {
        paper.fates(run).get(f"{SITE}/{n}") for run in ("r1", "r2") for n in "123"
    }
    lists(paper, "1", "2", "3", "4")
    paper.server.feed(HOST, "/rss", [f"{SITE}/4"])

    paper.crawl(run="r3")

    fates = paper.fates("r3")
    assert {fates.get(f"{SITE}/{n}") for n in "1234"} == {Fate.FETCHED}
    paper.server.feed(HOST, "/rss", [f"{SITE}/4", f"{SITE}/5"])
    paper.crawl(run="r4")
    assert sorted(paper.fates("r4")) == [f"{SITE}/4", f"{SITE}/5", RSS]
