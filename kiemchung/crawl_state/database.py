"""The crawl state's database: SQLite, or PostgreSQL past one machine; tables made where missing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from kiemchung.errors import SettingsError, StoreError
from kiemchung.records import Record

BATCH = 500
"""Values that are asked for at once."""
BUSY_MS = 30_000
"""How long a writer waits for another one on SQLite."""
DEADLOCK = "40P01"
"""PostgreSQL's word for it."""

TABLES = sa.MetaData()


class DeadlockError(StoreError):
    """Another process and this one waited for each other; what this one wrote is undone."""


class Database:
    """One open database; safe for several threads and processes at once.

    Every use raises StoreError when the database can't be reached, or refuses.
    """

    def __init__(self, engine: sa.Engine) -> None:
        """Use `engine`, whose tables are there."""
        self._engine = engine
        dialects = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
        self._insert: Any = dialects[engine.dialect.name]

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Hold a connection that writes nothing."""
        with _told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Hold a transaction: all of it is written, or nothing."""
        with _told(), self._engine.begin() as connection:
            yield connection

    def write(self, *changes: tuple[sa.Executable, Sequence[Mapping[str, Any]]]) -> None:
        """Write each statement's rows, all or nothing; keep to one order of rows everywhere.

        PostgreSQL ends one of two who wait for each other's rows; that one writes again, once.
        """
        try:
            self._write(changes)
        except DeadlockError:
            self._write(changes)

    def _write(self, changes: Sequence[tuple[sa.Executable, Sequence[Mapping[str, Any]]]]) -> None:
        with self.writing() as db:
            for statement, rows in changes:
                if rows:
                    db.execute(statement, rows)

    def matching(
        self, query: sa.Select[Any], column: sa.Column[Any], values: Collection[str]
    ) -> Iterator[sa.RowMapping]:
        """Yield the rows of `query` whose `column` is one of `values`, however many these are."""
        wanted = sorted(set(values))
        for start in range(0, len(wanted), BATCH):
            with self.reading() as db:
                part = query.where(column.in_(wanted[start : start + BATCH]))
                rows = db.execute(part).mappings().all()
            yield from rows

    def upsert(
        self, table: sa.Table, *, keep: Sequence[str] = (), where: Any | None = None
    ) -> sa.Executable:
        """Return an insert that replaces the row of the same key, its columns `keep` left alone.

        `where` is called with the row that would be inserted, and says when to replace.
        """
        keys = {column.name for column in table.primary_key}
        insert = self._insert(table)
        changed = {
            c.name: insert.excluded[c.name] for c in table.columns if c.name not in {*keys, *keep}
        }
        condition = None if where is None else where(insert.excluded)
        statement: sa.Executable = insert.on_conflict_do_update(
            index_elements=sorted(keys), set_=changed, where=condition
        )
        return statement

    def insert_missing(self, table: sa.Table) -> sa.Executable:
        """Return an insert that leaves a row of the same key as it is."""
        statement: sa.Executable = self._insert(table).on_conflict_do_nothing()
        return statement

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at `url` (`sqlite:///path`, `postgresql://…`), making it if missing.

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
        _add_columns(engine)
    return Database(engine)


def row(record: Record) -> dict[str, Any]:
    """Return the columns of `record`: times as ISO text that orders, enums by value, None as "".

    Texts are such as every database holds: without nulls and lone surrogates.
    """
    values = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: _plain(value) for name, value in values.items()}


def time_text(moment: datetime) -> str:
    """Return `moment` (UTC) as the text that the tables hold."""
    return moment.isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """Return the moment that a table's `text` holds."""
    return datetime.fromisoformat(text)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return "" if value is None else value


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


def _add_columns(engine: sa.Engine) -> None:
    """Add the columns that an older version's tables lack; each has a default in the database."""
    there = sa.inspect(engine)
    for table in TABLES.sorted_tables:
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                _add_column(engine, table, column)


def _add_column(engine: sa.Engine, table: sa.Table, column: sa.Column[Any]) -> None:
    kind = column.type.compile(engine.dialect)
    default = getattr(column.server_default, "arg", "")
    text = f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind} NOT NULL DEFAULT '{default}'"
    try:
        with engine.begin() as connection:
            connection.execute(sa.text(text))
    except DBAPIError:
        # Another process added it in this moment; if not, reading it says what is wrong.
        if column.name not in {each["name"] for each in sa.inspect(engine).get_columns(table.name)}:
            raise


@contextmanager
def _told() -> Iterator[None]:
    """Turn the database's errors into ours, without its address or values.

    Its drivers refuse some texts with a bare ValueError.
    """
    try:
        yield
    except (SQLAlchemyError, OSError, ValueError) as error:
        cause = getattr(error, "orig", None) or type(error).__name__
        kind = DeadlockError if getattr(cause, "pgcode", "") == DEADLOCK else StoreError
        raise kind(
            f"crawl state: the database refused ({str(cause).splitlines()[0]}); "
            "check KIEMCHUNG_CRAWL_STATE_URL, its disk and its rights"
        ) from None
