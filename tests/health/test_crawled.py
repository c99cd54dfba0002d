"""Real crawls and the command: what the crawler writes is what the rules read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawlers.registry import load_source
from crawlers.run import environment_of
from kiemchung.commands.main import cli
from kiemchung.commands.session import watched_sources
from kiemchung.crawl_state.health import Cause
from kiemchung.health import check_health
from tests.crawlers.aging import let_pass
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import Lab, page

HOST = "bao.example"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Return a paper of three articles, served."""
    server = HostileServer()
    lab = Lab(tmp_path, server)
    lab.host(HOST)
    lab.source("bao", f"http://{HOST}/rss")
    listed(lab, range(3))
    yield lab
    server.close()


def listed(lab: Lab, numbers: range) -> None:
    """Let the feed name these articles."""
    lab.server.feed(HOST, "/rss", [f"http://{HOST}/{number}" for number in numbers])
    for number in numbers:
        lab.server.on(HOST, f"/{number}", page(f"Bài {number}"))


def causes(lab: Lab) -> list[Cause]:
    """Check the lab's sources, and return what is wrong."""
    state = lab.state()
    try:
        alerts = check_health(state, watched_sources(lab.settings), datetime.now(UTC))
    finally:
        state.close()
    return [alert.cause for alert in alerts]


def health(lab: Lab, *arguments: str) -> Result:
    """Run `kiemchung sources health` in the lab."""
    runner = CliRunner(env=environment_of(lab.settings))
    return runner.invoke(cli, ["sources", "health", *arguments])


def test_a_good_crawl_raises_nothing(lab: Lab) -> None:
    """The command says well, with status 0."""
    lab.crawl()

    assert causes(lab) == []
    assert health(lab).exit_code == 0


def test_an_unreadable_listing_is_one(lab: Lab) -> None:
    """What the spider says of a listing is what the rule looks for; mended, it is over."""
    lab.server.on(HOST, "/rss", "<html>no feed</html>")
    lab.crawl(run="r1")
    assert causes(lab) == [Cause.LISTING]

    listed(lab, range(3))
    lab.crawl(run="r2")
    assert causes(lab) == []


def test_a_listing_that_got_ahead_of_us_is_one(lab: Lab) -> None:
    """All that it names is new: pages may have been missed between two visits."""
    lab.crawl(run="r1")
    listed(lab, range(10, 13))
    lab.crawl(run="r2")

    assert causes(lab) == [Cause.FEED_MOVED]


def test_a_pass_over_one_of_two_listings_is_not_too_few_pages(lab: Lab) -> None:
    """Only what is due is asked for: fewer pages than promised says nothing."""
    lab.source("bao", f"http://{HOST}/rss", f"http://{HOST}/more", min_posts=4)
    lab.server.feed(HOST, "/more", [f"http://{HOST}/{number}" for number in (3, 4)])
    lab.crawl(run="r1", only_due=True)
    let_pass(lab, timedelta(hours=1))
    listed(lab, range(7, 10))
    lab.crawl(run="r2", only_due=True)
    let_pass(lab, timedelta(minutes=35))

    lab.crawl(run="r3", only_due=True)

    assert set(lab.fates("r3")) == {f"http://{HOST}/rss"}
    assert causes(lab) == []


def test_one_page_that_fails_is_no_source_that_does(lab: Lab) -> None:
    """A pass that asks for one page, which answers 500: the listing isn't due, so nobody knows."""
    lab.crawl(run="r1", only_due=True)
    lab.server.on(HOST, "/1", b"", status=500)
    let_pass(lab, timedelta(hours=23))
    lab.crawl(run="r2", only_due=True)
    let_pass(lab, timedelta(hours=1))

    lab.crawl(run="r3", only_due=True)

    assert set(lab.fates("r3")) == {f"http://{HOST}/1"}
    assert causes(lab) == []


def test_a_file_that_can_not_be_loaded_is_one(lab: Lab) -> None:
    """What was wrong before stays open: nobody can say that it is over."""
    lab.server.on(HOST, "/rss", "<html>no feed</html>")
    lab.crawl(run="r1")
    assert causes(lab) == [Cause.LISTING]
    (lab.sources / "bao.py").write_text("this is no python", encoding="utf-8")

    assert set(causes(lab)) == {Cause.FILE, Cause.LISTING}


def test_robots_that_forbid_all_are_one(lab: Lab) -> None:
    """Nothing was read, and it is not the site that fails."""
    lab.server.on(HOST, "/robots.txt", "User-agent: *\nDisallow: /\n")
    lab.crawl()

    assert causes(lab) == [Cause.ROBOTS]


def test_a_host_that_asks_to_be_left_alone_is_one(lab: Lab) -> None:
    """429 with Retry-After: the host rests, and that is told, not that it fails."""
    asks = {"Retry-After": "3600"}
    lab.server.on(HOST, "/rss", "", status=429, headers=asks)
    lab.crawl()

    assert causes(lab) == [Cause.RESTING]


def test_the_command_tells_the_alert_and_its_status(lab: Lab) -> None:
    """Status 1 while an alert is open: `kiemchung sources health || mail …` works."""
    lab.server.on(HOST, "/rss", "", status=500)
    lab.crawl()

    done = health(lab)
    assert done.exit_code == 1
    assert "No page can be read" in done.output

    (one,) = json.loads(health(lab, "--json", "--days", "3").output)
    assert (one["source"], one["state"]) == ("bao", "alert")
    assert [day["pages"] for day in one["days"]][:2] == [0, 0]
    assert one["alerts"][0]["cause"] == "failing"


def test_one_source_day_by_day(lab: Lab) -> None:
    """A line a day; an unknown name is told, with those that are switched on."""
    lab.crawl()

    done = health(lab, "--source", "bao", "--days", "2")
    assert done.exit_code == 0
    assert "waits" in done.output
    assert "those are: bao" in str(health(lab, "--source", "khac").exception)


def test_a_broken_file_of_a_source_leaves_the_others(lab: Lab) -> None:
    """The board shows what can be loaded."""
    lab.crawl()
    (lab.sources / "hong.py").write_text("SOURCE = None", encoding="utf-8")

    assert load_source(lab.sources / "bao.py").source.name in health(lab).output
