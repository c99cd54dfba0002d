"""F2 for crawls: a full disk or budget, a read-only one, no handles, two runs at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from kiemchung.captures import Captures
from kiemchung.crawl_state import open_crawl_state
from kiemchung.errors import StoreError
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page
from tests.small_disk import mounted, remount

HOST = "bao.example"
SITE = f"http://{HOST}"
NO_HANDLES = """
import resource, sys
from kiemchung.crawl_state import open_crawl_state
from kiemchung.errors import StoreError
resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
try:
    open_crawl_state(sys.argv[1])
except StoreError as error:
    print(error)
"""


def paper(lab: Lab, size: int) -> None:
    """Serve a newspaper of `size` articles, and list it."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [f"{SITE}/{i}" for i in range(size)])
    for i in range(size):
        lab.server.on(HOST, f"/{i}", page(f"Bài {i}", "Nước rút. " * 40))
    lab.source("bao", f"{SITE}/rss", max_posts=size)


def check_whole(lab: Lab, size: int, *runs: str) -> None:
    """Check that every page of the paper was fetched in one of `runs`, and its bytes are there."""
    fetched = {
        url: run for run in runs for url, fate in lab.fates(run).items() if fate is Fate.FETCHED
    }
    assert len({lab.body(url, run) for url, run in fetched.items()}) == size


def test_a_crawl_over_its_budget_says_so_and_goes_on_later(lab: Lab) -> None:
    """The run's error names the setting; what has a fate has its bytes; a repeat does the rest."""
    paper(lab, 60)
    small = msgspec.structs.replace(lab.settings, captures_bytes=12_000)
    before, lab.settings = lab.settings, small

    assert "KIEMCHUNG_CAPTURES_BYTES" in lab.crawl().errors["bao"]
    captured = [url for url, fate in lab.fates().items() if fate is Fate.FETCHED]
    assert all(lab.body(url) for url in captured)

    lab.settings = before
    assert lab.crawl().errors == {}
    check_whole(lab, 60, "r1")


def test_a_crawl_on_a_small_disk_leaves_its_reserve(lab: Lab, tmp_path: Path) -> None:
    """Captures are refused before the disk is full; nothing half-written lies there."""
    paper(lab, 3)
    with mounted(tmp_path / "disk", "size=50m") as disk:
        lab.settings = msgspec.structs.replace(lab.settings, data_dir=disk)

        report = lab.crawl()

        assert "left on the disk" in report.errors["bao"]
        assert Fate.FETCHED not in lab.fates().values()
        assert list(disk.glob("captures/*/*.warc*")) == []


def test_a_full_disk_under_the_crawl_state_is_told(tmp_path: Path) -> None:
    """What doesn't fit is not written at all; what was there stays; with room it goes on."""
    with mounted(tmp_path / "disk", "size=2m") as disk:
        state = open_crawl_state(f"sqlite:///{disk}/state.sqlite")
        state.record([fate(0)])
        ballast = disk / "ballast"
        with pytest.raises(OSError, match="No space"):
            ballast.write_bytes(b"\0" * 3_000_000)

        with pytest.raises(StoreError, match="disk"):
            state.record([fate(number, detail="x" * 900) for number in range(1, 1_000)])
        assert [each.url for each in state.pages_of("r1")] == [f"{SITE}/0"]

        ballast.unlink()
        state.record([fate(1)])
        assert len(list(state.pages_of("r1"))) == 2
        state.close()


def test_a_read_only_crawl_state_is_told(tmp_path: Path) -> None:
    """The error says what to look at."""
    with mounted(tmp_path / "disk", "size=2m") as disk:
        url = f"sqlite:///{disk}/state.sqlite"
        state = open_crawl_state(url)
        state.record([fate(0)])
        state.close()
        remount(disk, "ro")

        with pytest.raises(StoreError, match="KIEMCHUNG_CRAWL_STATE_URL"):
            open_crawl_state(url).record([fate(1)])


def test_no_handles_left_for_the_crawl_state_is_told(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    open_crawl_state(f"sqlite:///{tmp_path}/state.sqlite").close()
    command = [sys.executable, "-c", NO_HANDLES, f"sqlite:///{tmp_path}/state.sqlite"]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("crawl state: the database refused")


def test_two_runs_at_once_keep_every_page(lab: Lab) -> None:
    """Both end well; whoever fetched a page, its bytes are there, whole."""
    paper(lab, 30)
    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(lambda run: lab.crawl(run=run), ["r1", "r2"]))

    assert [report.errors for report in reports] == [{}, {}]
    check_whole(lab, 30, "r1", "r2")
    assert list(lab.settings.captures_dir.glob("*/*.open")) == []


def test_a_listing_that_can_not_be_read_is_captured(lab: Lab) -> None:
    """Its bytes are found by its fate, for quarantine; it is no page."""
    paper(lab, 1)
    lab.server.on(HOST, "/rss", "<html>Bảo trì</html>")

    lab.crawl()

    assert lab.fates()[f"{SITE}/rss"] is Fate.FAILED
    assert lab.body(f"{SITE}/rss") == "<html>Bảo trì</html>".encode()
    captures = Captures(lab.settings.captures_dir, lab.settings.captures_bytes)
    assert list(captures.scan("bao")) == []


def fate(number: int, detail: str = "") -> PageFate:
    """Return the fate of a page."""
    return PageFate(
        run="r1",
        source="bao",
        url=f"{SITE}/{number}",
        fate=Fate.FAILED,
        detail=detail,
        at=datetime(2026, 11, 24, tzinfo=UTC),
    )
