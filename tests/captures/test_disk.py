"""F2 for captures: no room, no rights, no handles, a jumping clock: told, and all stays whole."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiemchung.captures import Captures, disk
from kiemchung.errors import CaptureError
from tests.captures.pages import LIMIT, NOW, files, page, records
from tests.small_disk import mounted, remount

BIG = os.urandom(300_000)
IN_CHILD = """
import resource, sys
from pathlib import Path
from kiemchung.captures import Captures
from kiemchung.errors import CaptureError
from tests.captures.pages import page
captures = Captures(Path(sys.argv[1]), 10**9)
captures.write(page(1))
{limit}
try:
    captures.write_all([page(2, source=s, body=bytes(range(256)) * 400) for s in ("bao", "khac")])
except CaptureError as error:
    print(error)
"""


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a disk of 1 MB and 40 files, on which captures may take all."""
    monkeypatch.setattr(disk, "RESERVE", -1_000_000_000)
    with mounted(tmp_path / "disk", "size=1m,nr_inodes=40") as folder:
        yield folder


def told_in_child(folder: Path, limit: str) -> str:
    """Return what a writer says of the second page, written under `limit`."""
    command = [sys.executable, "-c", IN_CHILD.format(limit=limit), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_budget_is_kept(tmp_path: Path) -> None:
    """Before the budget is overrun, the error says what to do; what was there stays."""
    with Captures(tmp_path, 2_000) as captures:
        captures.write(page(1))

        with pytest.raises(CaptureError, match="KIEMCHUNG_CAPTURES_BYTES"):
            captures.write(page(2, body=BIG))
        assert captures.read(page(1).sha256)
    assert len(records(tmp_path)) == 1


def test_what_others_write_counts(tmp_path: Path) -> None:
    """The budget is the folder's, whoever fills it."""
    with Captures(tmp_path, 1_000_000) as one, Captures(tmp_path, 1_000_000) as two:
        one.write(page(1))
        for number in range(2, 5):
            two.write(page(number, body=BIG + bytes([number])))

        with pytest.raises(CaptureError, match="budget"):
            one.write(page(5, body=BIG))


def test_the_disk_is_not_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a reserve is left, the error says so; nothing was begun."""
    monkeypatch.setattr(disk, "RESERVE", 10**18)

    with Captures(tmp_path, LIMIT) as captures, pytest.raises(CaptureError, match="disk"):
        captures.write(page(1))
    assert list(tmp_path.glob("*/*.warc*")) == []


def test_a_full_disk_is_told_and_nothing_is_half_written(small_disk: Path) -> None:
    """What another program took: the batch is refused whole; with room again it is taken."""
    with Captures(small_disk, LIMIT) as captures:
        captures.write(page(1))
        (small_disk / "ballast").write_bytes(b"\0" * 900_000)

        with pytest.raises(CaptureError, match=r"no space left.*free some space"):
            captures.write_all([page(2), page(3, body=BIG)])
        assert captures.read(page(1).sha256).body == page(1).body
        with pytest.raises(CaptureError, match="none"):
            captures.read(page(2).sha256)

        (small_disk / "ballast").unlink()
        captures.write_all([page(2), page(3, body=BIG)])
    assert [url for _, url in records(small_disk)] == [page(n).url for n in (1, 2, 3)]


def test_no_room_for_the_index_is_told_and_made_up_for(small_disk: Path) -> None:
    """A page whose entry could not be written is found again when there is room."""
    pages = [page(n) for n in range(60)]
    with Captures(small_disk, LIMIT) as captures:
        with pytest.raises(CaptureError, match="free some space"):
            captures.write_all(pages)

        remount(small_disk, "size=1m,nr_inodes=400")
        captures.write_all(pages)
    captures = Captures(small_disk, LIMIT)
    assert [captures.read(each.sha256).body for each in pages] == [each.body for each in pages]
    assert len(records(small_disk)) == 60


def test_a_read_only_folder_is_read_and_not_written(small_disk: Path) -> None:
    """The error says which setting to change; what is there can be read."""
    with Captures(small_disk, LIMIT) as captures:
        captures.write(page(1))
    remount(small_disk, "ro")

    captures = Captures(small_disk, LIMIT)
    assert captures.read(page(1).sha256).body == page(1).body
    with pytest.raises(CaptureError, match="KIEMCHUNG_DATA_DIR"):
        captures.write(page(2))


def test_a_folder_that_turns_read_only_is_read_with_what_a_kill_left(small_disk: Path) -> None:
    """What can't be mended there stands in nobody's way."""
    with Captures(small_disk, LIMIT) as captures:
        captures.write(page(1))
    (file,) = files(small_disk)
    file.rename(file.with_name(file.name + ".open"))
    remount(small_disk, "ro")

    assert Captures(small_disk, LIMIT).read(page(1).sha256).body == page(1).body


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))", "ulimit -n"),
        ("resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))", "ulimit -f"),
    ],
)
def test_a_limit_of_the_process_is_told(tmp_path: Path, limit: str, said: str) -> None:
    """No file handles left, or files too large: told with what to do, and nothing is lost."""
    assert said in told_in_child(tmp_path, limit)

    captures = Captures(tmp_path, LIMIT)
    assert captures.read(page(1).sha256).body == page(1).body
    with captures:
        captures.write(page(2))
    assert {url for _, url in records(tmp_path)} == {page(1).url, page(2).url}


def test_a_clock_that_jumps_back_loses_nothing(tmp_path: Path) -> None:
    """A page fetched "before" the one it follows is kept, and expires, in the clock's order."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1))
        captures.write(page(1, body=b"edited", when=NOW - timedelta(days=3)))
        captures.write(page(1, when=NOW - timedelta(days=2)))

        told = [(captures.page(each).body, each.fetched_at) for each in captures.scan("bao")]
        assert told == [
            (b"edited", NOW - timedelta(days=3)),
            (page(1).body, NOW - timedelta(days=2)),
            (page(1).body, NOW),
        ]
        assert captures.expire(NOW - timedelta(days=1), set()) == 2


def test_another_time_zone_changes_nothing(tmp_path: Path) -> None:
    """Written under one zone, read under another: the same moment."""
    for zone in ("Asia/Ho_Chi_Minh", "America/New_York"):
        command = [sys.executable, "-c", IN_CHILD.format(limit=""), str(tmp_path)]
        subprocess.run(command, env={**os.environ, "TZ": zone}, check=True)

    captures = Captures(tmp_path, LIMIT)
    assert [each.fetched_at for each in captures.scan("bao")] == [NOW, NOW]
