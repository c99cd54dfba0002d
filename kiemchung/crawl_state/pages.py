"""What became of each page in each run, and what it said at its last visit.

Exactly one fate a page and run, whoever writes first.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kiemchung.crawl_state.database import TABLES, Database, row, time_of
from kiemchung.records import PageFate, Record
from kiemchung.vocabulary import Fate

BATCH = 500
"""Rows read at once."""

PAGES = sa.Table(
    "pages",
    TABLES,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("etag", sa.String, nullable=False),
    sa.Column("last_modified", sa.String, nullable=False),
    sa.Column("capture", sa.String, nullable=False),
    sa.Column("checked_at", sa.String, nullable=False),
    # Written once: a page whose posts expired is not new when it is met again.
    sa.Column("first_fetched", sa.String, nullable=False),
)
FATES = sa.Table(
    "fates",
    TABLES,
    sa.Column("run", sa.String, primary_key=True),
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("fate", sa.String, nullable=False, index=True),
    sa.Column("capture", sa.String, nullable=False),
    sa.Column("detail", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    # What extraction found on the page, and how much of it lacked a date or a title.
    sa.Column("posts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("undated", sa.Integer, nullable=False, server_default="0"),
    sa.Column("untitled", sa.Integer, nullable=False, server_default="0"),
)
RUNS = sa.Table(
    "runs",
    TABLES,
    sa.Column("run", sa.String, primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("started", sa.String, nullable=False),
    sa.Column("ended", sa.String, nullable=False),
    sa.Column("listed", sa.Integer, nullable=False),
    sa.Column("error", sa.String, nullable=False),
)


class KnownPage(Record, frozen=True, kw_only=True):
    """What a page said at the last visit: its validators, and the hash of its capture."""

    url: str
    source: str
    etag: str = ""
    last_modified: str = ""
    capture: str
    checked_at: datetime


class SourceRun(Record, frozen=True, kw_only=True):
    """One pass over one source. `ended` is None while it runs, or when it was killed."""

    run: str
    source: str
    started: datetime
    ended: datetime | None = None
    listed: int = 0
    error: str = ""


class Pages:
    """Pages, their fates, and the runs in which they came to them."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._db = database

    def validators(self, url: str) -> KnownPage | None:
        """Return what is known of the page at `url`; None before its first visit."""
        columns = [column for column in PAGES.columns if column.name != "first_fetched"]
        with self._db.reading() as db:
            found = db.execute(sa.select(*columns).where(PAGES.c.url == url)).mappings().first()
        if found is None:
            return None
        return KnownPage(**{**found, "checked_at": time_of(found["checked_at"])})

    def record(self, fates: Sequence[PageFate], pages: Sequence[KnownPage] = ()) -> None:
        """Write fates and what the pages said, all or nothing.

        A page's fate in a run may be written again by its own source; another source's is ignored.
        """
        known = [{**row(page), "first_fetched": row(page)["checked_at"]} for page in pages]
        told = [row(fate) for fate in fates]
        with self._db.writing() as db:
            if known:
                db.execute(self._db.upsert(PAGES, keep=("first_fetched",)), known)
            if told:
                own = self._db.upsert(FATES, where=lambda new: FATES.c.source == new.source)
                db.execute(own, told)

    def pending(self) -> Iterator[PageFate]:
        """Yield the pages, of any run, that were fetched and wait for extraction, oldest first.

        Fates may be settled between two steps.
        """
        key = sa.tuple_(FATES.c.at, FATES.c.run, FATES.c.url)
        query = sa.select(FATES).where(FATES.c.fate == Fate.FETCHED.value).order_by(*key)
        last: tuple[str, str, str] | None = None
        while True:
            page = query if last is None else query.where(key > last)
            with self._db.reading() as db:
                rows = db.execute(page.limit(BATCH)).mappings().all()
            yield from map(_fate, rows)
            if len(rows) < BATCH:
                return
            last = (rows[-1]["at"], rows[-1]["run"], rows[-1]["url"])

    def forget(self, urls: Sequence[str]) -> None:
        """Forget what the pages at `urls` said: they are fetched anew at the next visit."""
        blank = sa.update(PAGES).where(PAGES.c.url.in_(urls))
        with self._db.writing() as db:
            db.execute(blank.values(etag="", last_modified="", capture=""))

    def first_fetched(self, urls: Sequence[str]) -> dict[str, datetime]:
        """Return when each of the pages at `urls` was fetched first, where it ever was."""
        query = sa.select(PAGES.c.url, PAGES.c.first_fetched).where(PAGES.c.url.in_(urls))
        with self._db.reading() as db:
            return {url: time_of(first) for url, first in db.execute(query)}

    def fates_of(self, run: str) -> dict[str, dict[Fate, int]]:
        """Count the pages of `run` by source and fate."""
        columns = (FATES.c.source, FATES.c.fate)
        query = sa.select(*columns, sa.func.count()).where(FATES.c.run == run).group_by(*columns)
        counts: dict[str, dict[Fate, int]] = {}
        with self._db.reading() as db:
            for source, fate, count in db.execute(query.order_by(*columns)):
                counts.setdefault(source, {})[Fate(fate)] = count
        return counts

    def pages_of(self, run: str, source: str | None = None) -> Iterator[PageFate]:
        """Yield what became of each page of `run`, by address; of one source, where named."""
        query = sa.select(FATES).where(FATES.c.run == run).order_by(FATES.c.url)
        if source is not None:
            query = query.where(FATES.c.source == source)
        with self._db.reading() as db:
            for found in db.execution_options(yield_per=BATCH).execute(query).mappings():
                yield _fate(found)

    def write_run(self, run: SourceRun) -> None:
        """Write the beginning or the end of a pass over a source, replacing what was there."""
        with self._db.writing() as db:
            db.execute(self._db.upsert(RUNS), [row(run)])

    def runs_of(self, run: str) -> list[SourceRun]:
        """Return the passes of `run`, by source."""
        query = sa.select(RUNS).where(RUNS.c.run == run).order_by(RUNS.c.source)
        with self._db.reading() as db:
            return [_run(found) for found in db.execute(query).mappings()]

    def latest_run(self) -> str | None:
        """Return the run that began last; None before the first."""
        query = sa.select(RUNS.c.run).order_by(RUNS.c.started.desc(), RUNS.c.run.desc()).limit(1)
        with self._db.reading() as db:
            run = db.execute(query).scalar()
        return None if run is None else str(run)


def _fate(found: Any) -> PageFate:
    return PageFate(**{**found, "fate": Fate(found["fate"]), "at": time_of(found["at"])})


def _run(found: Any) -> SourceRun:
    ended = time_of(found["ended"]) if found["ended"] else None
    return SourceRun(**{**found, "started": time_of(found["started"]), "ended": ended})
