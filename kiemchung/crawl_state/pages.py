"""What became of each page in each run, and what is remembered of it from visit to visit.

Exactly one fate a page and run, whoever writes first. What is remembered of a page is written with
its fate, all or nothing: a kill can't come between them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from kiemchung.crawl_state.database import TABLES, Database, row, time_of
from kiemchung.records import PageFate, Record
from kiemchung.vocabulary import Fate

LISTING_FAULT = "listing:"
"""How the detail of a listing begins that came and can't be read."""
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
    sa.Column("full_at", sa.String, nullable=False, server_default=""),
    sa.Column("visits", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due", sa.String, nullable=False, server_default=""),
    sa.Column("gone_at", sa.String, nullable=False, server_default=""),
    # The `gone_at` that whoever keeps the posts was told; another one waits to be told.
    sa.Column("told", sa.String, nullable=False, server_default=""),
)
LEADS = sa.Table(
    "leads",
    TABLES,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("links", sa.String, nullable=False),
)
MISSES = sa.Table(
    "misses",
    TABLES,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("due", sa.String, nullable=False),
)
KEPT = ("first_fetched", "told")
"""Columns of a page that a later visit leaves alone."""
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
    sa.Column("asked", sa.Integer, nullable=False, server_default="0"),
    sa.Column("note", sa.String, nullable=False, server_default=""),
    sa.Column("all_listings", sa.Boolean, nullable=False, server_default="1"),
)


class KnownPage(Record, frozen=True, kw_only=True):
    """What a page or listing said at the last visit: its validators, and the hash of its body.

    `first_fetched` is never written anew; `full_at` is when it last came whole, not as a 304;
    `visits` counts its answers, `due` is when it is to be visited again (None: no more), `gone_at`
    since when its owner has taken it away.
    """

    url: str
    source: str
    etag: str = ""
    last_modified: str = ""
    capture: str
    checked_at: datetime
    first_fetched: datetime | None = None
    full_at: datetime | None = None
    visits: int = 1
    due: datetime | None = None
    gone_at: datetime | None = None


class Leads(Record, frozen=True, kw_only=True):
    """What an address led to when it was last read whole: pages, further listings.

    `changed` is when pages were changed last, where a listing says so. `moved` says that the
    address itself is a redirect. `owed` are the pages that it led to before, and that were not had
    yet when it was read.
    """

    pages: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    changed: Mapping[str, datetime] = {}
    moved: bool = False


class Miss(Record, frozen=True, kw_only=True):
    """An address that could not be had, `count` times in a row; not worth a try before `due`."""

    url: str
    source: str
    count: int
    due: datetime


