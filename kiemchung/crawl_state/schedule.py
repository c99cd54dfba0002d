"""What is due: pages to visit again, listings to ask for news, hosts whose word is not taken.

Pages are visited again 1, 2, 3 and 7 days after they were first fetched, then only where a listing
says that they changed. All times are the caller's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from kiemchung.crawl_state.database import TABLES, Database, row, time_of, time_text
from kiemchung.crawl_state.pages import LEADS, MISSES, PAGES, KnownPage
from kiemchung.records import Record

REVISITS = (timedelta(days=1), timedelta(days=2), timedelta(days=3), timedelta(days=7))
"""How long after a page was first fetched it is visited again."""
REVISITED = timedelta(days=14)
"""How long after its first fetch a page is visited again at all, should it never have answered."""
DELETED_DAYS = 3
"""Days that are left to a post whose owner deleted its page."""
SLACK = 0.1
"""The share of a wait that may be missing: yesterday's run may have begun a little later."""
POLL_FIRST = timedelta(hours=1)
POLL_LEAST = timedelta(minutes=15)
POLL_MOST = timedelta(days=2)
BACK_OFF = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=4))
"""How long an address that could not be had is left alone, by how often in a row."""
CONTROL_VISITS = 8
CONTROL_AFTER = timedelta(days=7)
DISTRUST = timedelta(days=30)
"""How long a host's validators are not believed after a lie."""
AHEAD = "got ahead of us"
"""What a run notes of a listing that names nothing of what it named before."""
FORGOTTEN = timedelta(days=30)
"""How long after its due time a miss is forgotten."""

POLLS = sa.Table(
    "polls",
    TABLES,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("polled", sa.String, nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),
    sa.Column("due", sa.String, nullable=False),
)
DISTRUSTED = sa.Table(
    "distrusted",
    TABLES,
    sa.Column("host", sa.String, primary_key=True),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("noted_at", sa.String, nullable=False),
)
sa.Index("pages_due", PAGES.c.source, PAGES.c.due)
sa.Index("pages_gone", PAGES.c.gone_at, PAGES.c.told)


class Poll(Record, frozen=True, kw_only=True):
    """How often a listing is asked, in `seconds`, and when next.

    `polled` is when the last pass began that read it, and all that it led to, without a fault.
    """

    source: str
    url: str
    polled: datetime
    seconds: int
    due: datetime


class Gone(Record, frozen=True, kw_only=True):
    """A page that its owner took away at `at`, or, where that is None, put back."""

    url: str
    source: str
    at: datetime | None


def has_come(due: datetime, now: datetime, longest: timedelta) -> bool:
    """Tell whether a moment set at most `longest` ahead has come; a clock may have jumped back."""
    return due <= now or due > now + longest


def next_revisit(
    first: datetime, checked: datetime, gone: datetime | None = None
) -> datetime | None:
    """Return when a page first fetched at `first` is due after a visit at `checked`; None: never.

    A visit stands for all revisits that were due by then. One that is `gone` since then may be back
    before its posts go: it is due every day.
    """
    if gone is not None and checked < gone + timedelta(days=DELETED_DAYS):
        return checked + (1 - SLACK) * timedelta(days=1)
    starts = (timedelta(), *REVISITS[:-1])
    dues = (
        first + after - SLACK * (after - before)
        for before, after in zip(starts, REVISITS, strict=True)
    )
    return next((due for due in dues if due > checked), None)


def next_poll(before: Poll | None, *, fresh: int, missed: bool) -> timedelta:
    """Return how long a listing is left alone after it named `fresh` new pages.

    `missed` says that more was published since the last visit than the listing holds.
    """
    if before is None:
        return POLL_FIRST
    wait = timedelta(seconds=before.seconds)
    factor = 0.25 if missed else 0.5 if fresh else 1.5
    return min(max(wait * factor, POLL_LEAST), POLL_MOST)


def back_off(count: int) -> timedelta:
    """Return how long an address that could not be had `count` times in a row is left alone."""
    return BACK_OFF[min(count, len(BACK_OFF)) - 1]


def is_control(page: KnownPage, now: datetime) -> bool:
    """Tell whether the next visit to `page` takes no 304 for an answer, but compares the bytes.

    That is its second revisit, every eighth one from there, and the first after a week of 304s.
    """
    old = page.full_at is None or now - page.full_at >= CONTROL_AFTER
    return old or page.visits % CONTROL_VISITS == 2  # noqa: PLR2004 (the second revisit)


