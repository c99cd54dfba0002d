"""A crawl and what is done meanwhile: both go on at once, and neither outlives the other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers.run import crawl, environment_of
from kiemchung.errors import StoreError
from kiemchung.records import Post
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page

HOST = "bao.example"
SITE = f"http://{HOST}"
PAGES = 60
PROGRAM = Path(sys.executable).parent / "kiemchung"
SECONDS = 60.0


@pytest.fixture
def slow(lab: Lab) -> Lab:
    """Serve a newspaper that takes its time."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(PAGES)])
    for i in range(PAGES):
        lab.server.on(HOST, f"/{i}", page(f"Bài {i}"), delay=0.1)
    lab.source("bao", f"{SITE}/rss")
    return lab


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds; fail where it never does."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.05)


def crawls(run: str) -> list[int]:
    """Return the processes that crawl `run`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"crawlers.run" in words and f"--run={run}".encode() in words:
            found.append(int(folder.name))
    return found


def test_pages_wait_while_the_crawl_goes_on(slow: Lab) -> None:
    """What was fetched can be extracted before the last page came."""
    waiting: list[int] = []

    def meanwhile(goes_on: Callable[[], bool]) -> None:
        state = slow.state()
        while goes_on():
            waiting.append(sum(1 for _ in state.pending()))
            time.sleep(0.05)
        waiting.append(sum(1 for _ in state.pending()))
        state.close()

    crawl(slow.settings, ["bao"], "r1", progress=lambda _: None, meanwhile=meanwhile)

    assert any(0 < number < PAGES for number in waiting)
    assert waiting[-1] == PAGES


def test_what_breaks_meanwhile_ends_the_crawl(slow: Lab) -> None:
    """An error of the parent is its caller's, and no crawl goes on behind it."""

    def breaks(goes_on: Callable[[], bool]) -> None:
        wait_for(lambda: len(slow.server.asked(HOST)) > 5 and goes_on())
        raise StoreError("the store is gone")

    with pytest.raises(StoreError, match="the store is gone"):
        crawl(slow.settings, ["bao"], "overlap-b", progress=lambda _: None, meanwhile=breaks)

    assert crawls("overlap-b") == []
    assert len(slow.server.asked(HOST)) < PAGES


def test_a_crawl_ends_with_its_parent(slow: Lab) -> None:
    """Killed with -9, the parent leaves no crawl behind, even where every page hangs."""
    for i in range(PAGES):
        slow.server.on(HOST, f"/{i}", page(f"Bài {i}"), delay=30.0)
    command = [str(PROGRAM), "crawl", "--run", "overlap-c"]
    environment = {**environment_of(slow.settings), "KIEMCHUNG_TIMEOUT": "30"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as parent:
        wait_for(lambda: len(slow.server.asked(HOST)) > 2)
        assert crawls("overlap-c")

        os.kill(parent.pid, signal.SIGKILL)

        wait_for(lambda: crawls("overlap-c") == [])


def test_a_kill_of_the_parent_loses_nothing(slow: Lab) -> None:
    """Killed in the middle, and followed by another run: all posts are there, once."""
    environment = environment_of(slow.settings)
    with subprocess.Popen([PROGRAM, "crawl"], env=environment, stderr=subprocess.DEVNULL) as one:
        wait_for(lambda: len(slow.server.asked(HOST)) > PAGES // 2)
        os.kill(one.pid, signal.SIGKILL)

    done = subprocess.run(
        [PROGRAM, "crawl", "--run", "r2"], env=environment, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
    store = open_store(load_settings(environment))
    posts = [post.url for post in store.scan(Post)]
    store.close()
    assert sorted(posts) == sorted(f"{SITE}/{i}" for i in range(PAGES))
    assert Fate.FETCHED not in slow.fates("r2").values()


def test_the_table_says_that_the_counts_add_up(slow: Lab) -> None:
    """`kiemchung crawl` prints how many pages have a fate, and how many were asked for."""
    done = subprocess.run(
        [PROGRAM, "crawl"],
        env=environment_of(slow.settings),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    numbers = [line.split("│") for line in done.stdout.splitlines() if "│" in line]
    table = {cells[1].strip(): cells[2].strip() for cells in numbers}
    assert table["all"] == table["asked for"] == str(PAGES + 1)
