"""The embedded store: one SQLite file, with a search index beside it that can be made anew."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from kiemchung.errors import StoreError
from kiemchung.records import Stored
from kiemchung.store._sqlite_file import connect, prepare, spoken, transaction
from kiemchung.store.base import KINDS, Hit, Range, Rejected, Value, Where
from kiemchung.store.encoding import decode, encode_all, raise_rejected, with_next_revision
from kiemchung.store.filters import (
    check_group,
    check_sort,
    check_where,
    kind_of,
    plain,
    searchable,
)
from kiemchung.store.projection import Change, History, Projection
from kiemchung.store.query import parse

R = TypeVar("R", bound=Stored)


class SqliteStore:
    """The store in one SQLite file (see `base.Store`). Safe among threads and processes.

    A batch is written as a whole or not at all. A reader sees the store as it was when its read
    began, and is never held up by a writer.
    """

    def __init__(self, path: str | Path, *, busy_seconds: float = 10.0) -> None:
        """Open the store in `path`, making it and its folder if they are not there.

        A lock of another process is waited for `busy_seconds` long.

        Raises:
            StoreError: the file can't be opened, is damaged, foreign, or newer than this version.
        """
        self._path = Path(path).absolute()
        self._busy_seconds = busy_seconds
        self._threads = threading.local()
        self._open: list[sqlite3.Connection] = []
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"store {self._path}: its folder can't be made ({error.strerror})"
            ) from None
        with spoken(self._path):
            name = prepare(self._database, self._path)
        folder = self._path.with_name(self._path.name + ".search")
        self._projections = {
            record_type: Projection(folder / kind.name, record_type, name)
            for record_type, kind in KINDS.items()
            if kind.search
        }

    @property
    def _database(self) -> sqlite3.Connection:
        """Return this thread's own connection."""
        database: sqlite3.Connection | None = getattr(self._threads, "database", None)
        if database is None:
            database = connect(self._path, self._busy_seconds)
            self._threads.database = database
            self._open.append(database)
        return database

    def close(self) -> None:
        """Close the connections of all threads; the store can't be used any more."""
        while self._open:
            self._open.pop().close()

    # --- writing ------------------------------------------------------------------------------

    def put(self, records: Sequence[Stored]) -> list[Rejected]:
        """Write `records`; a record that reads the same as the stored one changes nothing."""
        encoded, rejected = encode_all(records)
        with self._writing() as batch:
            for record, body in encoded:
                batch.upsert(record, body)
        return rejected

    def create(self, records: Sequence[Stored]) -> list[str]:
        """Write those whose id is not there yet; return the ids that were new."""
        encoded, rejected = encode_all(records)
        with self._writing() as batch:
            made = [record.id for record, body in encoded if batch.insert(record, body)]
        raise_rejected(rejected)
        return made

    def replace_if_version(self, records: Sequence[Stored]) -> list[str]:
        """Replace each record whose stored `revision` is its own; return the ids that lost."""
        encoded, rejected = encode_all([with_next_revision(record) for record in records])
        with self._writing() as batch:
            lost = [record.id for record, body in encoded if not batch.replace(record, body)]
        raise_rejected(rejected)
        return lost

    def expire(self, record_type: type[Stored], ids: Sequence[str]) -> int:
        """Remove the records of `ids`; return how many were there."""
        kind_of(record_type)
        with self._writing() as batch:
            return sum(batch.delete(record_type, wanted) for wanted in ids)

    def purge(self, record_type: type[Stored]) -> None:
        """Make the search index anew; the file itself overwrites what it removes."""
        if kind_of(record_type).search:
            self._projections[record_type].purge(self._history(record_type))

    @contextmanager
    def _writing(self) -> Iterator["_Batch"]:
        with spoken(self._path), transaction(self._database):
            batch = _Batch(self._database)
            yield batch
            batch.close()

    # --- reading ------------------------------------------------------------------------------

    def get(self, record_type: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Return the records of `ids` that exist, by id."""
        sql = (
            f"SELECT id, body FROM {kind_of(record_type).name} "  # noqa: S608
            "WHERE id IN (SELECT value FROM json_each(?))"
        )
        with spoken(self._path):
            rows = self._database.execute(sql, (json.dumps(list(ids)),)).fetchall()
        return {found: decode(record_type, body) for found, body in rows}

    def scan(
        self,
        record_type: type[R],
        where: Where | None = None,
        *,
        sort: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> Iterator[R]:
        """Yield what fits `where`, in order; empty values come first, descending last."""
        clause, values = _clause(check_where(record_type, where))
        order = f'"{check_sort(record_type, sort)}" {"DESC" if descending else "ASC"}, id'
        sql = (
            f"SELECT body FROM {kind_of(record_type).name} "  # noqa: S608
            f"WHERE {clause} ORDER BY {order} LIMIT ?"
        )
        rows = self._rows(sql, (*values, -1 if limit is None else max(limit, 0)))
        return (decode(record_type, body) for (body,) in rows)

    def count(
        self, record_type: type[Stored], where: Where | None = None, *, by: str | None = None
    ) -> dict[str, int]:
        """Count what fits `where` by the values of `by`; empty values count under ""."""
        clause, values = _clause(check_where(record_type, where))
        table = kind_of(record_type).name
        # An empty text and no value at all count as one.
        column = "''" if by is None else f"ifnull(\"{check_group(record_type, by)}\", '')"
        sql = f"SELECT {column}, count(*) FROM {table} WHERE {clause} GROUP BY 1"  # noqa: S608
        with spoken(self._path):
            rows = self._database.execute(sql, values).fetchall()
        counted = {str(value): number for value, number in rows}
        return counted if by is not None else {"": counted.get("", 0)}

    def search(
        self, record_type: type[R], query: str, where: Where | None = None, *, limit: int = 20
    ) -> list[Hit[R]]:
        """Return the best hits of the search index, which is caught up with the file first."""
        searchable(record_type)
        wanted = check_where(record_type, where)
        projection = self._projections[record_type]
        found = projection.search(parse(query), wanted, limit, self._history(record_type))
        records = self.get(record_type, [hit for hit, _ in found])
        return [Hit(record=records[hit], score=score) for hit, score in found if hit in records]

    def check(self) -> list[str]:
        """Return what is wrong with the file; every page of it is read."""
        try:
            with spoken(self._path):
                rows = self._database.execute("PRAGMA integrity_check(5)").fetchall()
        except StoreError as error:
            return [str(error)]
        return [
            f"store {self._path}: {said}; move it away and rebuild it from the captures"
            for (said,) in rows
            if said != "ok"
        ]

    def _rows(self, sql: str, values: Sequence[object]) -> Iterator[tuple[bytes, ...]]:
        """Yield rows as they are now, over a connection of their own: writers don't move them."""
        with spoken(self._path), closing(connect(self._path, self._busy_seconds)) as database:
            yield from database.execute(sql, values)

    def _history(self, record_type: type[Stored]) -> History:
        with spoken(self._path):
            (last,) = self._database.execute("SELECT seq FROM state").fetchone()
        return History(last, lambda seen: self._changes(record_type, seen))

    def _changes(self, record_type: type[Stored], seen: int) -> Iterator[Change]:
        name = kind_of(record_type).name
        sql = (
            f"SELECT id, seq, body FROM {name} WHERE seq > ? UNION ALL "  # noqa: S608
            "SELECT id, seq, NULL FROM tombstones WHERE kind = ? AND seq > ? ORDER BY seq"
        )
        with closing(connect(self._path, self._busy_seconds)) as database, spoken(self._path):
            for changed, seq, body in database.execute(sql, (seen, name, seen)):
                yield Change(changed, seq, None if body is None else decode(record_type, body))


class _Batch:
    """The changes of one transaction, numbered in the order in which they are made."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        (self._seq,) = database.execute("SELECT seq FROM state").fetchone()

    def close(self) -> None:
        """Note the last number that was used."""
        self._database.execute("UPDATE state SET seq = ?", (self._seq,))

    def upsert(self, record: Stored, body: bytes) -> None:
        """Insert or replace, unless the same body is there."""
        columns = ("revision", "seq", "body", *kind_of(type(record)).filters)
        setters = ", ".join(f'"{column}" = excluded."{column}"' for column in columns)
        self._insert(record, body, f"DO UPDATE SET {setters} WHERE body IS NOT excluded.body")

    def insert(self, record: Stored, body: bytes) -> bool:
        """Insert unless the id is taken; tell whether it was free."""
        return self._insert(record, body, "DO NOTHING")

    def replace(self, record: Stored, body: bytes) -> bool:
        """Replace the revision before this one; a repetition of that has no effect."""
        sql = f"SELECT revision, body FROM {kind_of(type(record)).name} WHERE id = ?"  # noqa: S608
        row = self._database.execute(sql, (record.id,)).fetchone()
        if row is None or (row[0] != record.revision - 1 and row[1] != body):
            return False
        self.upsert(record, body)
        return True

    def delete(self, record_type: type[Stored], wanted: str) -> bool:
        """Remove a record, and leave word of it for the search index."""
        kind = kind_of(record_type)
        sql = f"DELETE FROM {kind.name} WHERE id = ?"  # noqa: S608
        gone = bool(self._database.execute(sql, (wanted,)).rowcount)
        if gone and kind.search:
            self._seq += 1
            self._database.execute(
                "INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?)", (kind.name, wanted, self._seq)
            )
        return gone

    def _insert(self, record: Stored, body: bytes, conflict: str) -> bool:
        kind = kind_of(type(record))
        filters = [plain(getattr(record, field)) for field in kind.filters]
        values = (record.id, record.revision, self._seq + 1, body, *filters)
        columns = ", ".join(
            f'"{name}"' for name in ("id", "revision", "seq", "body", *kind.filters)
        )
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO {kind.name} ({columns}) VALUES ({marks}) ON CONFLICT (id) {conflict}"  # noqa: S608
        changed = bool(self._database.execute(sql, values).rowcount)
        if changed:
            self._seq += 1
            self._database.execute(
                "DELETE FROM tombstones WHERE kind = ? AND id = ?", (kind.name, record.id)
            )
        return changed


def _clause(where: dict[str, Value]) -> tuple[str, list[str | int]]:
    """Return the condition and its values; field names were checked before."""
    parts, values = ["1"], []
    for field, wanted in where.items():
        part, more = _condition(f'"{field}"', wanted)
        parts.append(part)
        values += more
    return " AND ".join(parts), values


def _condition(column: str, wanted: Value) -> tuple[str, list[str | int]]:
    if isinstance(wanted, Range):
        sides = (("{} >= ?", wanted.low), ("{} < ?", wanted.high))
        bounds = [(form.format(column), plain(side)) for form, side in sides if side is not None]
        conditions = [f"{column} IS NOT NULL", *(form for form, _ in bounds)]
        return " AND ".join(conditions), [side for _, side in bounds if side is not None]
    if isinstance(wanted, tuple):
        members = json.dumps([plain(member) for member in wanted])
        return f"{column} IN (SELECT value FROM json_each(?))", [members]  # noqa: S608
    value = plain(wanted)
    return (f"{column} IS NULL", []) if value is None else (f"{column} = ?", [value])
