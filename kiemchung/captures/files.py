"""The WARC files: which there are, one that grows, and one that a killed writer left.

`<source>/<yyyymmdd>-<random>.warc.gz`; `.open` behind that while somebody writes to it, who holds
its lock. A day's file of a source is taken up again until it is full: runs are many and small.
"""

import fcntl
import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from kiemchung.captures.disk import PRIVATE, append_whole, make_private, sizes
from kiemchung.captures.index import Entry, Index, entries_of, key_of, microseconds
from kiemchung.captures.records import Found, whole_records

FILE_BYTES = 100_000_000
"""Size at which a new file is begun."""
SUFFIX = ".warc.gz"
OPEN = ".open"
INDEX = "_index"
"""The index's folder, beside those of the sources: no source can be called so."""


class Files:
    """Which WARC files there are below a folder, by key."""

    def __init__(self, folder: Path) -> None:
        """Look below `folder`."""
        self._folder = folder
        self._paths: dict[int, str] = {}
        self._sizes: dict[int, int] = {}

    def look(self) -> None:
        """See which there are now."""
        found = [
            (file_key(Path(each.path)), each.path, size)
            for each, size in sizes(self._folder)
            if each.name.endswith((SUFFIX, SUFFIX + OPEN))
        ]
        self._paths = {key: path for key, path, _ in found}
        self._sizes = {key: size for key, _, size in found}

    def found(self) -> dict[int, tuple[Path, int]]:
        """Return what was seen the last time, with the bytes of each."""
        return {key: (Path(self._paths[key]), size) for key, size in self._sizes.items()}

    def path(self, key: int) -> Path | None:
        """Return the file of `key`, as far as was seen; None if it is none."""
        path = self._paths.get(key)
        return None if path is None else Path(path)

    def paths(self) -> dict[int, Path]:
        """Return all that were seen."""
        return {key: Path(path) for key, path in self._paths.items()}

    def learn(self, file: Path) -> int:
        """Remember `file`; return its key."""
        key = file_key(file)
        self._paths[key] = str(file)
        return key


def file_key(file: Path) -> int:
    """Return the key of a WARC file, the same while it grows and after."""
    return key_of(file.parent.name, file.name.removesuffix(OPEN))


def entry_of(found: Found, file: int) -> Entry:
    """Return the entry of a record that was found in `file`."""
    page = found.page
    return Entry(
        sha256=page.sha256,
        page=key_of(page.source, page.url),
        file=file,
        offset=found.offset,
        length=found.length,
        kind=found.kind,
        at=microseconds(page.fetched_at),
    )


class Growing:
    """A file that this process alone writes to."""

    def __init__(self, path: Path, handle: int) -> None:
        """Write to `path`, open and locked as `handle`."""
        self.path = path
        self.key = file_key(path)
        self._handle = handle
        self.size = os.fstat(handle).st_size

    @classmethod
    def begin(cls, folder: Path, day: str) -> Self:
        """Begin a new file of `day`."""
        while True:
            make_private(folder)
            path = folder / f"{day}-{secrets.token_hex(8)}{SUFFIX}{OPEN}"
            try:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE)
            except FileNotFoundError:  # the folder was empty, and went in this moment
                continue
            # Whoever looks for what killed writers left may have been quicker with the lock.
            if lock(handle, path):
                _sync_folder(folder)
                return cls(path, handle)
            os.close(handle)

    @classmethod
    def today(cls, folder: Path) -> Self:
        """Take up a file of today that is not full and nobody writes to, or begin one."""
        day = datetime.now(UTC).strftime("%Y%m%d")
        for path in sorted(folder.glob(f"{day}-*{SUFFIX}")):
            taken = cls._take_up(path)
            if taken is not None:
                return taken
        return cls.begin(folder, day)

    @classmethod
    def _take_up(cls, path: Path) -> Self | None:
        with suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDWR)
            if os.fstat(handle).st_size < FILE_BYTES and lock(handle, path):
                grows = path.with_name(path.name + OPEN)
                path.rename(grows)
                return cls(grows, handle)
            os.close(handle)
        return None

    def append(self, members: bytes) -> None:
        """Write `members` and make them durable, or leave the file as it was (OSError)."""
        append_whole(self._handle, members, self.size)
        try:
            os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self.size)
            raise
        self.size += len(members)

    def close(self, *, settled: bool) -> None:
        """Let go of the file; one whose records are all indexed is done, the others are found."""
        if self.size == 0:
            self.path.unlink()
        elif settled and self.path.name.endswith(OPEN):
            self.path.rename(self.path.with_name(self.path.name.removesuffix(OPEN)))
        os.close(self._handle)

    def cut(self, end: int) -> None:
        """Cut off what lies behind `end`."""
        os.ftruncate(self._handle, end)
        self.size = end


def mend(files: Files, index: Index) -> None:
    """Index what the index lacks, and cut off what a killed writer had not finished."""
    index.begin()
    if _unsettled(files, index):
        # Whoever comes while a large folder is being mended waits, and finds it done.
        with index.locked("mend"):
            files.look()
            for path in _unsettled(files, index):
                grown = _inherit(path)
                if grown is not None:
                    _mend_file(grown, index)
        files.look()


def _unsettled(files: Files, index: Index) -> list[Path]:
    """Return the files that nobody writes to and the index doesn't account for, and left ones."""
    sums = index.sums()
    return [
        path
        for key, (path, size) in files.found().items()
        if path.name.endswith(OPEN) or sums.get(key, 0) != size
    ]


def _mend_file(grown: Growing, index: Index) -> None:
    known = sorted(entries_of(index.of_files([grown.key])), key=lambda entry: entry.offset)
    end = 0
    for entry in known:
        if entry.offset != end:
            break
        end += entry.length
    else:
        if end == grown.size:
            return grown.close(settled=True)
    if sum(entry.length for entry in known) != end or end > grown.size:
        # Twice the same, a gap, or more than there is: all of the file is read again.
        index.drop_file(grown.key)
        end = 0
    source = grown.path.parent.name
    missing = [entry_of(each, grown.key) for each in whole_records(grown.path, source, end)]
    index.append(missing)
    if grown.path.name.endswith(OPEN):
        grown.cut(missing[-1].offset + missing[-1].length if missing else end)
    return grown.close(settled=True)


def _inherit(path: Path) -> Growing | None:
    """Take over a file that grew; None while its writer lives, or where another one was quicker."""
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDWR)
        if lock(handle, path):
            return Growing(path, handle)
        os.close(handle)
    return None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock(handle: int, path: Path) -> bool:
    """Lock an open file; tell whether that was done while it still lay at `path`."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False
