"""Which known pages are gone: those whose address, or what it leads to, says that there is none."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import msgspec
import pytest

from crawlers.run import environment_of
from kiemchung.vocabulary import Fate
from tests.crawlers.aging import let_pass
from tests.crawlers.lab import Lab, page

HOST = "bao.example"
SITE = f"http://{HOST}"
RSS = f"{SITE}/rss"
DAY = timedelta(days=1)


@pytest.fixture
def paper(lab: Lab) -> Lab:
    """Serve a newspaper of four articles that was read a day ago, and has no feed any more."""
    lab.host(HOST)
    lab.articles(HOST, 4)
    lab.source("bao", RSS)
    lab.crawl(run="day 0")
    lab.server.feed(HOST, "/rss", [])
    let_pass(lab, DAY)
    return lab


def leads(lab: Lab, path: str, target: str) -> None:
    """Let a page send its readers elsewhere."""
    lab.server.on(HOST, path, status=302, headers={"Location": target})


def gone(lab: Lab) -> list[str]:
    """Return the pages whose posts have to learn that they are gone."""
    state = lab.state()
    try:
        return [each.url.removeprefix(SITE) for each in state.schedule.gone()]
    finally:
        state.close()


@pytest.mark.parametrize("status", [404, 410])
def test_pages_that_lead_to_one_that_is_not_there_are_gone(paper: Lab, status: int) -> None:
    """Many sites send their readers to a page of errors, all to the same one."""
    for path in ("/1", "/2"):
        leads(paper, path, "/404.html")
    paper.server.on(HOST, "/404.html", page("404"), status=status)

    report = paper.crawl(run="day 1")

    assert gone(paper) == ["/1", "/2"]
    assert report.errors == {}
    fates = paper.fates("day 1")
    assert [fates[f"{SITE}{path}"] for path in ("/1", "/2")] == [Fate.REDIRECTED] * 2
    assert fates[f"{SITE}/404.html"] is Fate.NOT_FOUND


def test_a_page_that_leads_nowhere_over_others_is_gone(paper: Lab) -> None:
    """The end of a chain of redirects counts, not its length, and not which page came first."""
    leads(paper, "/1", "/cu")
    leads(paper, "/cu", "/3")
    leads(paper, "/3", "/khong")

    paper.crawl(run="day 1")

    assert gone(paper) == ["/1", "/3"]


@pytest.mark.parametrize("there", [200, 500])
def test_a_page_that_leads_to_another_is_not_gone(paper: Lab, there: int) -> None:
    """Nor one that leads to a page that can't be had just now."""
    leads(paper, "/1", "/moi")
    paper.server.on(HOST, "/moi", page("Bài 1"), status=there)

    report = paper.crawl(run="day 1")

    assert gone(paper) == []
    assert report.errors == {}
    assert paper.fates("day 1")[f"{SITE}/1"] is Fate.REDIRECTED


def test_pages_that_lead_in_a_circle_have_a_fate(paper: Lab) -> None:
    """Two known pages that lead to each other end where they began, and are not gone."""
    leads(paper, "/1", "/2")
    leads(paper, "/2", "/1")

    report = paper.crawl(run="day 1")

    assert report.errors == {}
    assert gone(paper) == []
    assert report.asked == len(paper.fates("day 1")) == 5


def test_a_gone_page_stays_so_where_it_leads_away(paper: Lab) -> None:
    """A redirect that isn't followed says nothing of the page: what was gone isn't back."""
    paper.server.on(HOST, "/1", status=404)
    paper.crawl(run="day 1")
    leads(paper, "/1", "http://bao-tri.example/")
    leads(paper, "/2", "http://bao-tri.example/")

    let_pass(paper, DAY)
    paper.crawl(run="day 2")

    assert gone(paper) == ["/1"]


def test_a_gone_page_is_back_where_it_leads_to_one_that_is_there(paper: Lab) -> None:
    """Its text stands at another address now."""
    paper.server.on(HOST, "/1", status=404)
    paper.crawl(run="day 1")
    leads(paper, "/1", "/moi")
    paper.server.on(HOST, "/moi", page("Bài 1"))

    let_pass(paper, DAY)
    paper.crawl(run="day 2")

    assert gone(paper) == []


@pytest.mark.parametrize("next_run", ["day 1", "another"])
def test_a_kill_before_the_end_of_the_chain_loses_no_deletion(paper: Lab, next_run: str) -> None:
    """F1: until it is known what a page leads to, it has no fate, and is asked again."""
    paper.settings = msgspec.structs.replace(paper.settings, timeout=60.0)
    leads(paper, "/1", "/404.html")
    paper.server.on(HOST, "/404.html", page("404"), status=404, delay=30.0)
    command = [sys.executable, "-m", "crawlers.run", "--run", "day 1", "--source", "bao"]
    with subprocess.Popen(
        command, env=environment_of(paper.settings), stdout=subprocess.DEVNULL
    ) as process:
        while not paper.server.asked(HOST, "/404.html") and process.poll() is None:
            time.sleep(0.02)
        time.sleep(1.0)  # so that the others are noted
        os.kill(process.pid, signal.SIGKILL)
    assert f"{SITE}/404.html" not in paper.fates("day 1")
    paper.server.on(HOST, "/404.html", page("404"), status=404)

    paper.crawl(run=next_run)

    assert gone(paper) == ["/1"]
