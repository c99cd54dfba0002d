"""F5: one source fails, hangs, floods, empties or breaks; the others are read, and the run says so.

One day's crawl by the command line, with every kind of bad source beside two good ones.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import repeat

import msgspec
import pytest

from crawlers.run import environment_of
from kiemchung.crawl_state import SourceRun
from kiemchung.records import Quarantined
from kiemchung.store import open_store
from tests.crawlers.hostile_server import HTML, Answer, HostileServer
from tests.crawlers.lab import Lab, page, slow_unless, wanted
from tests.demo_runs import PROGRAM

GOOD = ("bao_tot", "bao_lanh")
PAGES = 6
MOST = 20
MILLION = 1_000_000
AWAY = {"Location": "http://khac.example/rss"}
Lay = Callable[[Lab, str], None]
RAISES = '''

def extract(page, source):
    """Break on each page."""
    raise KeyError("lời của trang")
'''
HANGS = '''

def extract(page, source):
    """Never end."""
    while True:
        pass
'''


def host_of(name: str) -> str:
    """Return the host of a source."""
    return f"{name.replace('_', '-')}.example"


def outlet(lab: Lab, name: str, *, more: str = "") -> str:
    """Serve and list a newspaper of a few pages; return its host."""
    host = host_of(name)
    lab.host(host)
    lab.server.feed(host, "/rss", [f"http://{host}/{number}" for number in range(PAGES)])
    for number in range(PAGES):
        text = f"Nước rút ở bến số {number} của {name}, chợ họp lại như thường."
        lab.server.on(host, f"/{number}", page(f"Bài {number} của {name}", text))
    lab.source(name, f"http://{host}/rss", max_posts=MOST, min_posts=1)
    file = lab.sources / f"{name}.py"
    file.write_text(file.read_text() + more)
    return host


def links(count: int) -> bytes:
    """Return a feed of so many links to wherever it stands."""
    items = "".join(f"<item><link>/x{i}</link></item>" for i in range(count))
    return f"<rss><channel>{items}</channel></rss>".encode()


def listed_at(answer: Answer, path: str = "/rss") -> Lay:
    """Let a source's listing, or whatever stands at `path`, answer so."""

    def laid(lab: Lab, name: str) -> None:
        lab.server.routes[outlet(lab, name), path] = answer

    return laid


def written(more: str) -> Lay:
    """Let a source's file hold more."""

    def laid(lab: Lab, name: str) -> None:
        outlet(lab, name, more=more)

    return laid


def copied(lab: Lab, name: str) -> None:
    """Serve the very bytes of a good source's listing."""
    lab.server.routes[outlet(lab, name), "/rss"] = lab.server.routes[host_of(GOOD[0]), "/rss"]


def unnamed(lab: Lab, name: str) -> None:
    """List a source whose host has no address."""
    lab.source(name, "http://khong-co.invalid/rss", min_posts=1)


FLOOD = b"HTTP/1.1 200 OK\r\n\r\n" + b"<item/>" * 9_999
BAD: dict[str, tuple[Lay, str]] = {
    "fails": (listed_at(Answer(status=500)), "status 500"),
    "hangs": (listed_at(Answer(delay=30)), "timed_out"),
    "hangs_at_robots": (listed_at(Answer(delay=30), "/robots.txt"), "robots.txt: DownloadTimeout"),
    "resets": (listed_at(Answer(reset=True)), "DownloadFailedError"),
    "floods": (listed_at(Answer(raw=lambda: repeat(FLOOD, 7_000))), "too_large"),
    "floods_links": (listed_at(Answer(body=links(MILLION))), "too_large"),
    "empties": (listed_at(Answer(body=links(0))), "listed 0 pages, expected at least 1"),
    "turns_into_html": (listed_at(Answer(body=b"<html><p>a", headers=HTML)), "neither RSS nor"),
    "moves_away": (listed_at(Answer(status=301, headers=AWAY)), "to another host"),
    "vanishes": (listed_at(Answer(status=404)), "status 404"),
    "copies": (copied, "listed 0 pages, expected at least 1"),
    "no_address": (unnamed, "CannotResolveHostError"),
    "no_python": (written("\n)("), "SyntaxError"),
    "no_import": (written("\nimport khong_co\n"), "No module named 'khong_co'"),
    "leaves": (written("\nraise SystemExit(0)\n"), "SystemExit"),
    "raises": (written(RAISES), ""),
    "loops": (written(HANGS), ""),
    "lists_too_much": (listed_at(Answer(body=links(50_000))), ""),
}
"""How each is laid, and what the run says of it; "" where that is no error of the run."""
QUICK = {"fails", "hangs", "floods", "empties", "copies", "no_python", "raises"}


class Day(msgspec.Struct, frozen=True):
    """What the command line said, and what it left."""

    lab: Lab
    status: int
    said: list[str]
    runs: dict[str, SourceRun]
    entries: list[Quarantined]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Day]:
    """Crawl the good sources and the bad ones that are asked for, by the command line."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("day"), server, timeout=2.0)
    for name in GOOD:
        outlet(lab, name)
    for name in wanted(request, "bad"):
        BAD[name][0](lab, name)
    done = subprocess.run(
        [PROGRAM, "crawl", "--run", "r1"],
        env=environment_of(lab.settings),
        capture_output=True,
        text=True,
        check=False,
    )
    with closing(lab.state()) as state, closing(open_store(lab.settings)) as store:
        runs = {run.source: run for run in state.runs_of("r1")}
        entries = list(store.scan(Quarantined))
    yield Day(lab, done.returncode, done.stderr.splitlines(), runs, entries)
    server.close()


@pytest.mark.parametrize("bad", slow_unless(QUICK, BAD))
def test_the_run_names_a_bad_source(day: Day, bad: str) -> None:
    """F5: on a line of its own, with the cause; the run's record says the same."""
    words = BAD[bad][1]
    lines = [line for line in day.said if line.startswith(f"{bad}: ")]

    assert [words in line for line in lines] == ([True] if words else [])
    assert words in day.runs[bad].error
    assert day.runs[bad].ended


@pytest.mark.parametrize("name", GOOD)
def test_the_others_stay_green(day: Day, name: str) -> None:
    """F5: each of their pages is a post; no error is told of them."""
    posts = [post for post in day.lab.posts() if post.source == name]

    assert len(posts) == PAGES
    assert day.runs[name].error == ""
    assert [line for line in day.said if line.startswith(f"{name}: ")] == []


def test_a_bad_source_is_told_by_the_exit_status(day: Day) -> None:
    """F5: cron and Airflow hear of it."""
    assert day.status == 1


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ("raises", "KeyError in raises.py"),
        pytest.param("loops", "took longer", marks=pytest.mark.faults),
    ],
)
def test_an_extract_that_breaks_costs_its_own_pages(day: Day, bad: str, cause: str) -> None:
    """F5: each is one entry of the quarantine, with the cause and no word of the page."""
    causes = [entry.cause for entry in day.entries if entry.source == bad]

    assert len(causes) == PAGES
    assert all(cause in each for each in causes)
    assert not any("lời" in each for each in causes)


@pytest.mark.faults
@pytest.mark.parametrize("bad", ["lists_too_much"])
def test_a_flood_of_links_is_cut(day: Day, bad: str) -> None:
    """F5: no more is asked for than the source may list."""
    asked = day.lab.server.asked(host_of(bad))

    assert len(asked) == 2 + MOST  # robots.txt, the listing, and its first pages
