"""How a spider asks: addresses wait in a line, held small, and a few at a time become requests.

What a visit asks for is decided when its turn comes. What an address led to is remembered, so that
one that is not asked again leads on all the same.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.budget import HostBudget
from crawlers.canonical import host_of
from crawlers.ledger import Ledger
from crawlers.robots import Robots
from crawlers.source import Source
from crawlers.spiders.leads import next_asks
from crawlers.spiders.line import Line, Put
from crawlers.spiders.polling import Polling
from crawlers.visits import Ask, address_fault, conditions, is_due
from kiemchung.crawl_state import Leads, Seen
from kiemchung.crawl_state.schedule import is_control
from kiemchung.errors import KiemchungError

REVISITS = 500
"""Pages of a source that one run visits again though no listing names them."""
WINDOW = 100
"""Requests of one source that are held at once."""
LOOK = 50
"""Addresses that are looked up at once."""


class Visit(msgspec.Struct, frozen=True):
    """What the sources of one run share."""

    ledger: Ledger
    robots: Robots
    budget: HostBudget


class AskingSpider(Spider):
    """Asks for what waits. Subclasses answer."""

    listings_are_pages = False
    """Whether what lists is itself a page to keep, as where a channel's messages stand on it."""

    def __init__(self, source: Source, visit: Visit, **kwargs: Any) -> None:
        """Read `source` as a part of `visit`."""
        super().__init__(source.name, **kwargs)
        self.source = source
        self.visit = visit
        self._line = Line(source, visit.ledger)
        self._polling = Polling(source, visit.ledger)
        self._began = datetime.now(UTC)
        self._under_way = 0
        self._all_read = True
        self._doubles: dict[str, Ask] = {}
        self._error = ""
        self._notes: dict[str, str] = {}

    def on_page(self, response: Response) -> Iterator[Request]:
        """Take an answer."""
        raise NotImplementedError

    def on_failure(self, failure: Failure) -> Iterator[Request]:
        """Take the lack of an answer."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the source's listings, and for the pages to be visited, or tried, again."""
        ledger = self.visit.ledger
        ledger.begin(self.source)
        for url in self.source.listings:
            if ledger.only_due and not self._polling.is_due(url, self._began):
                self._all_read = False
            else:
                self._line_up(Ask(url, listing=True, root=url, top=True))
        for url in ledger.due_pages(self.source, REVISITS):
            if host_of(url) in self.source.all_hosts:
                self._line_up(Ask(url))
        for request in self._release():
            yield request

    def on_idle(self) -> None:
        """Go on with the line, should nothing else have; end where it is empty."""
        self._under_way = 0
        requests = list(self._release())
        for request in requests:
            cast("Any", self.crawler.engine).crawl(request)
        if requests:
            raise DontCloseSpider

    def _line_up(self, ask: Ask) -> bool:
        """Let an address wait for its turn; tell whether it does."""
        fault = address_fault(ask.url)
        if fault:
            # Addresses that no request can hold have no fate of a request; the run says so.
            said = f"{fault}: {ask.url[:100]!r}"
            if ask.listing:
                self._error = self._error or said
            else:
                self._notes.setdefault(fault, said)
            return False
        ask, put = self._line.put(ask)
        if ask.listing and put in {Put.TAKEN, Put.DOUBLE}:
            self._all_read = False
        if put is Put.DOUBLE:
            self._doubles[ask.url] = ask
        return put is Put.WAITS

    def _release(self) -> Iterator[Request]:
        """Yield as many requests as may be under way; what is not wanted leads on without one."""
        while self._under_way < WINDOW and (asks := self._line.take(LOOK)):
            seen = self._look(asks)
            for ask in asks:
                if self._is_wanted(ask, seen[ask.url]):
                    self._under_way += 1
                    self.visit.ledger.count(self.source, ask.url)
                    yield self._request(ask, seen[ask.url])
                else:
                    self._lead_on(ask, seen[ask.url].leads)

    def _look(self, asks: list[Ask]) -> dict[str, Seen]:
        try:
            return self.visit.ledger.look([ask.url for ask in asks])
        except KiemchungError as error:
            raise CloseSpider("unreadable") from error

    def _is_wanted(self, ask: Ask, seen: Seen) -> bool:
        ledger = self.visit.ledger
        if ask.listing and (ask.top or not self.listings_are_pages):
            if ledger.is_read(ask.url):
                self._polling.judge(ask, well=True)
                return False
            return True
        if ledger.is_done(ask.url):
            return False
        if ask.owed:
            return seen.is_new
        if ask.root and seen.is_new:
            self._polling.found(ask)
        return not ledger.only_due or is_due(ask, seen, self._began)

    def _request(self, ask: Ask, seen: Seen, *, doubted: bool = False) -> Request:
        """Return the request for `ask`; one that is `doubted` asks for the whole page, at once."""
        request = Request(
            ask.url,
            self.on_page,
            errback=self.on_failure,
            dont_filter=True,
            priority=int(doubted),
        )
        known = None if doubted or not self._may_be_conditional(ask, seen) else seen.known
        headers = conditions(known) if known else {}
        for name, value in headers.items():
            request.headers[name] = value
        control = known is not None and is_control(known, datetime.now(UTC))
        request.meta.update(
            ask=ask, seen=seen, conditional=bool(headers), control=control, doubted=doubted
        )
        return request

    def _may_be_conditional(self, ask: Ask, seen: Seen) -> bool:
        """Tell whether a 304 would do: not where it would cost what this very run had before."""
        if (ask.listing and seen.leads is None) or self.visit.ledger.is_done(ask.url):
            return False
        return self.visit.ledger.is_trusted(urlsplit(ask.url).hostname or "")

    def _lead_on(self, ask: Ask, leads: Leads | None) -> bool:
        """Let wait what an address leads to; tell whether something does."""
        nexts = next_asks(ask, leads, are_pages=self.listings_are_pages) if leads else ()
        return True in [self._line_up(each) for each in nexts]
