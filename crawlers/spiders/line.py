"""The addresses that wait to be asked for: each once, no more than a source's share, held small."""

from collections import deque
from enum import Enum
from urllib.parse import urldefrag

from w3lib.url import safe_url_string

from crawlers.canonical import bare, same_listing
from crawlers.ledger import Ledger
from crawlers.source import Source
from crawlers.visits import Ask

LISTINGS = 50
"""Listing pages that are read in one run."""
STEPS = 50
"""Pages in a row that lead to each other: a thread's, a channel's older ones."""


class Put(Enum):
    """What became of an address that was put into the line."""

    WAITS = "waits"
    OVER = "over"  # the run has had enough of its kind
    TAKEN = "taken"  # somebody asks for this very address in this run
    DOUBLE = "double"  # the same listing, written differently, is asked for


def asked_as(url: str) -> str:
    """Return the address at which a page that is named as `url` is asked for."""
    return safe_url_string(bare(url))


class Line:
    """One source's line, first in, first out."""

    def __init__(self, source: Source, ledger: Ledger) -> None:
        """Let nobody in whom another line of `ledger` has."""
        self._source = source
        self._ledger = ledger
        self._waiting: deque[Ask] = deque()
        self._listed: set[int] = set()
        self._listings = 0

    @property
    def listed(self) -> int:
        """Return how many pages were listed, further ones that a limit cut off not counted."""
        return len(self._listed)

    def put(self, ask: Ask) -> tuple[Ask, Put]:
        """Let `ask` wait, unless it is one too many; return it as it will be asked."""
        top = safe_url_string(urldefrag(ask.url).url) if ask.top else ""
        ask = ask._replace(url=top or asked_as(ask.url))
        if self._is_over(ask):
            return ask, Put.OVER
        is_double = ask.listing and not self._ledger.claim(f"listing {same_listing(ask.url)}")
        # A redirect may lead to the same listing written differently: https, a last slash.
        if is_double and not ask.hops and not self._ledger.is_claimed(ask.url):
            return ask, Put.DOUBLE
        if not self._ledger.claim(ask.url):
            return ask, Put.TAKEN
        self._waiting.append(ask)
        return ask, Put.WAITS

    def take(self, number: int) -> list[Ask]:
        """Let at most `number` go, in the order in which they came."""
        return [self._waiting.popleft() for _ in range(min(number, len(self._waiting)))]

    def count_page(self, url: str) -> None:
        """Count a listing that is a page as listed."""
        self._listed.add(hash(url))

    def _is_over(self, ask: Ask) -> bool:
        """Count `ask` in, or tell that the run has had enough of its kind."""
        if ask.steps > STEPS:
            return True
        if ask.listing:
            self._listings += 1
            return self._listings > LISTINGS
        if ask.hops or not ask.root:
            return False
        if len(self._listed) >= self._source.max_posts:
            return hash(ask.url) not in self._listed
        self._listed.add(hash(ask.url))
        return False
