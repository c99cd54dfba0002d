"""Pages in the markup of each software, written by hand, and the messages that stand on them."""

from pathlib import Path
from typing import Any

import msgspec

from crawlers.drafts import Extracted
from crawlers.software import SOFTWARE
from crawlers.source import FORUMS, Software, Source, SpiderKind
from tests.crawlers.pages import raw, source

SAVED = Path(__file__).parent / "saved"
HTML = "text/html; charset=utf-8"


class Saved(msgspec.Struct, forbid_unknown_fields=True):
    """`<page>.json`: how the page came, and what must be read out of it."""

    url: str
    content_type: str
    canonical_url: str
    drafts: list[dict[str, Any]]


def saved_pages() -> list[Path]:
    """Return the saved pages that have expected messages."""
    files = sorted(SAVED.glob("*/*.json"))
    return [next(f for f in file.parent.glob(f"{file.stem}.*ml")) for file in files]


def expected(page: Path) -> Saved:
    """Return what is expected of a saved page."""
    return msgspec.json.decode(page.with_suffix(".json").read_bytes(), type=Saved)


def source_of(software: Software, url: str, **fields: Any) -> Source:
    """Return a source of `software` whose listing is `url`."""
    spider = SpiderKind.THREAD if software in FORUMS else SpiderKind.CHANNEL
    return source(software=software, spider=spider, listings=(url,), **fields)


def extract(
    software: Software, body: str | bytes, url: str, *, content_type: str = HTML
) -> Extracted:
    """Extract a page of `software`, as its registry does."""
    page = raw(body, url=url, content_type=content_type)
    return SOFTWARE[software].extract(page, source_of(software, url))


def extract_saved(page: Path) -> Extracted:
    """Extract a saved page."""
    told = expected(page)
    software = Software(page.parent.name)
    return extract(software, page.read_bytes(), told.url, content_type=told.content_type)
