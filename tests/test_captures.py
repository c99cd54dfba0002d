"""Captures: written once, found by hash, whole after a kill, gone when their time is over."""

import gzip
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from kiemchung import captures as module
from kiemchung.captures import Captures
from kiemchung.errors import CaptureError
from kiemchung.records import RawPage

NOW = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
LIMIT = 10_000_000


def page(number: int, *, body: bytes = b"", when: datetime = NOW, source: str = "bao") -> RawPage:
    """Return a page as fetched."""
    body = body or f"<p>Bài {number}: nước đã rút</p>".encode()
    return RawPage(
        url=f"http://bao.example/{number}?hỏi=đáp",
        source=source,
        status=200,
        headers=(("content-type", "text/html"), ("set-cookie", "who=reader"), ("x-a", "1")),
        body=body,
        fetched_at=when,
        sha256=sha256(body).hexdigest(),
    )


def files(folder: Path) -> list[Path]:
    """Return the WARC files in `folder`."""
    return sorted(folder.glob("*/*.warc.gz"))


def index_of(folder: Path) -> Path:
    """Return the only index in `folder`."""
    (index,) = folder.glob("*/*.idx")
    return index


def test_a_page_comes_back_as_it_was(tmp_path: Path) -> None:
    """Address, status, headers, bytes and time survive; cookies don't."""
    with Captures(tmp_path, LIMIT) as captures:
        digest = captures.write(page(1))

    read = Captures(tmp_path, LIMIT).read(digest)
    assert read == msgspec.structs.replace(
        page(1), headers=(("content-type", "text/html"), ("x-a", "1"))
    )


def test_files_are_warc(tmp_path: Path) -> None:
    """Any WARC reader finds one response record a page, each a gzip member of its own."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1), page(2)])

    (file,) = files(tmp_path)
    with file.open("rb") as stream:
        records = [(r.rec_type, r.rec_headers.protocol) for r in ArchiveIterator(stream)]
    assert records == [("response", "WARC/1.1")] * 2
    assert file.parent.name == "bao"


def test_the_same_page_is_kept_once(tmp_path: Path) -> None:
    """The same body at the same address is one record, for this process and the next."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1))
        captures.write(page(1))
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1))

    assert len(index_of(tmp_path).read_bytes().splitlines()) == 1


def test_the_same_body_at_two_addresses_is_found_at_both(tmp_path: Path) -> None:
    """A hash alone finds one of them; with an address, that one."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1, body=b"same"), page(2, body=b"same")])
        digest = sha256(b"same").hexdigest()

        assert captures.read(digest, page(2).url).url == page(2).url


def test_what_another_process_wrote_is_found(tmp_path: Path) -> None:
    """A reader that is open sees what is written later."""
    reader = Captures(tmp_path, LIMIT)
    with pytest.raises(CaptureError):
        reader.read(page(1).sha256)

    with Captures(tmp_path, LIMIT) as writer:
        writer.write(page(1))

    assert reader.read(page(1).sha256) == Captures(tmp_path, LIMIT).read(page(1).sha256)


def test_a_missing_capture_is_told(tmp_path: Path) -> None:
    """The error names the hash."""
    with pytest.raises(CaptureError, match="abc"):
        Captures(tmp_path, LIMIT).read("abc")


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_lost_index_is_rebuilt(tmp_path: Path, left: int) -> None:
    """Whatever of the index is missing, or torn, is read from the records again."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(number) for number in range(3)])
    index = index_of(tmp_path)
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join(lines[:left]) + lines[left][:40])

    for _ in range(2):
        again = Captures(tmp_path, LIMIT)
        assert [again.read(page(n).sha256).body for n in range(3)] == [
            page(n).body for n in range(3)
        ]


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_torn_record_is_passed_over(tmp_path: Path, cut: int) -> None:
    """A record that a kill left unfinished is no capture; those before it are."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1), page(2)])
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes()[:-cut])
    index_of(tmp_path).unlink()

    again = Captures(tmp_path, LIMIT)
    assert again.read(page(1).sha256).body == page(1).body
    with pytest.raises(CaptureError):
        again.read(page(2).sha256)


WRITER = """
import sys
from pathlib import Path
from kiemchung.captures import Captures
from tests.test_captures import page
captures = Captures(Path(sys.argv[1]), 10**9)
number = 0
while True:
    captures.write_all([page(n, body=b"%d" % n * 5000) for n in range(number, number + 5)])
    number += 5
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 4, 9])
def test_what_was_written_survives_kill(tmp_path: Path, after: int) -> None:
    """Killed with -9 at any moment: every page whose write returned is there."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        done = [int(process.stdout.readline()) for _ in range(after)][-1]
        os.kill(process.pid, signal.SIGKILL)

    captures = Captures(tmp_path, LIMIT)
    bodies = [b"%d" % n * 5000 for n in range(done)]
    assert [captures.read(sha256(body).hexdigest()).body for body in bodies] == bodies


def test_damage_is_told(tmp_path: Path) -> None:
    """A record whose bytes changed is an error that names its file, never another page."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1))
    (file,) = files(tmp_path)
    record = (
        gzip.decompress(file.read_bytes()).replace(b"Set", b"set").replace("rút".encode(), b"dang")
    )
    file.write_bytes(gzip.compress(record))
    index = index_of(tmp_path)
    entry = msgspec.json.decode(index.read_bytes())
    index.write_bytes(msgspec.json.encode({**entry, "length": file.stat().st_size}) + b"\n")

    with pytest.raises(CaptureError, match=rf"damaged.*|{file.name}"):
        Captures(tmp_path, LIMIT).read(page(1).sha256)


