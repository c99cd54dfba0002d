"""What all spiders share: asking for pages, and giving each exactly one fate a run."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import msgspec
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.budget import HostBudget
from crawlers.fates import Outcome, header, of_failure, of_status, of_type
from crawlers.ledger import Ledger
from crawlers.robots import Robots
from crawlers.source import Source
from kiemchung.crawl_state import KnownPage
from kiemchung.errors import KiemchungError
from kiemchung.records import PageFate, RawPage
from kiemchung.vocabulary import Fate

URL_LENGTH = 2_000
"""Characters of an address that is asked for."""
LISTINGS = 50
"""Listing pages that are read in one run."""
HOPS = 5
"""Redirects that are followed in a row."""
HEADER_LENGTH = 500
"""Characters of a validator that is kept; a longer one is no validator."""


class Visit(msgspec.Struct, frozen=True):
    """What the sources of one run share."""

    ledger: Ledger
    robots: Robots
    budget: HostBudget


class Links(msgspec.Struct, frozen=True):
    """What a listing names: pages, and further listings."""

    pages: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()


class ListingFault(Exception):  # noqa: N818 (a message between the spiders, not an error of ours)
    """A listing can't be read; the text says why."""


def join(base: str, url: str) -> str:
    """Return `url` as seen from `base`; "" where that can't be read."""
    try:
        absolute = urljoin(base, url.strip())
        _ = urlsplit(absolute).port
    except ValueError:
        return ""
    return absolute


def address_fault(url: str) -> str:
    """Return why `url` can't be asked for; "" if it can."""
    if len(quote(url)) > URL_LENGTH:
        return "an address is too long"
    parts = urlsplit(url)
    return "" if parts.scheme in {"http", "https"} and parts.hostname else "no http address"


