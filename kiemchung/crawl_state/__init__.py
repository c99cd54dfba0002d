"""What the crawler remembers between its runs, opened by one name: `open_crawl_state`."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from kiemchung.crawl_state.captured import Captured
from kiemchung.crawl_state.contents import Contents
from kiemchung.crawl_state.database import Database, open_database, time_text
from kiemchung.crawl_state.health import Health
from kiemchung.crawl_state.hosts import Hosts
from kiemchung.crawl_state.pages import (
    FATES,
    LEADS,
    MISSES,
    PAGES,
    RUNS,
    KnownPage,
    Leads,
    Miss,
    Notes,
    Pages,
    Seen,
    SourceRun,
)
from kiemchung.crawl_state.robots import RobotsFiles
from kiemchung.crawl_state.schedule import Gone, Poll, Schedule
from kiemchung.vocabulary import Fate

__all__ = [
    "CrawlState",
    "Gone",
    "KnownPage",
    "Leads",
    "Miss",
    "Notes",
    "Poll",
    "Seen",
    "SourceRun",
    "open_crawl_state",
]


class CrawlState(Pages):
    """The crawl state at one address; safe for several processes at once.

    Every method raises StoreError when the database can't be reached, or refuses.
    """

    def __init__(self, database: Database) -> None:
        """Keep it in `database`, whose tables are there."""
        super().__init__(database)
        self._database = database
        self.captured = Captured(database)
        self.contents = Contents(database)
        self.schedule = Schedule(database)
        self.health = Health(database)
        self.hosts = Hosts(database)
        self.robots = RobotsFiles(database)

    def expire(self, before: datetime, longest: datetime, keep: Collection[str] = ()) -> int:
        """Forget runs, settled fates and contents of pages from before `before`; count the rows.

        What a page had and has no more is remembered until `longest`; what it has, as long as a
        post of `keep` stands there. When a page was first fetched is never forgotten: what expired
        stays gone.
        """
        limit = time_text(before)
        unvisited = sa.select(PAGES.c.url).where(PAGES.c.checked_at < limit)
        # A redirect is no page; what is left of it is that it was asked lately.
        unmet = (~sa.exists().where(table.c.url == LEADS.c.url) for table in (PAGES, MISSES))
        old = (
            sa.delete(FATES).where(FATES.c.at < limit, FATES.c.fate != Fate.FETCHED.value),
            sa.delete(RUNS).where(RUNS.c.started < limit),
            sa.delete(LEADS).where(LEADS.c.url.in_(unvisited)),
            sa.delete(LEADS).where(*unmet),
        )
        with self._database.writing() as db:
            gone = sum(db.execute(statement).rowcount for statement in old)
        return gone + self.contents.expire(before, longest, keep)

    def close(self) -> None:
        """Let go of the connections."""
        self._database.close()


def open_crawl_state(url: str) -> CrawlState:
    """Open the crawl state at `url` (`sqlite:///path`, `postgresql://…`), making it if missing.

    Raises:
        SettingsError: the address is of neither kind.
        StoreError: the database can't be reached.
    """
    return CrawlState(open_database(url))
