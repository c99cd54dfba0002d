"""The SQLite file of the embedded store: connections, layout, and errors in our own words."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiemchung.errors import StoreError
from kiemchung.records import Stored
from kiemchung.store.base import KINDS, Kind
from kiemchung.store.encoding import decode
from kiemchung.store.filters import plain

LAYOUT = 1
"""The `user_version` of a file that this version of kiemchung writes."""
APPLICATION = 0x6B69656D  # "kiem", so that a foreign file is told from an old one of ours

ADVICE = {
    sqlite3.SQLITE_BUSY: "another process keeps it locked; end that one, or try again",
    sqlite3.SQLITE_LOCKED: "another process keeps it locked; end that one, or try again",
    sqlite3.SQLITE_READONLY: "it can't be written; check the rights of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened; check the path and the rights of its folder",
    sqlite3.SQLITE_PERM: "it can't be opened; check the path and the rights of its folder",
    sqlite3.SQLITE_FULL: "the disk is full; make room and run again, nothing was half written",
    sqlite3.SQLITE_IOERR: "the disk refuses to read or write; check the disk and its free space",
    sqlite3.SQLITE_CORRUPT: "it is damaged; move it away and rebuild it from the captures",
    sqlite3.SQLITE_NOTADB: "it is damaged or no SQLite file; move it away and rebuild it from "
    "the captures, or mend KIEMCHUNG_STORE_URL",
}


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a StoreError that names the file and says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        said = ADVICE.get(code, "SQLite refuses; look at the file with `kiemchung store check`")
        raise StoreError(f"store {path}: {said} ({error})") from error


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Return a connection without implicit transactions, which any thread may close."""
    database = sqlite3.connect(
        path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
    )
    database.execute("PRAGMA synchronous = FULL")
    # What expired is overwritten, not only unlinked (boundary 8).
    database.execute("PRAGMA secure_delete = ON")
    return database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all of the block or nothing; waits for other writers first."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        # After some errors (a full disk) SQLite has rolled back by itself.
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def prepare(database: sqlite3.Connection, path: Path) -> str:
    """Bring the file to this version's layout, and return the name it was given when made.

    Raises:
        StoreError: the file is newer, foreign, or has a record that can't be read.
    """
    _check_owner(database, path)
    database.execute("PRAGMA journal_mode = WAL")
    with transaction(database):
        _check_owner(database, path)
        if not _number(database, "user_version"):
            _lay_out(database)
        for record_type, kind in KINDS.items():
            _make_table(database, kind)
            _add_columns(database, record_type)
        (name,) = database.execute("SELECT name FROM state").fetchone()
    return str(name)


def _number(database: sqlite3.Connection, pragma: str) -> int:
    return int(database.execute(f"PRAGMA {pragma}").fetchone()[0])


def _check_owner(database: sqlite3.Connection, path: Path) -> None:
    version = _number(database, "user_version")
    if version > LAYOUT:
        raise StoreError(
            f"store {path}: it was made by a newer kiemchung (layout {version}, this one knows "
            f"{LAYOUT}); update kiemchung, or point KIEMCHUNG_STORE_URL elsewhere"
        )
    empty = not database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    ours = _number(database, "application_id") == APPLICATION and version == LAYOUT
    if not empty and not ours:
        raise StoreError(
            f"store {path}: it is no store of kiemchung, or older than its first release; move it "
            "away and rebuild it from the captures, or point KIEMCHUNG_STORE_URL elsewhere"
        )


def _lay_out(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE state (name TEXT NOT NULL, seq INTEGER NOT NULL)")
    database.execute("INSERT INTO state VALUES (?, 0)", (uuid.uuid4().hex,))
    database.execute(
        "CREATE TABLE tombstones (kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, "
        "PRIMARY KEY (kind, id)) WITHOUT ROWID"
    )
    database.execute(f"PRAGMA application_id = {APPLICATION}")
    database.execute(f"PRAGMA user_version = {LAYOUT}")


def _make_table(database: sqlite3.Connection, kind: Kind) -> None:
    """Make the table of a kind that a file of an older version lacks."""
    database.execute(
        f"CREATE TABLE IF NOT EXISTS {kind.name} (id TEXT NOT NULL PRIMARY KEY, "
        "revision INTEGER NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL)"
    )
    database.execute(f"CREATE INDEX IF NOT EXISTS {kind.name}_seq ON {kind.name} (seq)")


def _add_columns(database: sqlite3.Connection, record_type: type[Stored]) -> None:
    """Add the filter fields that a file of an older version lacks, filled from the bodies."""
    kind = KINDS[record_type]
    rows = database.execute("SELECT name FROM pragma_table_info(?)", (kind.name,))
    there = {name for (name,) in rows}
    missing = [field for field in kind.filters if field not in there]
    for field in missing:
        database.execute(f'ALTER TABLE {kind.name} ADD COLUMN "{field}"')
        database.execute(f'CREATE INDEX {kind.name}_{field} ON {kind.name} ("{field}", id)')
    if missing:
        _fill_columns(database, record_type, missing)


def _fill_columns(
    database: sqlite3.Connection, record_type: type[Stored], fields: list[str]
) -> None:
    name = KINDS[record_type].name
    setters = ", ".join(f'"{field}" = ?' for field in fields)
    places = database.execute(f"SELECT rowid FROM {name}").fetchall()  # noqa: S608
    for (place,) in places:
        sql = f"SELECT body FROM {name} WHERE rowid = ?"  # noqa: S608
        record = decode(record_type, database.execute(sql, (place,)).fetchone()[0])
        values = [plain(getattr(record, field)) for field in fields]
        database.execute(
            f"UPDATE {name} SET {setters} WHERE rowid = ?",  # noqa: S608
            (*values, place),
        )
