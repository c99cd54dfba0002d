"""What captures take of the disk: files whole or not at all, for their owner alone, in bounds."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kiemchung.errors import CaptureError

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
RESERVE = 100_000_000
"""Bytes of the disk that captures never take."""
COUNTED_SECONDS = 60.0
SHARE = 16
"""What others write is counted again each minute, and with each 1/16 of the room that we take."""
REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space, or raise the quota",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "close other programs: the machine is out of file handles",
    errno.EROFS: "set KIEMCHUNG_DATA_DIR to a folder that can be written",
    errno.EACCES: "set KIEMCHUNG_DATA_DIR to a folder that can be written",
    errno.EPERM: "set KIEMCHUNG_DATA_DIR to a folder that can be written",
}


def make_private(folder: Path) -> None:
    """Make `folder` where it isn't there yet, for its owner alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=PRIVATE_FOLDER)


def append_whole(file: int, data: bytes, end: int) -> None:
    """Write `data` at `end`, where the open `file` is cut first: whole, or not at all.

    Raises:
        OSError: it can't be written; the file ends at `end`, as it did.
    """
    try:
        if os.fstat(file).st_size != end:
            os.ftruncate(file, end)
        view = memoryview(data)
        at = end
        while view:
            written = os.pwrite(file, view, at)
            view, at = view[written:], at + written
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, end)
        raise


def refusal(error: OSError) -> CaptureError:
    """Return what is told of a disk's `error`: what went wrong and what to do, without a path."""
    remedy = REMEDIES.get(error.errno or 0, "check the disk")
    said = (error.strerror or type(error).__name__).lower()
    return CaptureError(f"captures: can't be written or read ({said}); {remedy}")


def sizes(folder: Path) -> Iterator[tuple[os.DirEntry[str], int]]:
    """Yield the files one level below `folder`, with their bytes."""
    try:
        rooms = [room.path for room in os.scandir(folder) if room.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return
    for room in rooms:
        for each in os.scandir(room):
            with suppress(FileNotFoundError):  # renamed or expired in this moment
                yield each, each.stat().st_size


class Room:
    """How much captures may still take: of their budget, and of the disk."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Count what lies below `folder`, which may take `limit` bytes in all."""
        self._folder = folder
        self._limit = limit
        self._counted = 0
        self._taken = 0
        self._at = -COUNTED_SECONDS

    def take(self, more: int) -> None:
        """Take `more` bytes.

        Raises:
            CaptureError: they would not fit; the text says what to do.
        """
        left = self._limit - self._counted
        late = time.monotonic() - self._at >= COUNTED_SECONDS
        if late or (self._taken + more) * SHARE > left:
            self._count()
        if self._counted + self._taken + more > self._limit:
            raise CaptureError(
                f"captures: the budget of {self._limit} bytes is used up; run `kiemchung expire`, "
                "or raise KIEMCHUNG_CAPTURES_BYTES"
            )
        if shutil.disk_usage(self._folder).free - more < RESERVE:
            raise CaptureError(
                f"captures: less than {RESERVE // 1_000_000} MB would be left on the disk; free "
                "some space, or let captures live shorter (KIEMCHUNG_CAPTURES_DAYS)"
            )
        self._taken += more

    def _count(self) -> None:
        self._counted = sum(size for _, size in sizes(self._folder))
        self._taken = 0
        self._at = time.monotonic()