class PageSpider(Spider):
    """Asks for a source's listings and the pages that they name. Subclasses read the listings."""

    name = "page"
    listings_are_pages = False
    """Whether what lists is itself a page to keep, as where a channel's messages stand on it."""

    def __init__(self, source: Source, visit: Visit, **kwargs: Any) -> None:
        """Read `source` as a part of `visit`."""
        super().__init__(source.name, **kwargs)
        self.source = source
        self.visit = visit
        self._listed: set[str] = set()
        self._listings = 0
        self._error = ""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "PageSpider":
        """Build the spider (Scrapy's way of making one)."""
        spider: PageSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_error, signals.spider_error)
        crawler.signals.connect(spider.on_closed, signals.spider_closed)
        return spider

    def read_listing(self, response: Response) -> Links:
        """Return what the listing in `response` names.

        Raises:
            ListingFault: it is no listing of this spider's kind.
        """
        raise NotImplementedError

    def leads_to(self, response: Response) -> Links:  # noqa: ARG002 (most pages lead nowhere)
        """Return what a page that is kept leads to: a thread's next page, a channel's older one."""
        return Links()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the source's listings."""
        self.visit.ledger.begin(self.source)
        for url in self.source.listings:
            for request in self._ask(url, listing=True):
                yield request

    def on_page(self, response: Response) -> Iterator[Request]:
        """Give the page a fate, and ask for what it leads to."""
        request = _asked(response)
        outcome = of_status(response, conditional="known" in request.meta)
        if outcome is not None and outcome.fate is Fate.REDIRECTED:
            yield from self._follow(request, response)
        elif outcome is not None:
            self._settle(request, outcome)
        elif request.meta["listing"] and not self.listings_are_pages:
            yield from self._read(request, response)
        else:
            self._keep(request, response)
            yield from self._ask_all(response, self.leads_to(response))

    def on_failure(self, failure: Failure) -> None:
        """Give a page that could not be fetched its fate."""
        self._settle(cast("Any", failure).request, of_failure(failure.value))

    def on_error(self, failure: Failure, response: Response) -> None:
        """Give a page that broke the spider its fate; no page goes uncounted."""
        if not isinstance(failure.value, CloseSpider):
            detail = f"spider: {type(failure.value).__name__}"
            self._settle(_asked(response), Outcome(Fate.FAILED, detail))

    def on_closed(self, reason: str) -> None:
        """Write the rest, and how the pass ended."""
        listed = len(self._listed)
        error = self._error or ("" if reason == "finished" else f"ended early: {reason}")
        if not error and listed < self.source.min_posts:
            error = f"listed {listed} pages, expected at least {self.source.min_posts}"
        self.visit.ledger.end(self.source, listed, error)

    def _ask(self, url: str, *, listing: bool, hops: int = 0) -> Iterator[Request]:
        """Yield a request for `url`, unless it was asked for, or must not be."""
        fault = address_fault(url)
        if fault:
            # Addresses that no request can hold have no fate of a request; the run says so.
            self._error = self._error or f"{fault}: {url[:100]!r}"
            return
        bare = urldefrag(url).url
        request = Request(bare, self.on_page, errback=self.on_failure, dont_filter=True)
        if self._is_over(request.url, listing=listing, hops=hops):
            return
        if self.visit.ledger.claim(request.url, listing=listing):
            request.meta.update(listing=listing, hops=hops)
            if not listing:
                self._make_conditional(request)
            yield request

    def _is_over(self, url: str, *, listing: bool, hops: int) -> bool:
        """Count `url` in, or tell that the run has had enough of its kind."""
        if listing:
            self._listings += 1
            return self._listings > LISTINGS
        if hops:
            return False
        if len(self._listed) >= self.source.max_posts:
            return url not in self._listed
        self._listed.add(url)
        return False

    def _make_conditional(self, request: Request) -> None:
        known = self.visit.ledger.known(request.url)
        if known is None:
            return
        request.meta["known"] = known
        if known.etag:
            request.headers["If-None-Match"] = known.etag
        if known.last_modified:
            request.headers["If-Modified-Since"] = known.last_modified

    def _follow(self, request: Request, response: Response) -> Iterator[Request]:
        target = join(response.url, header(response, "Location"))
        refusal = self._refusal(target, request.meta["hops"])
        self._settle(request, Outcome(Fate.REDIRECTED, refusal))
        if not refusal:
            hops = request.meta["hops"] + 1
            yield from self._ask(target, listing=request.meta["listing"], hops=hops)

    def _refusal(self, target: str, hops: int) -> str:
        """Return why a redirect isn't followed; "" if it is."""
        if hops >= HOPS:
            return f"more than {HOPS} redirects in a row"
        if address_fault(target):
            return "to no http address"
        if urlsplit(target).hostname not in self.source.all_hosts:
            return "to another host"
        return ""

    def _read(self, request: Request, response: Response) -> Iterator[Request]:
        """Read a listing, and ask for the pages on the source's own hosts."""
        try:
            links = self.read_listing(response)
        except ListingFault as fault:
            self._settle(request, Outcome(Fate.FAILED, f"listing: {fault}"))
            return
        self._settle(request, Outcome(Fate.LISTING))
        yield from self._ask_all(response, links)

    def _ask_all(self, response: Response, links: Links) -> Iterator[Request]:
        """Ask for what `links` names on the source's own hosts."""
        for urls, listing in ((links.pages, False), (links.listings, True)):
            for url in urls:
                absolute = join(response.url, url)
                if urlsplit(absolute).hostname in self.source.all_hosts:
                    yield from self._ask(absolute, listing=listing)

    def _keep(self, request: Request, response: Response) -> None:
        """Capture a page, unless it is what it was."""
        outcome = of_type(response)
        if outcome is not None:
            self._settle(request, outcome)
            return
        page = _raw(response, self.source.name)
        known: KnownPage | None = request.meta.get("known")
        same = known is not None and known.capture == page.sha256
        fate = Outcome(Fate.UNCHANGED if same else Fate.FETCHED)
        self._note(self._fate(request, fate, page.sha256), None if same else page, _known(page))

    def _settle(self, request: Request, outcome: Outcome) -> None:
        known: KnownPage | None = request.meta.get("known")
        unchanged = outcome.fate is Fate.UNCHANGED and known is not None
        if request.meta["listing"] and outcome.fate not in {Fate.LISTING, Fate.REDIRECTED}:
            self._error = self._error or f"listing {request.url}: {outcome.fate} {outcome.detail}"
        self._note(self._fate(request, outcome, known.capture if known and unchanged else ""))

    def _note(
        self, fate: PageFate, page: RawPage | None = None, known: KnownPage | None = None
    ) -> None:
        try:
            self.visit.ledger.add(fate, page, known)
        except KiemchungError as error:
            # The book can't be kept: no page more is asked for; `end` says why.
            raise CloseSpider("unwritable") from error

    def _fate(self, request: Request, outcome: Outcome, capture: str) -> PageFate:
        return PageFate(
            run=self.visit.ledger.run,
            source=self.source.name,
            url=request.url,
            fate=outcome.fate,
            capture=capture,
            detail=outcome.detail,
            at=datetime.now(UTC),
        )


def _asked(response: Response) -> Request:
    if response.request is None:
        raise ListingFault("an answer without a request")
    return response.request


def _raw(response: Response, source: str) -> RawPage:
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return RawPage(
        url=response.url,
        source=source,
        status=response.status,
        headers=headers,
        body=response.body,
        fetched_at=datetime.now(UTC),
        sha256=sha256(response.body).hexdigest(),
    )


def _known(page: RawPage) -> KnownPage:
    validators = {name: value for name, value in page.headers if len(value) <= HEADER_LENGTH}
    return KnownPage(
        url=page.url,
        source=page.source,
        etag=validators.get("etag", ""),
        last_modified=validators.get("last-modified", ""),
        capture=page.sha256,
        checked_at=page.fetched_at,
    )
