"""Pages named by an RSS 0.9–2.0, RDF or Atom feed."""

from collections.abc import Iterator

from lxml import etree
from scrapy.http import Response

from crawlers.spiders.base import Links, ListingFault, PageSpider
from crawlers.spiders.strict_xml import children, local_name, parse_xml

ENTRIES = frozenset({"item", "entry"})
ROOTS = frozenset({"rss", "feed", "RDF"})


class FeedSpider(PageSpider):
    """Reads feeds."""

    name = "feed"

    def read_listing(self, response: Response) -> Links:
        """Return the pages of the feed, in its order (newest first, by custom)."""
        root = parse_xml(response.body)
        if local_name(root) not in ROOTS:
            raise ListingFault("neither RSS nor Atom")
        entries = (element for element in root.iter() if local_name(element) in ENTRIES)
        return Links(pages=tuple(url for entry in entries for url in _page_of(entry)))


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
