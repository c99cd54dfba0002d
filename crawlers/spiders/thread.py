"""Threads named by a forum's boards, and the newest pages of each."""

from collections.abc import Sequence
from typing import Any

import msgspec
from scrapy.http import Response

from crawlers.links import Links, bare
from crawlers.software import forum_of
from crawlers.software.boards import read_board, read_pages
from crawlers.software.reading import Place
from crawlers.spiders.base import PageSpider
from crawlers.spiders.listing import read_listing, text_of

THREAD_PAGES = 5
"""Pages of one thread, its first apart, that are asked for in one run: the last, and backwards."""


class ThreadSpider(PageSpider):
    """Reads forums: boards name threads; a thread's first page leads to its last, and that back.

    New messages stand on a thread's last pages, so a long thread is read from its end.
    """

    name = "thread"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with no thread met."""
        super().__init__(*args, **kwargs)
        self._forum = forum_of(self.source.software)
        self._threads: dict[str, str] = {}
        self._asked: dict[str, set[str]] = {}

    def read_listing(self, response: Response) -> Links:
        """Return the threads of a board, the last page of each where shown, and the next board."""
        text = text_of(response)
        if self._forum is None:
            links = read_listing(text, response.url, self.source)
        else:
            links = read_board(self._forum, self._forum.shown(text), response.url, self.source)
        fresh = [url for url in links.pages if url not in self._threads]
        self._threads |= {url: self._thread_of(url) for url in fresh}
        # A board without end shows its last page again, and says nothing new.
        return links if fresh else msgspec.structs.replace(links, listings=())

    def leads_to(self, response: Response) -> Links:
        """Return the last page of a thread, and the one before this; else its next page."""
        text, url = text_of(response), bare(response.url, "")
        place = self._place(url)
        if self._forum is None or place is None:
            following = read_listing(text, url, self.source).listings
            return Links(self._within_bound(url, following))
        links = read_pages(self._forum, self._forum.shown(text), place)
        return msgspec.structs.replace(links, pages=self._within_bound(url, links.pages))

    def _place(self, url: str) -> Place | None:
        return self._forum.place(url) if self._forum else None

    def _thread_of(self, url: str) -> str:
        place = self._place(url)
        return place.thread if place else url

    def _within_bound(self, url: str, pages: Sequence[str]) -> tuple[str, ...]:
        """Return those of `pages`, of the thread that `url` is of, that may be asked for."""
        thread = self._threads.setdefault(url, self._thread_of(url))
        asked = self._asked.setdefault(thread, set())
        for page in pages:
            if len(asked) < THREAD_PAGES:
                asked.add(page)
                self._threads.setdefault(page, thread)
        return tuple(page for page in pages if page in asked)