class Schedule:
    """What is due of what. Every use raises StoreError when the database can't be reached."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`."""
        self._db = database

    def due_pages(self, source: str, now: datetime, limit: int) -> list[str]:
        """Return the pages of `source` that are to be visited again, longest overdue first.

        Those that could not be had lately are left out until their time comes.
        """
        soon = MISSES.c.due.between(time_text(now), time_text(now + BACK_OFF[-1]))
        missed = sa.select(MISSES.c.url).where(MISSES.c.source == source, soon)
        due = PAGES.c.due.between(" ", time_text(now))
        jumped = PAGES.c.due > time_text(now + REVISITS[-1])
        query = (
            sa.select(PAGES.c.url)
            .where(PAGES.c.source == source, due | jumped)
            .where(PAGES.c.first_fetched > time_text(now - REVISITED))
            .where(PAGES.c.url.not_in(missed))
            .order_by(PAGES.c.due, PAGES.c.url)
            .limit(limit)
        )
        with self._db.reading() as db:
            return list(db.execute(query).scalars())

    def due_misses(self, source: str, now: datetime, limit: int) -> list[str]:
        """Return the pages of `source` that could not be had and are to be tried again.

        Longest overdue first, whether a listing still names them or not. What could not be had
        after the last wait either is given up; a redirect isn't asked itself.
        """
        due = (MISSES.c.due <= time_text(now)) | (MISSES.c.due > time_text(now + BACK_OFF[-1]))
        had, leads = (sa.exists().where(of.c.url == MISSES.c.url) for of in (PAGES, LEADS))
        query = (
            sa.select(MISSES.c.url)
            .where(MISSES.c.source == source, MISSES.c.count <= len(BACK_OFF), due, ~had, ~leads)
            .order_by(MISSES.c.due, MISSES.c.url)
            .limit(limit)
        )
        with self._db.reading() as db:
            return list(db.execute(query).scalars())

    def polls(self, source: str) -> dict[str, Poll]:
        """Return how often the listings of `source` are asked, by address."""
        query = sa.select(POLLS).where(POLLS.c.source == source)
        with self._db.reading() as db:
            rows = db.execute(query).mappings().all()
        return {found["url"]: _poll(found) for found in rows}

    def write_polls(self, polls: Sequence[Poll]) -> None:
        """Write when listings are to be asked next."""
        if polls:
            with self._db.writing() as db:
                db.execute(self._db.upsert(POLLS), [row(poll) for poll in polls])

    def distrusted(self, now: datetime) -> set[str]:
        """Return the hosts that said within the last 30 days that a page is what it wasn't."""
        since = time_text(now - DISTRUST)
        query = sa.select(DISTRUSTED.c.host).where(DISTRUSTED.c.noted_at > since)
        with self._db.reading() as db:
            return set(db.execute(query).scalars())

    def distrust(self, host: str, url: str, now: datetime) -> None:
        """Take no 304 of `host` any more, for what it said of `url`."""
        noted = {"host": host, "url": url, "noted_at": time_text(now)}
        with self._db.writing() as db:
            db.execute(self._db.upsert(DISTRUSTED), [noted])

    def prune(self, now: datetime) -> None:
        """Forget what is no news any more: old misses, distrust that is over."""
        old = sa.delete(MISSES).where(MISSES.c.due < time_text(now - FORGOTTEN))
        over = sa.delete(DISTRUSTED).where(DISTRUSTED.c.noted_at <= time_text(now - DISTRUST))
        with self._db.writing() as db:
            db.execute(old)
            db.execute(over)

    def gone(self) -> list[Gone]:
        """Return the pages that their owners took away, and whose posts don't know it yet."""
        return self._untold(PAGES.c.gone_at > "", PAGES.c.gone_at != PAGES.c.told)

    def returned(self) -> list[Gone]:
        """Return the pages that were told to be gone, and are there again."""
        return self._untold(PAGES.c.gone_at == "", PAGES.c.told > "")

    def told(self, pages: Sequence[Gone]) -> None:
        """Note that the posts of `pages` know it: they are in `gone` and `returned` no more.

        A page that has changed its mind since then is told again. One that is gone is asked for in
        full from now on: when it is back, its posts may be over.
        """
        update = sa.update(PAGES).where(PAGES.c.url == sa.bindparam("page"))
        forget = {"etag": "", "last_modified": "", "capture": ""}
        gone = [{"page": page.url, "at": time_text(page.at)} for page in pages if page.at]
        back = [{"page": page.url} for page in pages if page.at is None]
        with self._db.writing() as db:
            if gone:
                db.execute(update.values(told=sa.bindparam("at"), **forget), gone)
            if back:
                db.execute(update.values(told=""), back)

    def _untold(self, *which: Any) -> list[Gone]:
        query = sa.select(PAGES.c.url, PAGES.c.source, PAGES.c.gone_at).where(*which)
        with self._db.reading() as db:
            rows = db.execute(query.order_by(PAGES.c.url)).all()
        return [Gone(url=u, source=s, at=time_of(at) if at else None) for u, s, at in rows]


def _poll(found: Any) -> Poll:
    return Poll(**{**found, "polled": time_of(found["polled"]), "due": time_of(found["due"])})
