"""A crawl state of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiemchung.crawl_state import CrawlState, open_crawl_state


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CrawlState]:
    """Open an empty crawl state of each kind."""
    url = f"sqlite:///{tmp_path}/state.sqlite"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_database"))
    state = open_crawl_state(url)
    yield state
    state.close()
