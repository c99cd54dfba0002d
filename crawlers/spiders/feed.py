"""Pages named by an RSS 0.9–2.0, RDF, Atom or JSON feed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree
from scrapy.http import Response

from crawlers.charset import decode
from crawlers.links import Links, ListingFault, iso
from crawlers.loose_json import read_json
from crawlers.spiders.base import PageSpider
from crawlers.strict_xml import children, entries_of, local_name, parse_xml, text_of

ROOTS = frozenset({"rss", "feed", "RDF"})
JSON_FEED = "https://jsonfeed.org/version/"
SPACE = b"\xef\xbb\xbf \t\r\n"


class FeedSpider(PageSpider):
    """Reads feeds."""

    name = "feed"

    def read_listing(self, response: Response) -> Links:
        """Return the pages of the feed, in its order (newest first, by custom)."""
        return read_feed(response.body)


def read_feed(body: bytes) -> Links:
    """Return the pages that the feed in `body` names, in its order.

    Raises:
        ListingFault: it is neither RSS, RDF, Atom nor a JSON feed.
    """
    if body.lstrip(SPACE).startswith(b"{"):
        return _read_json(body)
    root = parse_xml(body)
    if local_name(root) not in ROOTS:
        raise ListingFault("neither RSS nor Atom")
    pages = [(url, _changed(entry)) for entry in entries_of(root) for url in _page_of(entry)]
    return Links(tuple(url for url, _ in pages), changed={url: when for url, when in pages if when})


def is_json_feed(body: bytes) -> bool:
    """Tell whether `body` is a feed of pages in JSON (jsonfeed.org)."""
    feed = _json(body)
    return isinstance(feed, dict) and str(feed.get("version", "")).startswith(JSON_FEED)


def _read_json(body: bytes) -> Links:
    if not is_json_feed(body):
        raise ListingFault("neither RSS nor Atom nor a feed in JSON")
    items = _json(body).get("items")
    urls = (i.get("url") for i in (items if isinstance(items, list) else ()) if isinstance(i, dict))
    return Links(pages=tuple(url.strip() for url in urls if isinstance(url, str) and url.strip()))


def _json(body: bytes) -> Any:
    try:
        return read_json(decode(body))
    except (ValueError, RecursionError):
        return None


def _changed(entry: etree._Element) -> datetime | None:
    """Return when the entry says that its page changed (Atom, or RSS with its words)."""
    return iso(text_of(entry, "updated", "modified"))


def _page_of(entry: etree._Element) -> Iterator[str]:
    """Yield the address of the entry's page; nothing where it names none."""
    urls = [*_links(entry), *_permanent_ids(entry)]
    yield from urls[:1]


def _links(entry: etree._Element) -> Iterator[str]:
    for link in children(entry, "link"):
        url = link.get("href") or link.text or ""
        if link.get("rel", "alternate") == "alternate" and url.strip():
            yield url.strip()


def _permanent_ids(entry: etree._Element) -> Iterator[str]:
    for guid in children(entry, "guid"):
        text = (guid.text or "").strip()
        if guid.get("isPermaLink", "true") == "true" and text.startswith(("http://", "https://")):
            yield text
