"""The robots.txt that all processes share."""

from datetime import UTC, datetime, timedelta

from kiemchung.crawl_state import CrawlState
from kiemchung.crawl_state.robots import RobotsFile

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FILE = RobotsFile(
    origin="http://bao.example",
    body="User-agent: *\nDisallow: /nội-bộ\n",
    read_at=NOW,
    until=NOW + timedelta(hours=1),
)


def test_the_last_file_is_known(state: CrawlState) -> None:
    """A file is unknown before it is read; then the last one is known."""
    assert state.robots.last(FILE.origin) is None
    refusal = RobotsFile(origin=FILE.origin, refusal="status 503", read_at=NOW, until=NOW)
    state.robots.keep(refusal)
    assert state.robots.last(FILE.origin) == refusal

    state.robots.keep(FILE)

    assert state.robots.last(FILE.origin) == FILE


def test_a_file_holds_for_its_time() -> None:
    """It counts until its time is over, and not before it was read: the clock was set back."""
    assert FILE.holds(NOW)
    assert not FILE.holds(NOW + timedelta(hours=1))
    assert not FILE.holds(NOW - timedelta(seconds=1))
