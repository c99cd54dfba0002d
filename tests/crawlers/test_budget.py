"""The budget of a host, over processes: counted and timed by the server that they ask."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from crawlers.budget import PER_HOST
from crawlers.canonical import host_key
from crawlers.run import environment_of
from kiemchung.crawl_state.hosts import LEASE
from kiemchung.vocabulary import Fate
from tests.conftest import new_database
from tests.crawlers.hostile_server import Asked, HostileServer
from tests.crawlers.lab import Lab, page

HOST = "chung.example"
NAMES = ("mot", "hai")
PAGES = 24
DELAY = 0.25
BOTH = 5
"""Requests of each process before one is killed."""
SECONDS = 60.0


def two_sources(lab: Lab, seconds: float) -> None:
    """Let two sources of one host list pages, each of which takes `seconds`."""
    lab.host(HOST)
    for name in NAMES:
        paths = [f"/{name}/{number}" for number in range(PAGES)]
        lab.server.feed(HOST, f"/{name}/rss", [f"http://{HOST}{path}" for path in paths])
        lab.source(name, f"http://{HOST}/{name}/rss")
        for path in paths:
            lab.server.on(HOST, path, page(path), delay=seconds)


def begin(lab: Lab, name: str) -> "subprocess.Popen[bytes]":
    """Begin a crawl of one source in a process of its own."""
    command = [sys.executable, "-m", "crawlers.run", "--run", f"r_{name}", "--source", name]
    return subprocess.Popen(command, env=environment_of(lab.settings), stdout=subprocess.PIPE)


def requests(lab: Lab, name: str) -> list[Asked]:
    """Return the requests for the pages of a source."""
    return [each for each in lab.server.asked(HOST) if each.path.startswith(f"/{name}/")]


class Crawled:
    """What two processes did at one host, one of which was killed in the middle."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        killed, other = (begin(lab, name) for name in NAMES)
        with killed, other:
            self._wait_for_both()
            self.both = all(len(requests(lab, name)) >= BOTH for name in NAMES)
            os.kill(killed.pid, signal.SIGKILL)
            self.killed_at = time.monotonic()
            other.communicate(timeout=SECONDS)

    def _wait_for_both(self) -> None:
        give_up = time.monotonic() + SECONDS
        while time.monotonic() < give_up:
            if all(len(requests(self.lab, name)) >= BOTH for name in NAMES):
                return
            time.sleep(0.005)


@pytest.fixture(
    scope="module",
    params=[("sqlite", 0.0), ("sqlite", DELAY), ("postgresql", 0.0), ("postgresql", DELAY)],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def crawled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crawled]:
    """Let two processes read one host, and kill one."""
    kind, delay = request.param
    with ExitStack() as stack:
        changes = {"delay": delay, "timeout": 10.0}
        if kind == "postgresql":
            database = new_database(request.getfixturevalue("postgres_url"))
            changes["crawl_state_url"] = stack.enter_context(database)
        server = HostileServer()
        stack.callback(server.close)
        lab = Lab(tmp_path_factory.mktemp("budget"), server, **changes)
        two_sources(lab, 0.1 if delay else 0.2)
        yield Crawled(lab)


def test_both_processes_progress(crawled: Crawled) -> None:
    """Two processes that read one host share it; none waits for the other's end."""
    assert crawled.both


def test_no_more_is_under_way_than_the_budget_has(crawled: Crawled) -> None:
    """The server never has more than two requests at once, a killed process's counted in."""
    assert 1 <= crawled.lab.server.most[HOST] <= PER_HOST


def test_the_delay_lies_between_any_two_requests(crawled: Crawled) -> None:
    """Whichever process asks, the next request comes a delay later at the earliest."""
    times = [asked.at for asked in crawled.lab.server.asked(HOST)]
    gaps = [later - earlier for earlier, later in pairwise(times)]

    assert len(gaps) > PAGES
    assert min(gaps) >= crawled.lab.settings.delay


def test_a_killed_processs_place_comes_free(crawled: Crawled) -> None:
    """The other process reads all its pages, and waits no longer than a lease lasts."""
    fates = crawled.lab.fates(f"r_{NAMES[1]}")
    later = [asked.at for asked in crawled.lab.server.asked(HOST) if asked.at > crawled.killed_at]
    gaps = [b - a for a, b in pairwise([crawled.killed_at, *later])]

    assert list(fates.values()).count(Fate.FETCHED) == PAGES
    assert max(gaps) < LEASE


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Bao.Example", "bao.example"),
        ("bao.example.", "bao.example"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("báo.example", "xn--bo-mia.example"),
        ("XN--BO-MIA.example", "xn--bo-mia.example"),
        ("a" * 70 + "é.example", "a" * 70 + "é.example"),
    ],
)
def test_a_host_has_one_budget_however_it_is_written(written: str, key: str) -> None:
    """Case, last dot and alphabet make no other host; a name that is none stays what it is."""
    assert host_key(written) == key


def test_ports_and_spellings_share_a_budget(lab: Lab) -> None:
    """Another port, or capitals, are the same host: no more at once than for one spelling."""
    lab.host(HOST)
    spellings = (HOST, f"{HOST}:8080", HOST.upper(), f"{HOST}:81")
    urls = [f"http://{spelling}/{number}" for number in range(3) for spelling in spellings]
    for number in range(3):
        lab.server.on(HOST, f"/{number}", page(str(number)), delay=0.1)
    for number, spelling in enumerate(spellings):
        ours = [url for url in urls if f"//{spelling}/" in url]
        lab.server.feed(HOST, f"/rss-{number}", ours)
        lab.source(f"nguon_{number}", f"http://{HOST}/rss-{number}")

    lab.crawl()

    assert len(lab.server.asked(HOST)) > 3 * 3
    assert lab.server.most[HOST] <= PER_HOST
