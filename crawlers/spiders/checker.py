"""A fact-check publisher: a data feed that is itself the page, or what lists pages with checks."""

from scrapy.http import Response

from crawlers.links import Links, ListingFault
from crawlers.markup import tags
from crawlers.packing import GZIP
from crawlers.spiders.base import PageSpider
from crawlers.spiders.feed import SPACE, is_json_feed, read_feed
from crawlers.spiders.listing import read_listing, text_of
from crawlers.spiders.sitemap import read_sitemap

HEAD = 4_096
"""Characters at the beginning of a page that tell what it is."""
FEEDS = frozenset({"rss", "feed", "rdf"})
SITEMAPS = frozenset({"urlset", "sitemapindex"})


class CheckerSpider(PageSpider):
    """Reads fact-check publishers, whichever way they list their checks."""

    name = "checker"

    def keeps(self, response: Response) -> bool:
        """Tell whether this is a data feed: JSON, and no JSON feed of pages."""
        return is_json(response.body) and not is_json_feed(response.body)

    def leads_to(self, response: Response) -> Links:
        """Return a data feed itself, so that it counts as listed when it says 304, too."""
        return Links(pages=(response.url,)) if is_json(response.body) else Links()

    def read_listing(self, response: Response) -> Links:
        """Return the pages that a feed, a sitemap or an HTML listing names."""
        if is_json(response.body):
            return read_feed(response.body)
        if response.body.startswith(GZIP):
            return self._sitemap(response)
        text = text_of(response)
        root = next((tag.name.rpartition(":")[2] for tag in tags(text[:HEAD])), "")
        if root in FEEDS:
            return read_feed(response.body)
        if root in SITEMAPS:
            return self._sitemap(response)
        if not self.source.follow:
            raise ListingFault("neither feed nor sitemap; an HTML listing needs `follow`")
        return read_listing(text, response.url, self.source)

    def _sitemap(self, response: Response) -> Links:
        return read_sitemap(response.body, self.crawler.settings.getint("DOWNLOAD_MAXSIZE"))


def is_json(body: bytes) -> bool:
    """Tell whether `body` begins as a JSON object or list does."""
    return body.lstrip(SPACE).startswith((b"{", b"["))