def test_expired_records_go(tmp_path: Path) -> None:
    """What is old goes from the disk, unless its hash is kept; what is young stays."""
    old = NOW - timedelta(days=40)
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1, when=old), page(2, when=old), page(3)])

        assert captures.expire(NOW - timedelta(days=30), {page(2).sha256}) == 1

        with pytest.raises(CaptureError):
            captures.read(page(1).sha256)
        assert captures.read(page(2).sha256).body == page(2).body
        assert captures.read(page(3).sha256).fetched_at == NOW
    everything = b"".join(gzip.decompress(file.read_bytes()) for file in files(tmp_path))
    assert "Bài 1".encode() not in everything


def test_expiring_twice_changes_nothing_more(tmp_path: Path) -> None:
    """A second pass finds nothing to do, and leaves no empty file."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1), page(2)])
        captures.expire(NOW + timedelta(days=1), {page(2).sha256})
        before = [file.read_bytes() for file in files(tmp_path)]

        assert captures.expire(NOW + timedelta(days=1), {page(2).sha256}) == 0
        assert [file.read_bytes() for file in files(tmp_path)] == before
        assert captures.expire(NOW + timedelta(days=1), set()) == 1
    assert list(tmp_path.glob("*/*")) == []


def test_a_file_being_written_is_left_alone(tmp_path: Path) -> None:
    """Another process's open file isn't rewritten under its hands."""
    with Captures(tmp_path, LIMIT) as writer:
        writer.write(page(1))

        assert Captures(tmp_path, LIMIT).expire(NOW + timedelta(days=1), set()) == 0
        writer.write(page(2))

    assert Captures(tmp_path, LIMIT).read(page(1).sha256).body == page(1).body


def test_files_rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is full is followed by another one; both are read."""
    monkeypatch.setattr(module, "FILE_BYTES", 300)
    with Captures(tmp_path, LIMIT) as captures:
        for number in range(4):
            captures.write(page(number))

    assert len(files(tmp_path)) > 1
    again = Captures(tmp_path, LIMIT)
    assert [again.read(page(n).sha256).body for n in range(4)] == [page(n).body for n in range(4)]


def test_the_budget_is_kept(tmp_path: Path) -> None:
    """Before the budget is overrun, the error says what to do; what was there stays."""
    with Captures(tmp_path, 2_000) as captures:
        captures.write(page(1))

        with pytest.raises(CaptureError, match="KIEMCHUNG_CAPTURES_BYTES"):
            captures.write(page(2, body=b"a" * 3_000))
        assert captures.read(page(1).sha256)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the disk is full, the error says so."""
    monkeypatch.setattr(module, "DISK_RESERVE", 10**18)

    with Captures(tmp_path, LIMIT) as captures, pytest.raises(CaptureError, match="disk"):
        captures.write(page(1))
