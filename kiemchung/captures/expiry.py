"""What is over its time leaves the WARC files: whoever lives on moves to a new file, as it is."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from kiemchung.captures.disk import PRIVATE
from kiemchung.captures.files import Files, Growing, lock
from kiemchung.captures.index import Entry, Index, entries_of, microseconds
from kiemchung.captures.records import Kind

COPIED_BYTES = 8_000_000
"""Bytes that are moved at once."""

MARK = "expiring"
"""Lies beside the index while a pass is under way: one that finds it follows a killed one."""


def expire_files(
    index: Index, files: Files, before: datetime, keep: Collection[str], mark: Path
) -> int:
    """Remove the records fetched before `before`, but for those of `keep`; return how many went.

    A body lives as long as the last time that its page was met with it. Files that somebody
    writes to are left for the next time. Killed anywhere, a repeated call ends in the same.
    """
    with index.locked("expire"):
        done = Pass(index, files, before, keep, follows_killed=mark.exists())
        mark.touch(PRIVATE)
        removed = done.run()
        index.keep_files(lambda: _present(files))
        mark.unlink()
    return removed


class Pass:
    """One pass over all files."""

    def __init__(
        self,
        index: Index,
        files: Files,
        before: datetime,
        keep: Collection[str],
        *,
        follows_killed: bool,
    ) -> None:
        """Keep what was fetched from `before` on, and `keep`; a killed pass may have moved some."""
        self._index = index
        self._files = files
        self._limit = microseconds(before)
        self._keep = keep
        self._follows_killed = follows_killed

    def run(self) -> int:
        """Rewrite each file that holds what is over its time; count what went."""
        old = self._index.select(lambda rows: rows["at"] < self._limit)
        dead = {entry.file for entry in entries_of(old) if not self._is_alive(entry)}
        rows = self._index.of_files(dead)
        return sum(
            self._rewrite(path, [*entries_of(rows[rows["file"] == key])])
            for key in dead
            if (path := self._files.path(key)) is not None
        )

    def _is_alive(self, entry: Entry) -> bool:
        if entry.at >= self._limit or entry.sha256 in self._keep:
            return True
        return entry.kind is not Kind.REVISIT and any(
            other.page == entry.page and other.at >= self._limit
            for other in self._index.find(entry.sha256)
        )

    def _rewrite(self, path: Path, entries: Sequence[Entry]) -> int:
        """Move the living `entries` of `path` to a new file and remove it; count those that went.

        A file that somebody writes to, or has written to since we looked, is left as it is.
        """
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return 0
        with source:
            if not lock(source.fileno(), path):
                return 0
            if sum(entry.length for entry in entries) != path.stat().st_size:
                return 0
            alive = [entry for entry in entries if self._is_alive(entry)]
            moved = [entry for entry in alive if not self._is_elsewhere(entry)]
            if moved:
                self._move(source, path, sorted(moved, key=lambda entry: entry.offset))
            path.unlink()
        return len(entries) - len(alive)

    def _is_elsewhere(self, entry: Entry) -> bool:
        """Tell whether a pass that was killed has moved this very record already."""
        return self._follows_killed and any(
            (path := self._files.path(other.file)) is not None and path.exists()
            for other in self._index.find(entry.sha256)
            if other.file != entry.file
            and (other.page, other.at, other.kind) == (entry.page, entry.at, entry.kind)
        )

    def _move(self, source: BinaryIO, path: Path, entries: Sequence[Entry]) -> None:
        """Write the records of `entries` to a new file, byte for byte."""
        target = Growing.begin(path.parent, path.name.partition("-")[0])
        settled = False
        try:
            for batch in _batches(entries):
                start = target.size
                members: list[bytes] = []
                placed: list[Entry] = []
                for entry in batch:
                    source.seek(entry.offset)
                    members.append(source.read(entry.length))
                    placed.append(_placed(entry, target.key, start))
                    start += entry.length
                target.append(b"".join(members))
                self._index.append(placed)
            settled = True
        finally:
            target.close(settled=settled)
            self._files.learn(target.path)


def _placed(entry: Entry, file: int, offset: int) -> Entry:
    return Entry(entry.sha256, entry.page, file, offset, entry.length, entry.kind, entry.at)


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += entry.length
        if size >= COPIED_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _present(files: Files) -> Collection[int]:
    files.look()
    return files.paths().keys()