class Seen(msgspec.Struct, frozen=True):
    """What is remembered of one address."""

    known: KnownPage | None = None
    leads: Leads | None = None
    miss: Miss | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether the address was neither had nor tried."""
        return self.known is None and self.miss is None


class Notes(msgspec.Struct, frozen=True):
    """What a run noted, to be written at once. `had` are addresses that are no misses any more."""

    fates: Sequence[PageFate] = ()
    pages: Sequence[KnownPage] = ()
    leads: Mapping[str, tuple[str, Leads]] = {}
    """Address to its source and where it leads."""
    misses: Sequence[Miss] = ()
    had: Sequence[str] = ()


class SourceRun(Record, frozen=True, kw_only=True):
    """One pass over one source. `ended` is None while it runs, or when it was killed.

    `asked` counts the addresses asked for; each has a fate when the pass ended well. `error` makes
    the run fail, `note` is what an operator should know all the same. `all_listings` says that all
    of the source's listings were asked for: what was listed can be held against its promise.
    """

    run: str
    source: str
    started: datetime
    ended: datetime | None = None
    listed: int = 0
    error: str = ""
    asked: int = 0
    note: str = ""
    all_listings: bool = True


class Pages:
    """Pages, their fates, and the runs in which they came to them."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._db = database

    def validators(self, url: str) -> KnownPage | None:
        """Return what is known of the page at `url`; None before its first visit."""
        return self.look([url])[url].known

    def look(self, urls: Sequence[str]) -> dict[str, Seen]:
        """Return what is remembered of each of `urls`; at most a few hundred."""
        with self._db.reading() as db:
            known, leads, misses = (
                {found["url"]: found for found in db.execute(_of(table, urls)).mappings()}
                for table in (PAGES, LEADS, MISSES)
            )
        return {
            url: Seen(
                _known(known[url]) if url in known else None,
                msgspec.json.decode(leads[url]["links"], type=Leads) if url in leads else None,
                Miss(**_timed(misses[url], ("due",))) if url in misses else None,
            )
            for url in urls
        }

    def never_had(self, urls: Sequence[str]) -> list[str]:
        """Return those of `urls`, however many, that were neither had nor tried, in their order."""
        met = {
            found["url"]
            for table in (PAGES, MISSES)
            for found in self._db.matching(sa.select(table.c.url), table.c.url, urls)
        }
        return [url for url in dict.fromkeys(urls) if url not in met]

    def record(self, fates: Sequence[PageFate], pages: Sequence[KnownPage] = ()) -> None:
        """Write fates and what the pages said, all or nothing.

        A page's fate in a run may be written again by its own source; another source's is ignored.
        """
        self.write(Notes(fates=fates, pages=pages))

    def write(self, notes: Notes) -> None:
        """Write what a run noted, all or nothing; fates as `record` does."""
        fates = self._db.upsert(FATES, where=lambda new: FATES.c.source == new.source)
        leads = [
            {"url": url, "source": source, "links": msgspec.json.encode(links).decode()}
            for url, (source, links) in notes.leads.items()
        ]
        self._db.write(
            (self._db.upsert(PAGES, keep=KEPT), _in_order(map(_page_row, notes.pages))),
            (self._db.upsert(LEADS), _in_order(leads)),
            (self._db.upsert(MISSES), _in_order(map(row, notes.misses))),
            (_HAD, [{"had": url} for url in sorted(notes.had)]),
            (fates, _in_order(map(row, notes.fates))),
        )

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
            yield from map(fate_of, rows)
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

    def fates_of(
        self, run: str, sources: Collection[str] | None = None
    ) -> dict[str, dict[Fate, int]]:
        """Count the pages of `run` by source and fate; of some sources, where named."""
        columns = (FATES.c.source, FATES.c.fate)
        query = sa.select(*columns, sa.func.count()).where(FATES.c.run == run).group_by(*columns)
        if sources is not None:
            query = query.where(FATES.c.source.in_(sources))
        counts: dict[str, dict[Fate, int]] = {}
        with self._db.reading() as db:
            for source, fate, count in db.execute(query.order_by(*columns)):
                counts.setdefault(source, {})[Fate(fate)] = count
        return counts

    def count_fates(self, run: str, source: str) -> int:
        """Count the pages of `source` that have a fate in `run`."""
        of = (FATES.c.run == run, FATES.c.source == source)
        with self._db.reading() as db:
            return int(db.execute(sa.select(sa.func.count()).where(*of)).scalar() or 0)

    def pages_of(self, run: str, source: str | None = None) -> Iterator[PageFate]:
        """Yield what became of each page of `run`, by address; of one source, where named."""
        query = sa.select(FATES).where(FATES.c.run == run).order_by(FATES.c.url)
        if source is not None:
            query = query.where(FATES.c.source == source)
        with self._db.reading() as db:
            for found in db.execution_options(yield_per=BATCH).execute(query).mappings():
                yield fate_of(found)

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


_HAD = sa.delete(MISSES).where(MISSES.c.url == sa.bindparam("had"))
_TIMES = ("checked_at", "first_fetched", "full_at", "due", "gone_at")


def _of(table: sa.Table, urls: Sequence[str]) -> sa.Select[Any]:
    return sa.select(table).where(table.c.url.in_(urls))


def _in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return `rows` in the order in which every process writes them: none waits for another's."""
    return sorted(rows, key=itemgetter("url"))


def _known(found: Any) -> KnownPage:
    return KnownPage(**_timed({k: v for k, v in found.items() if k != "told"}, _TIMES))


def _page_row(page: KnownPage) -> dict[str, Any]:
    values = row(page)
    first = values["first_fetched"] or values["checked_at"]
    return {**values, "first_fetched": first, "told": ""}


def _timed(found: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the columns `found`, those of `names` as times; "" is none."""
    times = {name: time_of(found[name]) if found[name] else None for name in names}
    return {**found, **times}


def fate_of(found: Any) -> PageFate:
    """Return the fate that a row of the table holds."""
    return PageFate(**{**found, "fate": Fate(found["fate"]), "at": time_of(found["at"])})


def _run(found: Any) -> SourceRun:
    ended = time_of(found["ended"]) if found["ended"] else None
    return SourceRun(**{**found, "started": time_of(found["started"]), "ended": ended})
