"""How often a source's listings are asked: sooner after news, later after none."""

from datetime import datetime
from math import ceil

from crawlers.ledger import Ledger
from crawlers.source import Source
from crawlers.visits import Ask
from kiemchung.crawl_state import Leads, Poll
from kiemchung.crawl_state.schedule import POLL_MOST, SLACK, has_come, next_poll


class Polling:
    """The listings of one source in one pass."""

    def __init__(self, source: Source, ledger: Ledger) -> None:
        """Go on from what `ledger` says of the last time."""
        self._source = source
        self._before = ledger.polls(source)
        self._fresh: dict[str, int] = {}
        self._moved_on: dict[str, int] = {}
        self._well: set[str] = set()
        self._badly: set[str] = set()

    def is_due(self, url: str, now: datetime) -> bool:
        """Tell whether the listing at `url` is to be asked again."""
        poll = self._before.get(url)
        return poll is None or has_come(poll.due, now, POLL_MOST)

    def found(self, ask: Ask) -> None:
        """Note that a listing led to `ask`, which is new."""
        self._fresh[ask.root] = self._fresh.get(ask.root, 0) + 1

    def judge(self, ask: Ask, *, well: bool) -> None:
        """Note that a listing could be read, or what it led to could not."""
        if not well:
            self._badly.add(ask.root)
        elif ask.top:
            self._well.add(ask.root)

    def compare(self, ask: Ask, before: Leads | None, now: Leads) -> None:
        """Note whether the listing `ask` still names something of what it did at the last visit.

        What pages on can't get ahead of us: its earlier pages name the rest.
        """
        if not (ask.top and before and before.pages and now.pages) or now.listings:
            return
        if set(before.pages).isdisjoint(now.pages):
            self._moved_on[ask.root] = len(now.pages)

    def missed(self) -> list[str]:
        """Return the listings that got ahead of us: all that they name is new."""
        return [url for url, pages in self._moved_on.items() if self._fresh.get(url, 0) >= pages]

    def polls(self, began: datetime, now: datetime) -> tuple[Poll, ...]:
        """Return when to ask the listings next that were read without a fault."""
        missed = self.missed()
        polls = []
        for url in sorted(self._well - self._badly):
            fresh = self._fresh.get(url, 0)
            wait = next_poll(self._before.get(url), fresh=fresh, missed=url in missed)
            seconds, due = ceil(wait.total_seconds()), now + (1 - SLACK) * wait
            name = self._source.name
            polls.append(Poll(source=name, url=url, polled=began, seconds=seconds, due=due))
        return tuple(polls)
