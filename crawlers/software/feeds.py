"""What account feeds have in common: RSS or Atom whose entries are the messages themselves."""

from collections.abc import Iterator

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from crawlers.canonical import host_of
from crawlers.links import ListingFault, bare
from crawlers.markup import check_shape
from crawlers.software.reading import MESSAGES, read_text
from crawlers.source import Source
from crawlers.strict_xml import children, entries_of, parse_xml
from kiemchung.errors import ExtractionError
from kiemchung.records import RawPage


def entries(page: RawPage) -> Iterator[etree._Element]:
    """Yield the entries of the feed `page`, in its order.

    Raises:
        ExtractionError: it is of a wrong type, too large, no XML, or declares entities.
    """
    read_text(page)
    try:
        root = parse_xml(page.body)
    except ListingFault as fault:
        raise ExtractionError(f"feed: {fault}") from fault
    yield from entries_of(root)[:MESSAGES]


def address(entry: etree._Element, page: RawPage, source: Source) -> str:
    """Return the address of the entry's message; "" where it is none of the source's own."""
    for link in children(entry, "link"):
        url = bare(page.url, (link.get("href") or link.text or "").strip())
        if link.get("rel", "alternate") == "alternate" and (host := host_of(url)):
            return url if host in source.all_hosts else ""
    return ""


def html(text: str) -> HtmlElement:
    """Return the tree of an entry's HTML.

    Raises:
        ExtractionError: it is of a hostile shape.
    """
    check_shape(text)
    return lxml.html.fragment_fromstring(text, create_parent="div")
