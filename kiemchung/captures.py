"""What the web said: the bytes of every fetched page, in WARC files, found by hash, sealed.

Files are `<source>/<yyyymmdd>-<pid>-<random>.warc.gz`, one a process and source at a time, one
gzip member a record (WARC/1.1, ISO 28500). Beside each lies an index that can be rebuilt from it.
A writer holds a lock on its file, so that `expire` never rewrites a file that still grows.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Self

import msgspec
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from kiemchung.errors import CaptureError
from kiemchung.records import RawPage

FILE_BYTES = 100_000_000
"""Size at which a new file is begun."""
DISK_RESERVE = 100_000_000
"""Bytes of the disk that captures never take."""
DROPPED = frozenset(
    {"set-cookie", "set-cookie2", "content-encoding", "content-length", "transfer-encoding"}
)
"""Headers that aren't kept: cookies are nobody's business, and the body is kept decoded."""
DATE = "%Y-%m-%dT%H:%M:%S.%fZ"
SUFFIX = ".warc.gz"
ENDINGS = (ArchiveLoadFailed, EOFError, OSError, ValueError, AttributeError, zlib.error)
"""What warcio raises on a record that a killed writer left torn."""


class Entry(msgspec.Struct, frozen=True):
    """One line of an index: which record lies where. `offset` and `length` are bytes."""

    sha256: str
    url: str
    offset: int
    length: int
    fetched_at: datetime


class Place(msgspec.Struct, frozen=True):
    """A record's file and entry."""

    file: Path
    entry: Entry


