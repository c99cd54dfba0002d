"""Pages named by a sitemap (sitemaps.org 0.9), its index files, gzip and news extension."""

from collections.abc import Iterator

from lxml import etree
from scrapy.http import Response

from crawlers.links import Links, ListingFault, iso
from crawlers.spiders.base import PageSpider
from crawlers.strict_xml import children, gunzip, local_name, parse_xml

DATES = ("{*}lastmod", "{*}publication_date")


class SitemapSpider(PageSpider):
    """Reads sitemaps."""

    name = "sitemap"

    def read_listing(self, response: Response) -> Links:
        """Return the pages or further sitemaps that this one names, newest first."""
        return read_sitemap(response.body, self.crawler.settings.getint("DOWNLOAD_MAXSIZE"))


def read_sitemap(body: bytes, limit: int) -> Links:
    """Return what the sitemap in `body` names, unpacked to at most `limit` bytes, newest first.

    Raises:
        ListingFault: it is none.
    """
    root = parse_xml(gunzip(body, limit))
    kind = local_name(root)
    if kind == "sitemapindex":
        return Links(listings=tuple(url for _, url in _newest_first(root, "sitemap")))
    if kind == "urlset":
        pages = _newest_first(root, "url")
        changed = {url: when for date, url in pages if (when := iso(date))}
        return Links(tuple(url for _, url in pages), changed=changed)
    raise ListingFault("neither sitemap nor index of sitemaps")


def _newest_first(root: etree._Element, name: str) -> list[tuple[str, str]]:
    """Return the date and the address of each entry."""
    entries = [(_date(entry), url) for entry in children(root, name) for url in _urls(entry)]
    # Stable: what has no date keeps its order, behind what has one.
    return sorted(entries, key=lambda entry: entry[0], reverse=True)


def _urls(entry: etree._Element) -> Iterator[str]:
    for loc in children(entry, "loc"):
        if loc.text and loc.text.strip():
            yield loc.text.strip()


def _date(entry: etree._Element) -> str:
    """Return the entry's latest date as written: W3C dates order as text, near enough here."""
    dates = ((e.text or "").strip() for e in entry.iter(*DATES))
    return max(dates, default="")
