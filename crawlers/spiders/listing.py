"""Pages named by an HTML page of links, and by those that follow it."""

import re

from scrapy.http import Response

from crawlers.charset import decode
from crawlers.fates import header
from crawlers.links import Links, links_of
from crawlers.source import Source
from crawlers.spiders.base import PageSpider


class ListingSpider(PageSpider):
    """Reads HTML listings without a tree: a hostile one can't keep a parser busy."""

    name = "listing"

    def read_listing(self, response: Response) -> Links:
        """Return the links that fit the source's `follow`, and the next page."""
        return read_listing(text_of(response), response.url, self.source)


def text_of(response: Response) -> str:
    """Return the body of `response` as text."""
    return decode(response.body, header(response, "Content-Type"))


def read_listing(text: str, url: str, source: Source) -> Links:
    """Return the pages that the listing `text`, found at `url`, names, and the listing behind it.

    A page's address fits `follow`; the next listing's is marked rel=next, or fits `next_page`.
    """
    follow = re.compile(source.follow)
    pages: list[str] = []
    listings: list[str] = []
    for link in links_of(text, url):
        if link.is_next(source.next_page):
            listings.append(link.url)
        elif link.tag == "a" and follow.search(link.url):
            pages.append(link.url)
    return Links(tuple(dict.fromkeys(pages)), tuple(dict.fromkeys(listings)))
