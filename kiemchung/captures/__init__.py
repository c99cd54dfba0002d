"""What the web said: the bytes of every fetched page, in WARC files, found by hash, sealed.

Read by extraction and replay alone (boundary 1). Written whole or not at all: what a kill leaves
is indexed, or cut off, by whoever opens the folder next.
"""

import errno
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

import msgspec
import numpy as np

from kiemchung.captures.disk import Room, make_private, refusal
from kiemchung.captures.expiry import MARK, expire_files
from kiemchung.captures.files import (
    FILE_BYTES,
    INDEX,
    Files,
    Growing,
    mend,
)
from kiemchung.captures.index import Entry, Index, entries_of, key_of, microseconds
from kiemchung.captures.records import FAULTS, Kind, member_of, page_of
from kiemchung.errors import CaptureError
from kiemchung.records import RawPage

__all__ = ["Captured", "Captures"]

WRITERS = 64
"""Files that are written to at the same time."""
UNWRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
T = TypeVar("T")


class Captured(msgspec.Struct, frozen=True):
    """One time that a page was fetched: `captures.page(it)` is what was fetched.

    `page` is a key of the page's address, the same each time it was fetched.
    """

    source: str
    sha256: str
    fetched_at: datetime
    page: int
    entry: Entry


class _Placed(msgspec.Struct, frozen=True):
    """A record on its way into a file: its entry (but for its place), and its bytes."""

    entry: Entry
    member: bytes


