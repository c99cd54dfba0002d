"""What the crawler remembers between its runs, opened by one name: `open_crawl_state`."""

from kiemchung.crawl_state.database import Database, open_database
from kiemchung.crawl_state.pages import KnownPage, Pages, SourceRun

__all__ = ["CrawlState", "KnownPage", "SourceRun", "open_crawl_state"]


class CrawlState(Pages):
    """The crawl state at one address; safe for several processes at once.

    Every method raises StoreError when the database can't be reached, or refuses.
    """

    def __init__(self, database: Database) -> None:
        """Keep it in `database`, whose tables are there."""
        super().__init__(database)
        self._database = database

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
