"""Runs: what a second one fetches, what a killed one leaves, what one source's failure costs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec
import pytest

from crawlers.run import crawl, environment_of
from kiemchung.errors import SourceError
from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import Lab, page

HOST = "bao.example"
SITE = f"http://{HOST}"


def paper(lab: Lab, size: int, *, delay: float = 0.0) -> None:
    """Serve a newspaper of `size` articles, one of which has moved, and list it."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(size)])
    for i in range(size):
        lab.server.on(HOST, f"/{i}", page(f"Bài {i}"), etag=f'"{i}"', delay=delay)
    moved = {"Location": "/moved-here"}
    lab.server.on(HOST, "/1", "", status=301, headers=moved, delay=delay)
    lab.server.on(HOST, "/moved-here", page("Đã chuyển"), delay=delay)
    lab.source("bao", f"{SITE}/rss", max_posts=size)


def test_a_second_run_fetches_only_what_changed(lab: Lab) -> None:
    """With validators known, pages answer 304; what changed is captured again."""
    paper(lab, 4)
    lab.crawl(run="r1")
    lab.server.on(HOST, "/3", page("Bài 3, sửa"), etag='"3b"')

    lab.crawl(run="r2")

    second = lab.fates("r2")
    assert second[f"{SITE}/0"] is Fate.UNCHANGED
    assert second[f"{SITE}/3"] is Fate.FETCHED
    assert lab.server.asked(HOST, "/0")[-1].headers["if-none-match"] == '"0"'
    assert "sửa".encode() in lab.body(f"{SITE}/3", "r2")


def test_the_same_bytes_without_validators_are_unchanged(lab: Lab) -> None:
    """A server without ETag that sends the same bytes again causes no second capture."""
    paper(lab, 1)
    lab.server.on(HOST, "/0", page("Bài 0"))
    lab.crawl(run="r1")

    lab.crawl(run="r2")

    assert lab.fates("r2")[f"{SITE}/0"] is Fate.UNCHANGED
    assert lab.pages("r2")[f"{SITE}/0"].capture == lab.pages("r1")[f"{SITE}/0"].capture


def killed_crawl(lab: Lab, is_time: Callable[[], bool]) -> None:
    """Begin a crawl, and kill it as soon as `is_time` says so."""
    command = [sys.executable, "-m", "crawlers.run", "--run", "r1", "--source", "bao"]
    with subprocess.Popen(
        command, env=environment_of(lab.settings), stdout=subprocess.DEVNULL
    ) as process:
        while not is_time() and process.poll() is None:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)


def outcome(lab: Lab) -> dict[str, tuple[Fate, str]]:
    """Return what a run left, its times left out."""
    return {url: (page.fate, page.capture) for url, page in lab.pages().items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Fate, str]]:
    """Return the outcome of a run that nobody killed."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("undisturbed"), server)
    paper(lab, 40)
    lab.crawl()
    server.close()
    return outcome(lab)


@pytest.mark.parametrize("moment", ["robots", "pages", "written"])
def test_a_killed_run_repeated_ends_the_same(
    lab: Lab, undisturbed: dict[str, tuple[Fate, str]], moment: str
) -> None:
    """Killed with -9 early, in the middle or late, and repeated: the undisturbed outcome."""
    paper(lab, 40, delay=0.06)
    moments = {
        "robots": lambda: len(lab.server.log) > 0,
        "pages": lambda: len(lab.server.log) > 9,
        "written": lambda: Fate.FETCHED in lab.fates().values(),
    }
    killed_crawl(lab, moments[moment])
    assert (Fate.FETCHED in lab.fates().values()) >= (moment == "written")

    lab.crawl()

    assert outcome(lab) == undisturbed
    fetched = [url for url, (fate, _) in outcome(lab).items() if fate is Fate.FETCHED]
    assert len({lab.body(url) for url in fetched}) == 40


def test_a_failing_source_leaves_the_others(lab: Lab) -> None:
    """A listing that can't be reached is its source's error; the other source is read."""
    paper(lab, 2)
    lab.host("hong.example")
    lab.server.on("hong.example", "/rss", "", status=500)
    lab.source("hong", "http://hong.example/rss")

    report = lab.crawl()

    assert report.fates["bao"][Fate.FETCHED] == 2
    assert list(report.errors) == ["hong"]
    assert "status 500" in report.errors["hong"]


def test_too_few_pages_are_an_error(lab: Lab) -> None:
    """A source that lists fewer pages than it should is an error, not silence."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [])
    lab.source("bao", f"{SITE}/rss", min_posts=3)

    assert lab.crawl().errors == {"bao": "listed 0 pages, expected at least 3"}


def test_a_flood_is_cut(lab: Lab) -> None:
    """A source that lists more than it should costs no more requests than its limit."""
    paper(lab, 9)
    lab.source("bao", f"{SITE}/rss", max_posts=3)

    lab.crawl()

    assert {asked.path for asked in lab.server.asked(HOST)} >= {"/0", "/1", "/2"}
    assert not lab.server.asked(HOST, "/3")


def test_a_configured_source_is_off(lab: Lab) -> None:
    """A source that nobody verified isn't fetched, and the run says what to do."""
    lab.host(HOST)
    lab.source("bao", f"{SITE}/rss", status="configured")

    report = lab.crawl()

    assert "sources check" in report.errors["bao"]
    assert lab.server.log == []


def test_an_unknown_source_is_refused(lab: Lab) -> None:
    """A name that is no source is an error that names those that are."""
    lab.source("bao", f"{SITE}/rss")

    with pytest.raises(SourceError, match=r"'boa'.*bao"):
        lab.crawl("boa")


def test_two_sources_with_one_page_give_it_one_fate(lab: Lab) -> None:
    """A page that two sources list is fetched once in a run."""
    paper(lab, 3)
    lab.server.feed(HOST, "/rss-2", [f"{SITE}/0", f"{SITE}/2"])
    lab.source("bao_hai", f"{SITE}/rss-2")

    lab.crawl()

    assert len(lab.server.asked(HOST, "/0")) == 1
    assert lab.fates()[f"{SITE}/0"] is Fate.FETCHED


def test_a_full_budget_stops_the_crawl_and_says_so(lab: Lab) -> None:
    """When captures may take no more, nothing is recorded as fetched that isn't kept."""
    paper(lab, 3)
    lab.settings = msgspec.structs.replace(lab.settings, captures_bytes=10)

    report = lab.crawl()

    assert "KIEMCHUNG_CAPTURES_BYTES" in report.errors["bao"]
    assert Fate.FETCHED not in lab.fates().values()


def test_progress_is_told(lab: Lab) -> None:
    """The caller hears how many pages are done, by source."""
    paper(lab, 3)
    heard: list[dict[str, int]] = []

    crawl(lab.settings, ["bao"], "r1", progress=heard.append)

    assert heard[-1] == {"bao": 5}


def test_the_child_knows_no_keys(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of store and desk don't reach the process that reads strangers' pages."""
    monkeypatch.setenv("KIEMCHUNG_STORE_API_KEY", "secret-1")
    monkeypatch.setenv("KIEMCHUNG_DESK_URL", "postgresql://desk:secret-2@db/desk")

    values = " ".join(environment_of(lab.settings).values())
    assert "secret" not in values
