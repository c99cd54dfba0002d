"""Captures: written once, found by hash, in order of fetch, gone when their time is over."""

import gzip
import stat
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from kiemchung.captures import Captures
from kiemchung.captures import files as module
from kiemchung.captures.index import Entry
from kiemchung.errors import CaptureError
from kiemchung.records import RawPage
from tests.captures.pages import LIMIT, NOW, files, page, records

HOUR = timedelta(hours=1)


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

    assert records(tmp_path) == [("response", page(1).url), ("response", page(2).url)]
    assert files(tmp_path)[0].parent.name == "bao"


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    """Folders and files are their owner's alone (boundary 1: sealed)."""
    folder = tmp_path / "captures"
    with Captures(folder, LIMIT) as captures:
        captures.write(page(1))

    modes = {each.is_dir(): stat.S_IMODE(each.stat().st_mode) for each in folder.rglob("*")}
    assert modes == {True: 0o700, False: 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_page_is_kept_once(tmp_path: Path) -> None:
    """Written again it changes nothing, in this process and the next."""
    for _ in range(2):
        with Captures(tmp_path, LIMIT) as captures:
            captures.write(page(1))
            captures.write(page(1))

    assert records(tmp_path) == [("response", page(1).url)]


def test_a_page_met_again_as_it_was_is_noted(tmp_path: Path) -> None:
    """Its body is kept once; each time that it was fetched can be told, and is read as of then."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1))
        captures.write(page(1, body=b"edited", when=NOW + HOUR))
        captures.write(page(1, when=NOW + 2 * HOUR))

        met = [captures.page(each) for each in captures.scan("bao")]
        assert [(p.body, p.fetched_at) for p in met] == [
            (page(1).body, NOW), (b"edited", NOW + HOUR), (page(1).body, NOW + 2 * HOUR),
        ]  # fmt: skip
        digest, url = page(1).sha256, page(1).url
        assert captures.read(digest, url).fetched_at == NOW + 2 * HOUR
        assert captures.read(digest, url, NOW + HOUR).fetched_at == NOW
    assert [kind for kind, _ in records(tmp_path)] == ["response", "response", "revisit"]


def test_the_same_body_at_two_addresses_is_found_at_both(tmp_path: Path) -> None:
    """A hash alone finds one of them; with an address, that one."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1, body=b"same"), page(2, body=b"same")])
        digest = sha256(b"same").hexdigest()

        assert captures.read(digest, page(2).url).url == page(2).url


def test_a_page_that_two_sources_fetched_is_each_ones_own(tmp_path: Path) -> None:
    """A source's file may be renamed, and two sources may have one host: none gets another's."""
    with Captures(tmp_path, LIMIT) as captures:
        digest = captures.write(page(1, source="bao"))
        captures.write(page(1, source="bao_moi", when=NOW + HOUR))

        read = captures.read(digest, page(1).url, source="bao_moi")
        assert (read.source, read.fetched_at) == ("bao_moi", NOW + HOUR)
        with pytest.raises(CaptureError):
            captures.read(digest, page(1).url, source="khac")


def test_one_body_under_many_addresses_is_found_among_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F5: looking up one address of a thousand with the same bytes opens one record, not all."""
    opened: list[Entry] = []
    read = Captures._record

    def noted(captures: Captures, entry: Entry) -> RawPage | None:
        opened.append(entry)
        return read(captures, entry)

    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(number, body=b"khong co gi") for number in range(300)])
        monkeypatch.setattr(Captures, "_record", noted)

        found = captures.read(sha256(b"khong co gi").hexdigest(), page(299).url, source="bao")
        assert (found.url, len(opened)) == (page(299).url, 1)


def test_what_another_process_wrote_is_found(tmp_path: Path) -> None:
    """A reader that is open sees what is written later, while it is being written."""
    reader = Captures(tmp_path, LIMIT)
    with pytest.raises(CaptureError):
        reader.read(page(1).sha256)

    with Captures(tmp_path, LIMIT) as writer:
        writer.write(page(1))

        assert reader.read(page(1).sha256).body == page(1).body
    assert reader.read(page(1).sha256).body == page(1).body


def test_a_missing_capture_is_told(tmp_path: Path) -> None:
    """The error names the hash."""
    with pytest.raises(CaptureError, match="abc"):
        Captures(tmp_path, LIMIT).read("abc")


def test_captures_are_told_by_source_oldest_first(tmp_path: Path) -> None:
    """Whatever file they lie in, and in whatever order they were written."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(2, when=NOW + HOUR))
        captures.write_all([page(1), page(3, source="khac")])

    captures = Captures(tmp_path, LIMIT)
    assert captures.sources() == ["bao", "khac"]
    assert [captures.page(each).url for each in captures.scan("bao")] == [page(1).url, page(2).url]


def test_a_listing_is_kept_and_not_replayed(tmp_path: Path) -> None:
    """Its bytes are found by hash; among the pages it is not, also after the index is lost."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1)], listings=[page(2), page(2, when=NOW + HOUR)])
    for index in (tmp_path / "_index").iterdir():
        index.unlink()

    captures = Captures(tmp_path, LIMIT)
    assert [captures.page(each).url for each in captures.scan("bao")] == [page(1).url]
    assert captures.read(page(2).sha256, page(2).url).body == page(2).body
    assert len(records(tmp_path)) == 2


def test_damage_is_told(tmp_path: Path) -> None:
    """A record whose bytes changed is an error that names its file, never another page."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(1))
    (file,) = files(tmp_path)
    size = file.stat().st_size
    record = gzip.decompress(file.read_bytes()).replace("rút".encode(), b"tan")
    file.write_bytes(gzip.compress(record)[:size].ljust(size, b"\0"))

    with pytest.raises(CaptureError, match=f"damaged|{file.name}"):
        Captures(tmp_path, LIMIT).read(page(1).sha256)


def test_a_day_has_one_file_until_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many small runs take up the same file; a full one is followed by another; all are read."""
    for number in range(3):
        with Captures(tmp_path, LIMIT) as captures:
            captures.write(page(number))
    assert len(files(tmp_path)) == 1

    monkeypatch.setattr("kiemchung.captures.FILE_BYTES", 300)
    monkeypatch.setattr(module, "FILE_BYTES", 300)
    with Captures(tmp_path, LIMIT) as captures:
        for number in range(3, 6):
            captures.write(page(number))
    assert len(files(tmp_path)) > 2
    again = Captures(tmp_path, LIMIT)
    assert [again.read(page(n).sha256).body for n in range(6)] == [page(n).body for n in range(6)]


def test_many_sources_need_few_handles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that reads many sources lets go of the file that it has held longest."""
    monkeypatch.setattr("kiemchung.captures.WRITERS", 2)
    with Captures(tmp_path, LIMIT) as captures:
        for number in range(5):
            captures.write(page(number, source=f"bao_{number}"))

        assert len(files(tmp_path)) == 3
    assert len(records(tmp_path)) == 5


def test_two_that_write_at_once_have_a_file_each(tmp_path: Path) -> None:
    """Nobody writes into another's file."""
    with Captures(tmp_path, LIMIT) as one, Captures(tmp_path, LIMIT) as two:
        one.write(page(1))
        two.write(page(2))
        one.write(page(3))

        assert two.read(page(3).sha256).body == page(3).body
    assert len(files(tmp_path)) == 2
    assert sorted(url for _, url in records(tmp_path)) == [page(n).url for n in (1, 2, 3)]
