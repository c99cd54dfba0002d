"""The robots gate: no page before its host's robots.txt was read, and none if it can't be.

Scrapy's own lets requests through that queue before the file arrives (scrapy#6802), and
everything on 403, 5xx and time-outs. Here 2xx, 404 and 410 allow; all else denies (RFC 9309, and
stricter).
"""

import asyncio
import re
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import msgspec
from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.address import AddressRefused
from crawlers.budget import HostBudget

AGENT = "kiemchung"
"""The name that robots.txt knows us by."""
ROBOTS_BYTES = 512_000
ROBOTS_META = "kiemchung_robots"
REDIRECTS = 5
SUCCESSES = range(200, 300)
REDIRECTIONS = range(300, 400)
ABSENT = frozenset({404, 410})
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")


class RobotsDenied(IgnoreRequest):
    """robots.txt forbids the page, or could not be read."""


class Rules(msgspec.Struct, frozen=True):
    """What a host allows: everything (`parser` None, `refusal` ""), by rules, or nothing."""

    parser: Protego | None = None
    refusal: str = ""

    def check(self, url: str) -> None:
        """Refuse `url` unless it may be fetched.

        Raises:
            RobotsDenied: it may not; the text says why.
        """
        if self.refusal:
            raise RobotsDenied(self.refusal)
        if self.parser is not None and not self.parser.can_fetch(url, AGENT):
            raise RobotsDenied("robots.txt forbids it")


class Robots:
    """The rules of all hosts that one process visits, each read once a run."""

    def __init__(self, budget: HostBudget) -> None:
        """Tell `budget` what Crawl-delay a host asks for."""
        self._budget = budget
        self._reading: dict[str, asyncio.Task[Rules]] = {}

    async def rules_for(self, url: str, crawler: Crawler) -> Rules:
        """Return the rules of the host of `url`, read through `crawler` if they weren't yet."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._reading:
            self._reading[origin] = asyncio.ensure_future(self._read(origin, crawler))
        # All who wait share one task; shielded, since one who gives up must not end it for all.
        return await asyncio.shield(self._reading[origin])

    async def _read(self, origin: str, crawler: Crawler) -> Rules:
        rules = await _fetch(f"{origin}/robots.txt", crawler)
        delay = rules.parser.crawl_delay(AGENT) if rules.parser else None
        if delay is not None:
            self._budget.ask_for(urlsplit(origin).hostname or "", delay)
        return rules


class RobotsMiddleware:
    """Lets no request pass before the rules of its host are known and allow it."""

    def __init__(self, crawler: Crawler) -> None:
        """Read robots.txt through `crawler`."""
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """Build the gate (Scrapy's way of making one)."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the rules, then refuse what they don't allow."""
        if ROBOTS_META in request.meta:
            return
        robots: Robots = cast("Any", self._crawler.spider).visit.robots
        rules = await robots.rules_for(request.url, self._crawler)
        rules.check(request.url)


async def _fetch(url: str, crawler: Crawler) -> Rules:
    host = urlsplit(url).hostname
    for _ in range(REDIRECTS + 1):
        meta = {ROBOTS_META: True, "dont_retry": True, "download_maxsize": ROBOTS_BYTES}
        request = Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        try:
            response = await crawler.engine.download_async(request)
        except AddressRefused:
            raise  # the host itself must not be dialled; that is the page's fate too
        except Exception as error:  # noqa: BLE001 (whatever goes wrong, the answer is no)
            return Rules(refusal=f"robots.txt: {type(error).__name__}")
        location = response.headers.get("Location")
        if response.status not in REDIRECTIONS or not location:
            return read_rules(response)
        url = urljoin(url, location.decode("latin-1"))
        if urlsplit(url).hostname != host or urlsplit(url).scheme not in {"http", "https"}:
            return Rules(refusal="robots.txt: redirected to another host")
    return Rules(refusal="robots.txt: redirected without end")


def read_rules(response: Response) -> Rules:
    """Return the rules in a final answer to a request for robots.txt."""
    if response.status in ABSENT:
        return Rules()
    if response.status not in SUCCESSES:
        return Rules(refusal=f"robots.txt: status {response.status}")
    body = response.body
    if (
        len(body) > ROBOTS_BYTES
        or BINARY.search(body)
        or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    ):
        return Rules(refusal="robots.txt: too large, or no robots.txt")
    return Rules(parser=Protego.parse(body.decode("utf-8-sig", "replace")))
