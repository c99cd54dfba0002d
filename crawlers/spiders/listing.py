"""Pages named by an HTML page of links, and by those that follow it."""

import re

from scrapy.http import Response

from crawlers.charset import decode
from crawlers.fates import header
from crawlers.markup import Tag, tags
from crawlers.spiders.base import Links, PageSpider, join

LINKS = frozenset({"a", "link"})


class ListingSpider(PageSpider):
    """Reads HTML listings without a tree: a hostile one can't keep a parser busy."""

    name = "listing"

    def read_listing(self, response: Response) -> Links:
        """Return the links that fit the source's `follow`, and the next page (rel=next)."""
        kind = header(response, "Content-Type")
        follow = re.compile(self.source.follow)
        pages: list[str] = []
        listings: list[str] = []
        for tag in tags(decode(response.body, kind)):
            attributes = _link(tag)
            url = join(response.url, attributes.get("href", ""))
            if "next" in attributes.get("rel", "").lower().split():
                listings.append(url)
            elif tag.name == "a" and "href" in attributes and follow.search(url):
                pages.append(url)
        return Links(tuple(dict.fromkeys(pages)), tuple(dict.fromkeys(listings)))


def _link(tag: Tag) -> dict[str, str]:
    return tag.attributes() if tag.name in LINKS and not tag.closing else {}
