"""What each host's robots.txt said when it was last read, and until when that holds."""

from datetime import datetime

import sqlalchemy as sa

from kiemchung.crawl_state.database import TABLES, Database, row, time_of
from kiemchung.records import Record

ROBOTS = sa.Table(
    "robots",
    TABLES,
    sa.Column("origin", sa.String, primary_key=True),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("refusal", sa.String, nullable=False),
    sa.Column("read_at", sa.String, nullable=False),
    sa.Column("until", sa.String, nullable=False),
)


class RobotsFile(Record, frozen=True, kw_only=True):
    """A robots.txt as it was read: its rules, or why it refuses everything."""

    origin: str
    body: str = ""
    refusal: str = ""
    read_at: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        """Tell whether it still counts at `now`; not if the clock was set back since."""
        return self.read_at <= now < self.until


class RobotsFiles:
    """The robots.txt of all origins (`scheme://host:port`), shared by all processes."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._db = database

    def last(self, origin: str) -> RobotsFile | None:
        """Return the file of `origin` as it was last read; None before that."""
        query = sa.select(ROBOTS).where(ROBOTS.c.origin == origin)
        with self._db.reading() as db:
            found = db.execute(query).mappings().first()
        if found is None:
            return None
        times = {name: time_of(found[name]) for name in ("read_at", "until")}
        return RobotsFile(**{**found, **times})

    def keep(self, file: RobotsFile) -> None:
        """Keep `file` in place of what was known."""
        with self._db.writing() as db:
            db.execute(self._db.upsert(ROBOTS), [row(file)])
