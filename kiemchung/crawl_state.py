"""What the crawler remembers: validators of pages, and what became of each page in each run.

SQLite, or PostgreSQL past one machine. Exactly one fate a page and run, whoever writes first.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from kiemchung.errors import SettingsError, StoreError
from kiemchung.records import PageFate, Record
from kiemchung.vocabulary import Fate

BATCH = 500
"""Rows read at once."""
BUSY_MS = 30_000
"""How long a writer waits for another one on SQLite."""

TABLES = sa.MetaData()
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


class CrawlState:
    """The crawl state at one address; safe for several processes at once.

    Every method raises StoreError when the database can't be reached, or refuses.
    """

    def __init__(self, engine: sa.Engine) -> None:
        """Use `engine`, whose tables are there."""
        self._engine = engine
        dialects = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
        self._insert: Any = dialects[engine.dialect.name]

    def validators(self, url: str) -> KnownPage | None:
        """Return what is known of the page at `url`; None before its first visit."""
        columns = [column for column in PAGES.columns if column.name != "first_fetched"]
        with _told(), self._engine.connect() as db:
            row = db.execute(sa.select(*columns).where(PAGES.c.url == url)).mappings().first()
        if row is None:
            return None
        return KnownPage(**{**row, "checked_at": _time(row["checked_at"])})

    def record(self, fates: Sequence[PageFate], pages: Sequence[KnownPage] = ()) -> None:
        """Write fates and what the pages said, all or nothing.

        A page's fate in a run may be written again by its own source; another source's is ignored.
        """
        known = [{**_row(page), "first_fetched": _row(page)["checked_at"]} for page in pages]
        told = [_row(fate) for fate in fates]
        with _told(), self._engine.begin() as db:
            for rows, table in ((known, PAGES), (told, FATES)):
                if rows:
                    db.execute(self._upsert(table), rows)

    def pending(self) -> Iterator[PageFate]:
        """Yield the pages, of any run, that were fetched and wait for extraction, oldest first.

        Fates may be settled between two steps.
        """
        key = sa.tuple_(FATES.c.at, FATES.c.run, FATES.c.url)
        query = sa.select(FATES).where(FATES.c.fate == Fate.FETCHED.value).order_by(*key)
        last: tuple[str, str, str] | None = None
        while True:
            page = query if last is None else query.where(key > last)
            with _told(), self._engine.connect() as db:
                rows = db.execute(page.limit(BATCH)).mappings().all()
            yield from map(_fate, rows)
            if len(rows) < BATCH:
                return
            last = (rows[-1]["at"], rows[-1]["run"], rows[-1]["url"])

    def forget(self, urls: Sequence[str]) -> None:
        """Forget what the pages at `urls` said: they are fetched anew at the next visit."""
        blank = sa.update(PAGES).where(PAGES.c.url.in_(urls))
        with _told(), self._engine.begin() as db:
            db.execute(blank.values(etag="", last_modified="", capture=""))

    def first_fetched(self, urls: Sequence[str]) -> dict[str, datetime]:
        """Return when each of the pages at `urls` was fetched first, where it ever was."""
        query = sa.select(PAGES.c.url, PAGES.c.first_fetched).where(PAGES.c.url.in_(urls))
        with _told(), self._engine.connect() as db:
            return {url: _time(first) for url, first in db.execute(query)}

    def fates_of(self, run: str) -> dict[str, dict[Fate, int]]:
        """Count the pages of `run` by source and fate."""
        columns = (FATES.c.source, FATES.c.fate)
        query = sa.select(*columns, sa.func.count()).where(FATES.c.run == run).group_by(*columns)
        counts: dict[str, dict[Fate, int]] = {}
        with _told(), self._engine.connect() as db:
            for source, fate, count in db.execute(query.order_by(*columns)):
                counts.setdefault(source, {})[Fate(fate)] = count
        return counts

    def pages_of(self, run: str, source: str | None = None) -> Iterator[PageFate]:
        """Yield what became of each page of `run`, by address; of one source, where named."""
        query = sa.select(FATES).where(FATES.c.run == run).order_by(FATES.c.url)
        if source is not None:
            query = query.where(FATES.c.source == source)
        with _told(), self._engine.connect() as db:
            for row in db.execution_options(yield_per=BATCH).execute(query).mappings():
                yield _fate(row)

    def write_run(self, run: SourceRun) -> None:
        """Write the beginning or the end of a pass over a source, replacing what was there."""
        with _told(), self._engine.begin() as db:
            db.execute(self._upsert(RUNS), [_row(run)])

    def runs_of(self, run: str) -> list[SourceRun]:
        """Return the passes of `run`, by source."""
        query = sa.select(RUNS).where(RUNS.c.run == run).order_by(RUNS.c.source)
        with _told(), self._engine.connect() as db:
            return [_run(row) for row in db.execute(query).mappings()]

    def latest_run(self) -> str | None:
        """Return the run that began last; None before the first."""
        query = sa.select(RUNS.c.run).order_by(RUNS.c.started.desc(), RUNS.c.run.desc()).limit(1)
        with _told(), self._engine.connect() as db:
            run = db.execute(query).scalar()
        return None if run is None else str(run)

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def _upsert(self, table: sa.Table) -> Any:
        keys = {column.name for column in table.primary_key}
        insert = self._insert(table)
        kept = keys | {"first_fetched"}
        set_ = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in kept}
        where = table.c.source == insert.excluded.source if table is FATES else None
        return insert.on_conflict_do_update(index_elements=sorted(keys), set_=set_, where=where)


def open_crawl_state(url: str) -> CrawlState:
    """Open the crawl state at `url` (`sqlite:///path`, `postgresql://…`), making it if missing.

    Raises:
        SettingsError: the address is of neither kind.
        StoreError: the database can't be reached.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError:
        raise SettingsError(_no_database(url)) from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingsError(_no_database(url))
    with _told():
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
        _make_tables(engine)
    return CrawlState(engine)


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _tune)
    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    return sa.create_engine(url.set(drivername="postgresql+psycopg2"), pool_pre_ping=True)


def _no_database(url: str) -> str:
    kind = url.partition(":")[0]
    return f"KIEMCHUNG_CRAWL_STATE_URL: {kind!r} is no database; use sqlite:/// or postgresql://"


def _tune(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _make_tables(engine: sa.Engine) -> None:
    """Make what is missing. Another process may make a table between our look and our making."""
    items = sum(1 + len(table.indexes) for table in TABLES.sorted_tables)
    for _ in range(items):
        try:
            return TABLES.create_all(engine)
        except DBAPIError:
            # Each time one more is there; a fault of another kind is raised by the last try.
            continue
    return TABLES.create_all(engine)


@contextmanager
def _told() -> Iterator[None]:
    """Turn the database's errors into ours, without its address or values."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or type(error).__name__
        raise StoreError(
            f"crawl state: the database refused ({str(cause).splitlines()[0]}); "
            "check KIEMCHUNG_CRAWL_STATE_URL, its disk and its rights"
        ) from None


def _row(record: Record) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.value if isinstance(value, Fate) else "" if value is None else value


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _fate(row: Any) -> PageFate:
    return PageFate(**{**row, "fate": Fate(row["fate"]), "at": _time(row["at"])})


def _run(row: Any) -> SourceRun:
    ended = _time(row["ended"]) if row["ended"] else None
    return SourceRun(**{**row, "started": _time(row["started"]), "ended": ended})
