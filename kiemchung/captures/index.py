"""Which record lies where: 256 files of fixed-width entries, told apart by a hash's first byte.

Entries are appended, never sorted: a look-up reads one bucket, 280 kB in a folder of a million
captures, so memory is flat. Nothing here is made durable: the records of a file lie end to end, so
that what is missing shows in the sum of their lengths, and is read from the file again.
"""

import fcntl
import os
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from kiemchung.captures.disk import PRIVATE, append_whole, make_private
from kiemchung.captures.records import Kind

LAYOUT = struct.Struct("<32sQQQIIq")
"""sha256, page, file, offset, length, kind, microseconds since 1970."""
PAGE = struct.Struct("<Q")
ROWS = np.dtype(
    [
        ("sha256", "V32"), ("page", "<u8"), ("file", "<u8"), ("offset", "<u8"),
        ("length", "<u4"), ("kind", "<u4"), ("at", "<i8"),
    ]
)  # fmt: skip
ROWS_AT_ONCE = 1_000
FORMAT = b"kiemchung captures index 1\n"
START = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Rows = npt.NDArray[Any]


class Entry(msgspec.Struct, frozen=True):
    """Which record lies where. `page` and `file` are keys; `offset` and `length` bytes."""

    sha256: str
    page: int
    file: int
    offset: int
    length: int
    kind: Kind
    at: int

    @property
    def fetched_at(self) -> datetime:
        """Return when the record's page was fetched."""
        return START + self.at * MICROSECOND


def key_of(*parts: str) -> int:
    """Return 64 bits that stand for `parts`: a page (source, address) or a file (source, name)."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def microseconds(moment: datetime) -> int:
    """Return `moment` as entries hold it."""
    return (moment - START) // MICROSECOND


class Index:
    """The index in one folder; any number of processes append and read at once."""

    def __init__(self, folder: Path) -> None:
        """Keep it in `folder`, made when first written to."""
        self._folder = folder

    def begin(self) -> None:
        """Make it empty, unless there is one of this version."""
        if self._is_there():
            return
        with self.locked():
            if self._is_there():
                return
            for bucket in self._names():
                bucket.unlink()
            self._replace(self._folder / "format", FORMAT)

    def find(self, sha256: str, page: int | None = None) -> list[Entry]:
        """Return the entries with that hash, in the order in which they were appended.

        `page` is the key of the one page whose entries are wanted; without it, those of all.
        """
        try:
            digest = bytes.fromhex(sha256)
            rows = self._bucket(digest).read_bytes()
        except (OSError, ValueError, IndexError):
            return []
        # One body may stand under thousands of addresses: a row begins with its hash and page.
        wanted = digest if page is None else digest + PAGE.pack(page)
        found = []
        place = rows.find(wanted)
        while place >= 0:
            if place % LAYOUT.size == 0 and place + LAYOUT.size <= len(rows):
                found.append(_entry(LAYOUT.unpack_from(rows, place)))
            place = rows.find(wanted, place + 1)
        return found

    def append(self, entries: Iterable[Entry]) -> None:
        """Add `entries`. Raises OSError where they can't be written."""
        packed: dict[Path, list[bytes]] = {}
        for each in entries:
            digest = bytes.fromhex(each.sha256)
            row = LAYOUT.pack(
                digest, each.page, each.file, each.offset, each.length, each.kind, each.at
            )
            packed.setdefault(self._bucket(digest), []).append(row)
        with self.locked():
            for bucket, rows in packed.items():
                _extend(bucket, b"".join(rows))

    def select(self, chosen: Callable[[Rows], npt.NDArray[np.bool_]]) -> Rows:
        """Return the rows for which `chosen` gives True; a bucket is held at a time."""
        parts = [rows[chosen(rows)] for rows in self._buckets()]
        return np.concatenate(parts) if parts else np.empty(0, ROWS)

    def of_files(self, files: Collection[int]) -> Rows:
        """Return the rows of `files`."""
        wanted = np.fromiter(files, "<u8", len(files))
        return self.select(lambda rows: np.isin(rows["file"], wanted))

    def keep_files(self, known: Callable[[], Collection[int]]) -> None:
        """Drop the rows of all other files than `known` gives, asked while nobody appends."""
        with self.locked():
            living = np.fromiter(known(), "<u8")
            self._filter(lambda rows: np.isin(rows["file"], living))

    def drop_file(self, file: int) -> None:
        """Drop the rows of `file`."""
        with self.locked():
            self._filter(lambda rows: rows["file"] != file)

    def sums(self) -> dict[int, int]:
        """Return how many bytes of each file are accounted for."""
        sums: dict[int, int] = {}
        for rows in self._buckets():
            files, places = np.unique(rows["file"], return_inverse=True)
            lengths = np.bincount(places, rows["length"], len(files))
            for file, length in zip(files.tolist(), lengths.tolist(), strict=True):
                sums[file] = sums.get(file, 0) + int(length)
        return sums

    @contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """Hold off whoever else would write; or, under another name, do the same thing."""
        make_private(self._folder)
        lock = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _filter(self, chosen: Callable[[Rows], npt.NDArray[np.bool_]]) -> None:
        for bucket in self._names():
            rows = np.fromfile(bucket, ROWS)
            kept = rows[chosen(rows)]
            if len(kept) < len(rows):
                self._replace(bucket, kept.tobytes())

    def _is_there(self) -> bool:
        try:
            return (self._folder / "format").read_bytes() == FORMAT
        except OSError:
            return False

    def _replace(self, file: Path, data: bytes) -> None:
        half = self._folder / "half"
        half.unlink(missing_ok=True)
        out = os.open(half, os.O_WRONLY | os.O_CREAT, PRIVATE)
        try:
            append_whole(out, data, 0)
            os.fsync(out)
        finally:
            os.close(out)
        half.replace(file)

    def _bucket(self, digest: bytes) -> Path:
        return self._folder / f"{digest[0]:02x}"

    def _names(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9a-f][0-9a-f]"))

    def _buckets(self) -> Iterator[Rows]:
        return (np.fromfile(bucket, ROWS) for bucket in self._names())


def entries_of(rows: Rows) -> Iterator[Entry]:
    """Yield `rows` as entries."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield from map(_entry, rows[start : start + ROWS_AT_ONCE].tolist())


def _entry(row: Sequence[Any]) -> Entry:
    digest, page, file, offset, length, kind, at = row
    return Entry(bytes(digest).hex(), page, file, offset, length, Kind(kind), at)


def _extend(bucket: Path, rows: bytes) -> None:
    """Append `rows` whole, or leave the bucket as it was; what a kill tore off is cut first."""
    out = os.open(bucket, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE)
    try:
        size = os.fstat(out).st_size
        append_whole(out, rows, size - size % LAYOUT.size)
    finally:
        os.close(out)
