"""Connections to the desk's database: one writer at a time, and every error a DeskError."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from kiemchung.desk.schema import migrate
from kiemchung.errors import DeskError

DRIVERS = {"sqlite": "sqlite", "postgresql+psycopg2": "postgresql"}
BUSY_SECONDS = 30
WRITER = 0x6B69656D
"""The key of the advisory lock that a PostgreSQL desk's writer holds."""
WRITES = "kiemchung_writes"


def open_engine(url: str) -> Engine:
    """Return an engine whose schema is of this version.

    Raises:
        DeskError: see `kiemchung.desk.open_desk`.
    """
    address = _read(url)
    engine = create_engine(address, hide_parameters=True, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    try:
        with writing(engine) as connection:
            migrate(connection)
    except DeskError:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Hold the desk's one write transaction: committed at the end, rolled back on an error."""
    with _told(engine), engine.connect() as plain:
        connection = plain.execution_options(**{WRITES: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Hold a connection that only reads."""
    with _told(engine), engine.connect() as connection:
        yield connection


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or type(error).__name__
        where = engine.url.render_as_string(hide_password=True)
        raise DeskError(
            f"desk {where}: {str(cause).strip()}; check KIEMCHUNG_DESK_URL and that its database "
            "runs and can be written"
        ) from None


def _read(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        address = URL.create("none")
    if address.drivername not in DRIVERS or not address.database:
        raise DeskError(
            f"KIEMCHUNG_DESK_URL: {address.drivername!r} is no desk; use sqlite:///path or "
            "postgresql+psycopg2://user:password@host:port/database"
        )
    if address.drivername == "sqlite":
        _make_folder(Path(address.database).parent)
    return address


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeskError(f"desk folder {folder}: {error.strerror}; choose another") from error


def _prepare_sqlite(engine: Engine) -> None:
    """Let SQLAlchemy, not sqlite3, begin transactions: a writer takes the lock before it reads."""

    @event.listens_for(engine, "connect")
    def connect(driver: Any, _record: object) -> None:
        driver.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL"):
            driver.execute(f"PRAGMA {pragma}").close()
        driver.execute("PRAGMA synchronous=FULL").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
