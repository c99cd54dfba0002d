"""Messages that stand on a channel's own page, and on the older ones behind it."""

from collections.abc import Iterable
from typing import Any

from scrapy.http import Response

from crawlers.links import Links, bare, iso, links_of
from crawlers.software import channel_of
from crawlers.software.reading import Older
from crawlers.spiders.base import PageSpider
from crawlers.spiders.listing import text_of

OLDER_PAGES = 10
"""Pages of a channel, behind its front page, that are asked for in one run."""


class ChannelSpider(PageSpider):
    """Reads channels: what lists the messages is the page that is kept.

    Older pages are asked for until one says nothing new, reaches back to the last run that ended
    well, or there were OLDER_PAGES.
    """

    name = "channel"
    listings_are_pages = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with no message met."""
        super().__init__(*args, **kwargs)
        channel = channel_of(self.source.software)
        self._older = channel.older if channel and channel.older else self._by_links
        self._met: set[str] = set()
        self._pages = 0

    def leads_to(self, response: Response) -> Links:
        """Return the page behind this one, if it may hold a message that wasn't read yet."""
        older = self._older(text_of(response), response.url)
        fresh = older.messages - self._met
        self._met |= fresh
        if not older.url or not fresh or self._was_read(older.dates):
            return Links()
        self._pages += 1
        return Links(listings=(older.url,)) if self._pages <= OLDER_PAGES else Links()

    def _was_read(self, dates: Iterable[str]) -> bool:
        """Tell whether a page with messages of `dates` reaches back to the last good run."""
        last = self.visit.ledger.last_pass(self.source)
        oldest = min((when for date in dates if (when := iso(date))), default=None)
        return last is not None and oldest is not None and oldest < last

    def _by_links(self, text: str, url: str) -> Older:
        """Read a page of no known software by its links alone: each is as good as a message."""
        links = list(links_of(text, url))
        behind = [link.url for link in links if link.is_next(self.source.next_page)]
        seen = frozenset(link.url for link in links) - set(behind) | {bare(url, "")}
        return Older(next(iter(behind), ""), seen, ())
