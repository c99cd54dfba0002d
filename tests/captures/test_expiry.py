"""What is over its time leaves the disk; what lives stays where it can be found."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from kiemchung.captures import Captures
from kiemchung.errors import CaptureError
from tests.captures.pages import LIMIT, NOW, files, page, records

DAY = timedelta(days=1)
MONTH = timedelta(days=30)


def content(folder: Path) -> bytes:
    """Return what all WARC files in `folder` hold."""
    return b"".join(gzip.decompress(file.read_bytes()) for file in files(folder))


def index_size(folder: Path) -> int:
    """Return the entries in the index of `folder`."""
    return sum(each.stat().st_size for each in (folder / "_index").glob("??")) // 72


def test_expired_records_go(tmp_path: Path) -> None:
    """What is old goes from the disk, unless its hash is kept; what is young stays."""
    old = NOW - 40 * DAY
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1, when=old), page(2, when=old), page(3)])

        assert captures.expire(NOW - MONTH, {page(2).sha256}) == 1

        with pytest.raises(CaptureError):
            captures.read(page(1).sha256)
        assert captures.read(page(2).sha256).body == page(2).body
        assert captures.read(page(3).sha256).fetched_at == NOW
    assert "Bài 1".encode() not in content(tmp_path)
    assert index_size(tmp_path) == 2


def test_expiring_twice_changes_nothing_more(tmp_path: Path) -> None:
    """A second pass finds nothing to do, and leaves no empty file or folder."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1), page(2)])
        captures.expire(NOW + DAY, {page(2).sha256})
        before = [file.read_bytes() for file in files(tmp_path)]

        assert captures.expire(NOW + DAY, {page(2).sha256}) == 0
        assert [file.read_bytes() for file in files(tmp_path)] == before
        assert captures.expire(NOW + DAY, set()) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["_index"]
    assert index_size(tmp_path) == 0


def test_a_body_lives_as_long_as_its_page_is_met_with_it(tmp_path: Path) -> None:
    """Fetched again as it was, it counts from then; when that is over too, all of it goes."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1, when=NOW - 40 * DAY))
        captures.write(page(1, when=NOW - 10 * DAY))

        assert captures.expire(NOW - MONTH, set()) == 0
        assert captures.read(page(1).sha256, page(1).url).body == page(1).body
        assert captures.expire(NOW - 5 * DAY, set()) == 2
    assert records(tmp_path) == []


def test_a_file_being_written_is_left_alone(tmp_path: Path) -> None:
    """Another process's open file isn't rewritten under its hands."""
    with Captures(tmp_path, LIMIT) as writer:
        writer.write(page(1))

        assert Captures(tmp_path, LIMIT).expire(NOW + DAY, set()) == 0
        writer.write(page(2))

    assert Captures(tmp_path, LIMIT).read(page(1).sha256).body == page(1).body


def test_a_page_that_another_process_expired_is_written_again(tmp_path: Path) -> None:
    """A writer that knew its body doesn't lean on what is gone."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1, when=NOW - 40 * DAY))
    with Captures(tmp_path, LIMIT) as writer:
        writer.write(page(2, source="khac"))
        assert Captures(tmp_path, LIMIT).expire(NOW - MONTH, set()) == 1

        writer.write(page(1))
        assert writer.read(page(1).sha256, page(1).url).body == page(1).body


def test_a_reader_follows_what_moved(tmp_path: Path) -> None:
    """What was listed before a pass of expiry is read after it, unless it went."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1, when=NOW - 40 * DAY), page(2)])
    reader = Captures(tmp_path, LIMIT)
    gone, stays = reader.scan("bao")

    Captures(tmp_path, LIMIT).expire(NOW - MONTH, set())

    assert reader.page(stays).body == page(2).body
    with pytest.raises(CaptureError, match="expired"):
        reader.page(gone)


def test_expiring_an_empty_folder_makes_nothing(tmp_path: Path) -> None:
    """There is nothing to do."""
    assert Captures(tmp_path / "no", LIMIT).expire(NOW, set()) == 0
    assert list(tmp_path.iterdir()) == []
