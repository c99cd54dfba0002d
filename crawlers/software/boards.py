"""What a forum's boards and threads lead to, read from their links alone: linear, no tree."""

import re
from collections.abc import Iterator
from datetime import datetime

from crawlers.links import Link, Links, iso, linked_tags, links_of
from crawlers.markup import first_tags
from crawlers.software.reading import Forum, Place
from crawlers.source import Source


class _Board:
    """The threads of a board as they are met, in its order."""

    def __init__(self, forum: Forum, source: Source) -> None:
        self._forum = forum
        self._source = source
        self._follow = re.compile(source.follow)
        self._last: dict[str, Place] = {}
        self._changed: dict[str, datetime] = {}
        self._listings: dict[str, None] = {}
        self._others: dict[str, None] = {}
        self._thread = ""

    def meet(self, link: Link) -> None:
        """Take a link of the board for what it leads to."""
        place = self._forum.place(link.url)
        if link.is_next(self._source.next_page):
            self._listings[link.url] = None
        elif link.tag == "a" and place is not None:
            self._thread = place.thread if self._follow.search(place.thread) else ""
            self._meet(place)
        elif link.tag == "a" and self._follow.search(link.url):
            self._others[link.url] = None

    def _meet(self, place: Place) -> None:
        if not self._thread:
            return
        known = self._last.setdefault(place.thread, Place(place.thread, 1, place.thread))
        if place.page > known.page:
            self._last[place.thread] = place

    def date(self, when: datetime) -> None:
        """Take a date behind a thread's link for one of that thread's."""
        if self._thread:
            self._changed[self._thread] = max(when, self._changed.get(self._thread, when))

    def links(self) -> Links:
        """Return what the board leads to."""
        # Addresses that the software's own patterns don't know, as rewriting add-ons make them.
        pages = self._others if self._source.follow and not self._last else {}
        for thread, last in self._last.items():
            pages |= {thread: None, last.url: None}
        changed = {self._last[thread].url: when for thread, when in self._changed.items()}
        return Links(tuple(pages), tuple(self._listings), changed)


def read_board(forum: Forum, text: str, url: str, source: Source) -> Links:
    """Return what the board `text`, found at `url`, names: threads, and the next board.

    Each thread is named by its first page, and its last one where the board shows it. Left out
    are threads that the source's `follow` doesn't fit. Where no address is one of the software's
    own, what fits `follow` is a thread. The latest date behind a thread's link is when its last
    page changed.
    """
    board = _Board(forum, source)
    for tag, link in linked_tags(text, url):
        if link is not None:
            board.meet(link)
        elif tag.name == "time" and (when := iso(tag.attributes().get("datetime", ""))):
            board.date(when)
    return board.links()


def read_pages(forum: Forum, text: str, place: Place) -> Links:
    """Return the last page of the thread that `text`, found at `place`, knows, and the one before.

    The one before is of no news, unless it was read before this one's latest message.
    """
    linked = (forum.place(link.url) for link in links_of(text, place.url))
    pages = {each.page: each.url for each in linked if each and each.thread == place.thread}
    last = max(pages, default=0)
    before = max((page for page in pages if 1 < page < place.page), default=0)
    wanted = [last] if last > place.page else []
    latest = max(_dates(text), default=None)
    changed = {pages[before]: latest} if before and latest else {}
    return Links(tuple(pages[page] for page in [*wanted, before] if page), changed=changed)


def _dates(text: str) -> Iterator[datetime]:
    times = (t.attributes().get("datetime", "") for t in first_tags(text) if t.name == "time")
    return (when for when in map(iso, times) if when)
