"""Pages to capture, and what lies in the folder afterwards."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

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
    """Return the WARC files in `folder` that nobody writes to."""
    return sorted(folder.glob("*/*.warc.gz"))


def records(folder: Path) -> list[tuple[str, str]]:
    """Return type and address of every record in `folder`, as any WARC reader sees them."""
    return [record for file in files(folder) for record in _records(file)]


def _records(file: Path) -> list[tuple[str, str]]:
    with file.open("rb") as stream:
        return [
            (each.rec_type, each.rec_headers.get_header("WARC-Target-URI"))
            for each in ArchiveIterator(stream)
        ]
