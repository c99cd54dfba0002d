"""What all spiders share: reading listings, keeping pages, and giving each one fate a run."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.backoff import HostResting
from crawlers.fates import FIRST, Outcome, location, of_failure, of_status, of_type
from crawlers.ledger import Ending, Entry
from crawlers.links import Links, ListingFault, join
from crawlers.source import Source
from crawlers.spiders.asking import AskingSpider, Visit
from crawlers.spiders.leads import HOME, own_leads, refused
from crawlers.spiders.line import asked_as
from crawlers.spiders.moves import Move, Moves
from crawlers.visits import Ask, raw_page, repeats_itself, seen_again, whole
from kiemchung.crawl_state import KnownPage, Leads
from kiemchung.crawl_state.pages import LISTING_FAULT
from kiemchung.crawl_state.schedule import AHEAD
from kiemchung.errors import KiemchungError
from kiemchung.records import PageFate, RawPage
from kiemchung.vocabulary import Fate

__all__ = ["PageSpider", "Visit"]

DOUBLED = Outcome(Fate.DUPLICATE, "leads to a listing that is read")
CIRCLE = Outcome(Fate.REDIRECTED, "in a circle")
MOVED = Outcome(Fate.REDIRECTED)
LOST = Outcome(Fate.REDIRECTED, "to a page that is not there")
LISTED = frozenset({Fate.LISTING, Fate.REDIRECTED, Fate.UNCHANGED, Fate.DUPLICATE, Fate.FETCHED})
"""Fates of a listing that are no error, and of a page that is there."""


class PageSpider(AskingSpider):
    """Asks for a source's listings and the pages that they name. Subclasses read the listings."""

    name = "page"

    def __init__(self, source: Source, visit: Visit, **kwargs: Any) -> None:
        """Read `source` as a part of `visit`."""
        super().__init__(source, visit, **kwargs)
        self._moves = Moves()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "PageSpider":
        """Build the spider (Scrapy's way of making one)."""
        spider: PageSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_error, signals.spider_error)
        crawler.signals.connect(spider.on_idle, signals.spider_idle)
        crawler.signals.connect(spider.on_closed, signals.spider_closed)
        return spider

    # --- what subclasses know --------------------------------------------------------------------

    def read_listing(self, response: Response) -> Links:
        """Return what the listing in `response` names.

        Raises:
            ListingFault: it is no listing of this spider's kind.
        """
        raise NotImplementedError

    def keeps(self, response: Response) -> bool:  # noqa: ARG002 (most spiders know beforehand)
        """Tell whether the listing in `response` is itself a page to keep."""
        return self.listings_are_pages

    def leads_to(self, response: Response) -> Links:  # noqa: ARG002 (most pages lead nowhere)
        """Return what a page that is kept leads to: a thread's next page, a channel's older one."""
        return Links()

    # --- what Scrapy calls -----------------------------------------------------------------------

    def on_page(self, response: Response) -> Iterator[Request]:
        """Give the page a fate, and ask for what comes next."""
        request = _asked(response)
        outcome = of_status(response, conditional=request.meta["conditional"])
        if outcome is not None and outcome.fate is Fate.UNCHANGED and request.meta["control"]:
            # Not believed this time: the very bytes are compared.
            yield self._request(request.meta["ask"], request.meta["seen"], doubted=True)
            return
        self._answer(request, response, outcome)
        yield from self._release()

    def on_failure(self, failure: Failure) -> Iterator[Request]:
        """Give a page that could not be fetched its fate, and ask for what comes next."""
        request, error = cast("Any", failure).request, failure.value
        outcome = of_failure(error)
        if isinstance(error, HostResting):
            self._error = self._error or str(error)
            outcome = request.meta.get(FIRST, outcome)
        self._settle(request, outcome)
        yield from self._release()

    def on_error(self, failure: Failure, response: Any) -> None:
        """Give a page that broke the spider its fate; no page goes uncounted."""
        if isinstance(failure.value, CloseSpider):
            return
        detail = f"spider: {type(failure.value).__name__}"
        request = getattr(response, "request", None)
        if request is None or "settled" in request.meta:
            self._error = self._error or detail
        else:
            self._settle(request, Outcome(Fate.FAILED, detail))

    def on_closed(self, reason: str) -> None:
        """Write the rest, and how the pass ended."""
        listed = self._line.listed
        is_whole = reason == "finished"
        error = self._error or ("" if is_whole else f"ended early: {reason}")
        if not error and self._all_read and listed < self.source.min_posts:
            error = f"listed {listed} pages, expected at least {self.source.min_posts}"
        with suppress(CloseSpider):  # `end` says why
            self._settle_doubles()
            for move in self._moves.rest():
                self._move_on(move, MOVED)
        for url in self._polling.missed():
            self._notes[url] = f"{url} {AHEAD}: all that it names is new; crawl more often"
        polls = self._polling.polls(self._began, datetime.now(UTC)) if is_whole else ()
        note = "; ".join(self._notes.values())
        ending = Ending(
            listed=listed, error=error, note=note, all_listings=self._all_read, polls=polls
        )
        self.visit.ledger.end(self.source, ending)

    def _settle_doubles(self) -> None:
        """Give listings that were read under another address their fate, unless one led there."""
        outcome = Outcome(Fate.DUPLICATE, "a listing that is read under another address")
        for url, ask in self._doubles.items():
            if self.visit.ledger.claim(url):
                self.visit.ledger.count(self.source, url)
                self._polling.judge(ask, well=True)
                self._note(Entry(self._fate(url, outcome)))

    # --- answers ---------------------------------------------------------------------------------

    def _answer(self, request: Request, response: Response, outcome: Outcome | None) -> None:
        if outcome is None and request.meta["ask"].listing and not self.keeps(response):
            self._read(request, response)
        elif outcome is None:
            self._keep(request, response)
        elif outcome.fate is Fate.REDIRECTED:
            self._follow(request, response)
        elif outcome.fate is Fate.UNCHANGED:
            self._confirm(request, outcome)
        else:
            self._settle(request, outcome)

    def _confirm(self, request: Request, outcome: Outcome) -> None:
        """Believe a 304: the page is, and leads, as it did."""
        ask, seen = request.meta["ask"], request.meta["seen"]
        self._settle(request, outcome, known=seen_again(seen.known, _now()))
        self._lead_on(ask, seen.leads)

    def _read(self, request: Request, response: Response) -> None:
        """Read a listing, and let wait what it names on the source's own hosts."""
        ask, seen = request.meta["ask"], request.meta["seen"]
        page = raw_page(response, self.source.name)
        try:
            links = self.read_listing(response)
        except ListingFault as fault:
            self._settle(request, Outcome(Fate.FAILED, f"{LISTING_FAULT} {fault}"), page=page)
            return
        self._doubt(request, response, page)
        leads = own_leads(response.url, links, self.source)
        # Of its own source alone: another's copy of this listing must not silence it.
        leads_to = " ".join((self.source.name, "lists", *leads.pages, "and", *leads.listings))
        if leads.pages and not self.visit.ledger.claim(leads_to):
            self._all_read = False
            self._settle(request, Outcome(Fate.DUPLICATE, "what a listing read before leads to"))
            return
        self._polling.compare(ask, seen.leads, leads)
        leads = msgspec.structs.replace(leads, owed=self._owed(seen.leads, leads))
        known = whole(page, seen.known, polled=True)
        self._settle(request, Outcome(Fate.LISTING), known=known, leads=leads)
        self._lead_on(ask, leads)

    def _owed(self, before: Leads | None, now: Leads) -> tuple[str, ...]:
        """Return what a listing named, names no more, and was never had: a kill may do so."""
        there = set(now.pages)
        left = [u for u in (*before.owed, *before.pages) if u not in there] if before else []
        try:
            return tuple(self.visit.ledger.never_had(left)[: self.source.max_posts])
        except KiemchungError as error:
            raise CloseSpider("unreadable") from error

    def _keep(self, request: Request, response: Response) -> None:
        """Capture a page, unless it is what it was."""
        ask, seen = request.meta["ask"], request.meta["seen"]
        outcome = of_type(response)
        if outcome is not None:
            self._settle(request, outcome)
            return
        leads = own_leads(response.url, self.leads_to(response), self.source)
        page = raw_page(response, self.source.name)
        self._doubt(request, response, page)
        is_same = seen.known is not None and seen.known.capture == page.sha256
        self._settle(
            request,
            Outcome(Fate.UNCHANGED if is_same else Fate.FETCHED),
            page=None if is_same else page,
            known=whole(page, seen.known, polled=ask.top),
            leads=leads if ask.listing or seen.leads or leads != Leads() else None,
        )
        if ask.listing:
            self._line.count_page(ask.url)
        self._lead_on(ask, leads)

    def _follow(self, request: Request, response: Response) -> None:
        ask, known = request.meta["ask"], request.meta["seen"].known
        target = join(response.url, location(response))
        outcome = Outcome(Fate.REDIRECTED, refused(target, ask, self.source))
        if outcome.detail:
            # It says nothing of the page, unless that it was taken away.
            gone = outcome.detail == HOME or (known and known.gone_at)
            moved = known and seen_again(known, _now(), gone=bool(gone))
            self._settle(request, outcome, known=moved)
            return
        listings, pages = ((target,), ()) if ask.listing else ((), (target,))
        move = Move(request, Leads(pages=pages, listings=listings, moved=True))
        waits = self._lead_on(ask, move.leads)
        if ask.listing and not waits:
            outcome = DOUBLED if not ask.hops else CIRCLE
        if ask.listing or (known is None and not ask.hops):
            self._move_on(move, outcome, is_there=True)
        elif self._moves.wait(asked_as(target), move):
            request.meta["settled"] = True
            self._under_way -= 1
        else:
            self._move_on(move, LOST)

    def _move_on(self, move: Move, outcome: Outcome, *, is_there: bool = False) -> None:
        """Give a redirect its fate; `is_there` says that what it leads to is surely not gone."""
        known: KnownPage | None = move.request.meta["seen"].known
        gone = outcome is LOST or bool(known and known.gone_at and not is_there)
        moved = known and seen_again(known, _now(), gone=gone)
        self._settle(move.request, outcome, known=moved, leads=move.leads)

    def _doubt(self, request: Request, response: Response, page: RawPage) -> None:
        """Take no 304 of a host any more whose page isn't what it says that it is."""
        known: KnownPage | None = request.meta["seen"].known
        host = urlsplit(page.url).hostname or ""
        if known is None or known.capture in {"", page.sha256}:
            return
        if request.meta["doubted"] or repeats_itself(known, response):
            self._notes[host] = f"{host} says of changed pages that they are not; asked in full"
            self.visit.ledger.distrust(host, page.url)

    # --- fates -----------------------------------------------------------------------------------

    def _settle(
        self,
        request: Request,
        outcome: Outcome,
        *,
        page: RawPage | None = None,
        known: KnownPage | None = None,
        leads: Leads | None = None,
    ) -> None:
        """Give an address its fate: the one place where that is done."""
        ask, seen = request.meta["ask"], request.meta["seen"]
        request.meta["settled"] = True
        self._under_way -= 1
        if ask.listing:
            self._judge(ask, outcome)
        if outcome.fate is Fate.NOT_FOUND and seen.known is not None and self._is_page(ask):
            known = seen_again(seen.known, _now(), gone=True)
        self._tell_moves(ask.url, outcome)
        is_held = known is not None and outcome.fate is Fate.UNCHANGED and self._is_page(ask)
        capture = page.sha256 if page else known.capture if known and is_held else ""
        is_try = outcome.is_try and self._is_page(ask)
        self._note(Entry(self._fate(ask.url, outcome, capture), page, known, leads, seen, is_try))

    def _tell_moves(self, url: str, outcome: Outcome) -> None:
        """Give the redirects to `url` their fate, noted before its own: a kill loses none."""
        is_lost = outcome is LOST or outcome.fate is Fate.NOT_FOUND
        is_there = outcome.fate in LISTED and not outcome.detail
        for move in self._moves.end(url, is_lost=is_lost):
            self._under_way += 1
            self._move_on(move, LOST if is_lost else MOVED, is_there=is_there)

    def _is_page(self, ask: Ask) -> bool:
        return not ask.listing or self.listings_are_pages

    def _judge(self, ask: Ask, outcome: Outcome) -> None:
        well = outcome.fate in LISTED and not (outcome.fate is Fate.REDIRECTED and outcome.detail)
        if well and outcome.fate is Fate.UNCHANGED and self.listings_are_pages:
            self._line.count_page(ask.url)
        if outcome.fate is Fate.FETCHED and ask.top:
            self._polling.found(ask)
        if not well or outcome.fate is not Fate.REDIRECTED:
            self._polling.judge(ask, well=well)
        if not well:
            self._error = self._error or f"listing {ask.url}: {outcome.fate} {outcome.detail}"

    def _note(self, entry: Entry) -> None:
        try:
            self.visit.ledger.add(entry)
        except KiemchungError as error:
            # The book can't be kept: no page more is asked for; `end` says why.
            raise CloseSpider("unwritable") from error

    def _fate(self, url: str, outcome: Outcome, capture: str = "") -> PageFate:
        return PageFate(
            run=self.visit.ledger.run,
            source=self.source.name,
            url=url,
            fate=outcome.fate,
            capture=capture,
            detail=outcome.detail,
            at=_now(),
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _asked(response: Response) -> Request:
    if response.request is None:
        raise ListingFault("an answer without a request")
    return response.request