class Captures:
    """The captures in one folder. Any number of processes may write and read at once."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        """Open `folder` (made when first written to); `limit_bytes` is what it may take in all."""
        self._folder = folder
        self._room = Room(folder, limit_bytes)
        self._index = Index(folder / INDEX)
        self._files = Files(folder)
        self._writers: dict[str, Growing] = {}
        self._unindexed: list[Entry] = []
        self._looked = False

    def write(self, page: RawPage) -> str:
        """Keep `page` and return the SHA-256 of its body; durable when this returns.

        The same body at the same address is kept once; when it is met again, that is noted.

        Raises:
            CaptureError: it would not fit on the disk or within the budget, or can't be written.
        """
        return self.write_all([page])[0]

    def write_all(self, pages: Sequence[RawPage], listings: Sequence[RawPage] = ()) -> list[str]:
        """Keep `pages` as `write` does, made durable together: all of a source's, or none.

        `listings` are kept beside them, to be found by hash, and never replayed.
        """
        with _Told():
            self._look(writing=True)
            self._index_rest()
            placed = self._placed(pages, Kind.PAGE) + self._placed(listings, Kind.LISTING)
            sources = [page.source for page in (*pages, *listings)]
            wanted = [(s, p) for s, p in zip(sources, placed, strict=True) if p is not None]
            self._room.take(sum(len(each.member) for _, each in wanted))
            for source in dict.fromkeys(source for source, _ in wanted):
                self._append(source, [each for name, each in wanted if name == source])
        return [page.sha256 for page in pages]

    def read(
        self,
        sha256: str,
        url: str | None = None,
        at: datetime | None = None,
        *,
        source: str | None = None,
    ) -> RawPage:
        """Return the capture with that hash; of the page at `url`, where one is named.

        `source` says whose page it is: another source may have fetched the same one. Of several
        times at which it was fetched, the last is told; the last by `at`, if given.

        Raises:
            CaptureError: there is none, or it is damaged.
        """
        with _Told():
            self._look()
            found = self._read(sha256, url, at, source)
            if found is None:
                # Another process may have written it, or moved it while expiring.
                self._look(again=True)
                found = self._read(sha256, url, at, source)
        if found is None:
            raise CaptureError(f"capture {sha256}: there is none; it may have expired")
        return found

    def times(self, sha256: str, source: str, url: str) -> list[datetime]:
        """Return when the page at `url` was fetched with that body, oldest first."""
        with _Told():
            self._look()
            found = {each.at: each for each in self._index.find(sha256, key_of(source, url))}
            return [found[at].fetched_at for at in sorted(found)]

    def sources(self) -> list[str]:
        """Return the names of the sources of which there are captures."""
        with _Told():
            self._look(again=True)
            return sorted({path.parent.name for path in self._files.paths().values()})

    def scan(self, source: str) -> Iterator[Captured]:
        """Yield each time that a page of `source` was fetched, oldest first; no listings."""
        with _Told():
            self._look(again=True)
            files = [key for key, path in self._files.paths().items() if path.parent.name == source]
            rows = self._index.of_files(files)
        rows = rows[rows["kind"] != Kind.LISTING]
        last: Entry | None = None
        order = np.lexsort((rows["offset"], rows["file"], rows["at"]))
        for entry in entries_of(rows[order]):
            if entry != last:
                yield Captured(source, entry.sha256, entry.fetched_at, entry.page, entry)
            last = entry

    def page(self, captured: Captured) -> RawPage:
        """Return what was fetched then.

        Raises:
            CaptureError: it has expired since, or is damaged.
        """
        with _Told():
            page = self._record(captured.entry) or self._moved(captured.entry)
        if page is None:
            raise CaptureError(f"capture {captured.sha256}: there is none; it may have expired")
        if captured.entry.kind is not Kind.REVISIT:
            return page
        whole = self.read(page.sha256, page.url, source=captured.source)
        return msgspec.structs.replace(page, body=whole.body)

    def expire(self, before: datetime, keep: set[str]) -> int:
        """Remove the records fetched before `before` whose hash isn't in `keep`; count them.

        A body lives as long as the last time that its page was fetched with it. Files that
        another process is writing to are left for the next time.
        """
        self.close()
        with _Told():
            if not self._folder.is_dir():
                return 0
            self._look(writing=True)
            mark = self._folder / INDEX / MARK
            removed = expire_files(self._index, self._files, before, keep, mark)
            self._remove_empty()
            self._looked = False
            return removed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files that were being written."""
        writers, self._writers = self._writers, {}
        settled = False
        with suppress(OSError):  # what isn't indexed is found by whoever opens the folder next
            self._index_rest()
            settled = True
        for writer in writers.values():
            with suppress(OSError):
                writer.close(settled=settled)
        self._looked = False

    # --- writing ------------------------------------------------------------------------------

    def _placed(self, pages: Sequence[RawPage], kind: Kind) -> list[_Placed | None]:
        """Return the record of each of `pages`; None for one that is there already."""
        batch: dict[tuple[str, int], set[int]] = {}
        placed: list[_Placed | None] = []
        for page in pages:
            key = key_of(page.source, page.url)
            at = microseconds(page.fetched_at)
            times = batch.setdefault((page.sha256, key), set(self._times(page.sha256, key)))
            told = Kind.REVISIT if times and kind is Kind.PAGE else kind
            if at in times or (times and kind is Kind.LISTING):
                placed.append(None)
                continue
            times.add(at)
            member = member_of(page, told)
            entry = Entry(page.sha256, key, 0, 0, len(member), told, at)
            placed.append(_Placed(entry, member))
        return placed

    def _times(self, sha256: str, page: int) -> list[int]:
        found = self._index.find(sha256, page)
        # A body that another process expired since we looked is written again.
        there = [each for each in found if (p := self._files.path(each.file)) and p.exists()]
        bodies = any(entry.kind is not Kind.REVISIT for entry in there)
        return [entry.at for entry in there] if bodies else []

    def _append(self, source: str, placed: Sequence[_Placed]) -> None:
        writer = self._writer(source)
        offset = writer.size
        writer.append(b"".join(each.member for each in placed))
        for each in placed:
            entry = msgspec.structs.replace(each.entry, file=writer.key, offset=offset)
            self._unindexed.append(entry)
            offset += entry.length
        self._index_rest()

    def _writer(self, source: str) -> Growing:
        writer = self._writers.get(source)
        if writer is not None and writer.size < FILE_BYTES:
            return writer
        if writer is not None:
            self._settle(source)
        while len(self._writers) >= WRITERS:
            self._settle(next(iter(self._writers)))
        make_private(self._folder / source)
        writer = self._writers[source] = Growing.today(self._folder / source)
        self._files.learn(writer.path)
        return writer

    def _settle(self, source: str) -> None:
        self._index_rest()
        writer = self._writers.pop(source)
        writer.close(settled=True)
        self._files.learn(writer.path)

    def _index_rest(self) -> None:
        if self._unindexed:
            self._index.append(self._unindexed)
            self._unindexed.clear()

    def _remove_empty(self) -> None:
        for room in self._folder.iterdir():
            if room.is_dir() and room.name != INDEX:
                with suppress(OSError):  # it isn't empty, or not any more
                    room.rmdir()

    # --- reading ------------------------------------------------------------------------------

    def _look(self, *, writing: bool = False, again: bool = False) -> None:
        """See what is there; take over what killed writers left."""
        if self._looked and not again:
            return
        if writing:
            make_private(self._folder)
        if not self._folder.is_dir():
            return
        self._files.look()
        try:
            mend(self._files, self._index)
        except OSError as error:
            if writing or error.errno not in UNWRITABLE:
                raise
        self._looked = True

    def _read(
        self, sha256: str, url: str | None, at: datetime | None, source: str | None
    ) -> RawPage | None:
        """Return the body's record, dated by the time that is asked for."""
        page_key = None if source is None or url is None else key_of(source, url)
        found = self._index.find(sha256, page_key)
        bodies = [entry for entry in found if entry.kind is not Kind.REVISIT]
        page = self._first(bodies, url)
        if page is None:
            return None
        key = key_of(page.source, page.url)
        times = sorted((each for each in found if each.page == key), key=lambda each: each.at)
        fitting = [each for each in times if at is None or each.at <= microseconds(at)]
        told = (fitting or times[:1])[-1]
        return msgspec.structs.replace(page, fetched_at=told.fetched_at)

    def _first(self, bodies: Sequence[Entry], url: str | None) -> RawPage | None:
        """Return the first of `bodies` that is there and whole, of the page at `url`."""
        damaged = ""
        for entry in bodies:
            try:
                page = self._record(entry)
            except CaptureError as error:
                damaged = str(error)
                continue
            if page is not None and url in {None, page.url}:
                return page
        if damaged:
            raise CaptureError(damaged)
        return None

    def _moved(self, entry: Entry) -> RawPage | None:
        """Return the record of `entry`, wherever it was moved to since."""
        self._look(again=True)
        wanted = (entry.page, entry.at, entry.kind)
        for other in self._index.find(entry.sha256):
            page = self._record(other) if (other.page, other.at, other.kind) == wanted else None
            if page is not None:
                return page
        return None

    def _record(self, entry: Entry) -> RawPage | None:
        """Return the record of `entry` as it lies there; None where its file is gone."""
        path = self._files.path(entry.file)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                file.seek(entry.offset)
                member = file.read(entry.length)
        except FileNotFoundError:
            return None
        damage = CaptureError(
            f"capture {entry.sha256}: its record in {path.parent.name}/{path.name} is damaged; "
            "restore that file"
        )
        try:
            page, kind = page_of(member, path.parent.name)
        except FAULTS:
            raise damage from None
        is_right = kind is Kind.REVISIT or hashlib.sha256(page.body).hexdigest() == entry.sha256
        if not is_right:
            raise damage
        return page


class _Told:
    """Turns the disk's errors into ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise refusal(error) from error