class Captures:
    """The captures in one folder. Any number of processes may write and read at once."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        """Open `folder` (made when first written to); `limit_bytes` is what it may take in all."""
        self._folder = folder
        self._limit = limit_bytes
        self._places: dict[str, list[Place]] = {}
        self._writers: dict[str, _Writer] = {}
        self._bytes = 0
        self._loaded = False

    def write(self, page: RawPage) -> str:
        """Keep `page` and return the SHA-256 of its body; durable when this returns.

        The same body at the same address is kept once.

        Raises:
            CaptureError: it would not fit on the disk, or within the budget.
        """
        return self.write_all([page])[0]

    def write_all(self, pages: Sequence[RawPage]) -> list[str]:
        """Keep `pages` as `write` does, made durable together."""
        self._load()
        self._check_room(sum(len(page.body) for page in pages))
        writers = set()
        for page in pages:
            if not self._has(page):
                writers.add(self._append(page))
        for writer in writers:
            writer.sync()
        return [page.sha256 for page in pages]

    def read(self, sha256: str, url: str | None = None) -> RawPage:
        """Return the capture with that hash; of the page at `url`, where one is named.

        Raises:
            CaptureError: there is none, or it is damaged.
        """
        place = self._find(sha256, url) or self._find_again(sha256, url)
        if place is None:
            raise CaptureError(f"capture {sha256}: there is none; it may have expired")
        try:
            page = _read_place(place)
        except ENDINGS as error:
            raise CaptureError(_damaged(place)) from error
        if hashlib.sha256(page.body).hexdigest() != sha256:
            raise CaptureError(_damaged(place))
        return page

    def expire(self, before: datetime, keep: set[str]) -> int:
        """Remove the records fetched before `before` whose hash isn't in `keep`; count them.

        Files that another process is writing to are left for the next time.
        """
        self.close()
        kept: set[tuple[str, str]] = set()
        removed = sum(_rewrite(file, before, keep, kept) for file in self._files())
        self._forget()
        return removed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files that were being written."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        self._forget()

    def _append(self, page: RawPage) -> "_Writer":
        writer = self._writers.get(page.source)
        if writer is not None and writer.size >= FILE_BYTES:
            writer.sync()
            writer.close()
            writer = None
        if writer is None:
            writer = self._writers[page.source] = _Writer(self._folder / page.source)
        entry = writer.append(page)
        self._bytes += entry.length
        self._add(writer.file, entry)
        return writer

    def _check_room(self, more: int) -> None:
        if self._bytes + more > self._limit:
            raise CaptureError(
                f"captures: the budget of {self._limit} bytes is used up; run `kiemchung expire`, "
                "or raise KIEMCHUNG_CAPTURES_BYTES"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free - more < DISK_RESERVE:
            raise CaptureError(
                "captures: less than 100 MB would be left on the disk; free some space"
            )

    def _has(self, page: RawPage) -> bool:
        return any(
            place.entry.url == page.url and place.file.parent.name == page.source
            for place in self._places.get(page.sha256, ())
        )

    def _find(self, sha256: str, url: str | None) -> Place | None:
        self._load()
        places = self._places.get(sha256, ())
        fitting = (p for p in places if url is None or p.entry.url == url)
        return next((p for p in fitting if p.file.exists()), None)

    def _find_again(self, sha256: str, url: str | None) -> Place | None:
        """Look once more: another process may have written it, or moved it while expiring."""
        self._forget()
        return self._find(sha256, url)

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        self._bytes = 0
        for file in self._files():
            self._bytes += file.stat().st_size
            for entry in _entries(file):
                self._add(file, entry)

    def _forget(self) -> None:
        self._places.clear()
        self._loaded = False

    def _add(self, file: Path, entry: Entry) -> None:
        self._places.setdefault(entry.sha256, []).append(Place(file, entry))

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*/*{SUFFIX}"))


class _Writer:
    """One file that grows, locked while it does."""

    def __init__(self, folder: Path) -> None:
        self.file = _new_file(folder)
        self._out = self.file.open("xb")
        fcntl.flock(self._out, fcntl.LOCK_EX)
        self._index = _index_of(self.file).open("ab")
        self._warc = WARCWriter(self._out, gzip=True, warc_version="WARC/1.1")
        self._unindexed: list[Entry] = []

    @property
    def size(self) -> int:
        return self._out.tell()

    def append(self, page: RawPage) -> Entry:
        offset = self._out.tell()
        self._warc.write_record(_record(self._warc, page))
        length = self._out.tell() - offset
        entry = Entry(page.sha256, page.url, offset, length, page.fetched_at)
        self._unindexed.append(entry)
        return entry

    def sync(self) -> None:
        """Make the records durable, then index them; a lost index is rebuilt from the records."""
        self._out.flush()
        os.fsync(self._out.fileno())
        self._index.write(_lines(self._unindexed))
        self._index.flush()
        self._unindexed.clear()

    def close(self) -> None:
        self._index.close()
        self._out.close()


def _new_file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).strftime("%Y%m%d")
    return folder / f"{day}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"


def _index_of(file: Path) -> Path:
    return file.with_name(file.name.removesuffix(SUFFIX) + ".idx")


def _lines(entries: Iterable[Entry]) -> bytes:
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)


def _damaged(place: Place) -> str:
    name = f"{place.file.parent.name}/{place.file.name}"
    return f"capture {place.entry.sha256}: its record in {name} is damaged; restore that file"


# --- records ------------------------------------------------------------------------------------


def _record(writer: WARCWriter, page: RawPage) -> ArcWarcRecord:
    headers = [(name, value) for name, value in page.headers if name.lower() not in DROPPED]
    return writer.create_warc_record(
        page.url,
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),
        http_headers=StatusAndHeaders(f"{page.status} .", headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": page.fetched_at.astimezone(UTC).strftime(DATE),
            "WARC-Payload-Digest": f"sha256:{page.sha256}",
        },
    )


def _read_place(place: Place) -> RawPage:
    with place.file.open("rb") as file:
        file.seek(place.entry.offset)
        member = BytesIO(file.read(place.entry.length))
    return _page_of(next(iter(ArchiveIterator(member)), None), place.file.parent.name)


def _page_of(record: Any, source: str) -> RawPage:
    head = record.rec_headers
    when = datetime.strptime(head.get_header("WARC-Date"), DATE).replace(tzinfo=UTC)
    return RawPage(
        url=head.get_header("WARC-Target-URI"),
        source=source,
        status=int(record.http_headers.get_statuscode()),
        headers=tuple((name.lower(), value) for name, value in record.http_headers.headers),
        body=record.raw_stream.read(),
        fetched_at=when,
        sha256=head.get_header("WARC-Payload-Digest").removeprefix("sha256:"),
    )


# --- index --------------------------------------------------------------------------------------


def _entries(file: Path) -> list[Entry]:
    """Return the entries of `file`, those that its index lacks included."""
    index = _index_of(file)
    entries = {entry.offset: entry for entry in _indexed(index)}
    end = max((e.offset + e.length for e in entries.values()), default=0)
    missing = list(_scan(file, end)) if end < file.stat().st_size else []
    if missing:
        _repair(index, missing)
    return [*entries.values(), *missing]


def _indexed(index: Path) -> Iterator[Entry]:
    lines = index.read_bytes().splitlines() if index.exists() else []
    for line in lines:
        with suppress(msgspec.DecodeError, msgspec.ValidationError):
            # A line that a killed writer left torn is in the WARC, and found there.
            yield msgspec.json.decode(line, type=Entry)


def _repair(index: Path, entries: list[Entry]) -> None:
    """Append `entries`, on a line of their own even after a torn one."""
    with index.open("ab") as out:
        out.write(b"\n" + _lines(entries))


def _scan(file: Path, start: int) -> Iterator[Entry]:
    """Yield the whole records of `file` from byte `start`; a torn last one is left out."""
    with file.open("rb") as stream, suppress(*ENDINGS):
        stream.seek(start)
        archive = ArchiveIterator(_From(stream, start))
        offset = start
        for record in archive:
            page = _page_of(record, file.parent.name)
            archive.read_to_end(record)
            end = start + archive.get_record_offset() + archive.get_record_length()
            if _is_whole(file, offset, end, page):
                yield Entry(page.sha256, page.url, offset, end - offset, page.fetched_at)
            offset = end


def _is_whole(file: Path, offset: int, end: int, page: RawPage) -> bool:
    """Tell whether the gzip member of `page` is complete to its last byte, and its body right."""
    with file.open("rb") as stream:
        stream.seek(offset)
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        unpacker.decompress(stream.read(end - offset))
    return unpacker.eof and hashlib.sha256(page.body).hexdigest() == page.sha256


class _From:
    """A file read from `start`, whose own positions begin at 0."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream = stream
        self._start = start

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)

    def tell(self) -> int:
        return self._stream.tell() - self._start


# --- expiry -------------------------------------------------------------------------------------


def _rewrite(file: Path, before: datetime, keep: set[str], kept: set[tuple[str, str]]) -> int:
    """Leave out of `file` what expired; `kept` collects what lives, to be there once."""
    with file.open("rb") as locked:
        try:
            fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        entries = _entries(file)
        alive = [e for e in entries if e.fetched_at >= before or e.sha256 in keep]
        fresh = [e for e in alive if (e.sha256, e.url) not in kept]
        kept.update((e.sha256, e.url) for e in alive)
        if len(fresh) < len(entries):
            if fresh:
                _copy(locked, file.parent, fresh)
            _index_of(file).unlink(missing_ok=True)
            file.unlink()
        return len(entries) - len(alive)


def _copy(source: BinaryIO, folder: Path, entries: list[Entry]) -> None:
    """Write the records of `entries` to a new file, byte for byte."""
    file = _new_file(folder)
    half = file.with_suffix(".half")
    with half.open("xb") as out:
        for entry in entries:
            source.seek(entry.offset)
            out.write(source.read(entry.length))
        out.flush()
        os.fsync(out.fileno())
    # The new file's index is scanned from it: one way to make an index is enough.
    half.replace(file)
