"""Which captures a run took note of: what replay reads again, and what quarantine drives again."""

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from kiemchung.crawl_state.database import Database
from kiemchung.crawl_state.pages import FATES, LISTING_FAULT, fate_of
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate


class Captured:
    """The fates of pages that were captured, in the crawl state's database."""

    def __init__(self, database: Database) -> None:
        """Read them from `database`."""
        self._db = database

    def fates(self, urls: Collection[str]) -> dict[str, list[PageFate]]:
        """Return the fates of the pages at `urls` that name a capture, oldest first."""
        found: dict[str, list[PageFate]] = {}
        query = sa.select(FATES).where(FATES.c.capture != "").order_by(FATES.c.at, FATES.c.run)
        for fate in map(fate_of, self._db.matching(query, FATES.c.url, urls)):
            found.setdefault(fate.url, []).append(fate)
        return found

    def listings(self, run: str) -> Iterator[PageFate]:
        """Yield the listings of `run` that were read, and those that could not be."""
        broken = sa.and_(
            FATES.c.fate == Fate.FAILED.value, FATES.c.detail.startswith(LISTING_FAULT)
        )
        either = sa.or_(FATES.c.fate == Fate.LISTING.value, broken)
        query = sa.select(FATES).where(FATES.c.run == run, either).order_by(FATES.c.url)
        with self._db.reading() as db:
            rows = db.execute(query).mappings().all()
        yield from map(fate_of, rows)
