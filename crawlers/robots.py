"""The robots gate: no page before its host's robots.txt was read, and none if it can't be.

Scrapy's own lets requests through that queue before the file arrives (scrapy#6802), and
everything on 403, 5xx and time-outs.

The file is kept in the crawl state for all processes, as long as it says, an hour if it doesn't,
a day at most. A refusal counts for an hour, and for the processes that were there when it was met:
one that begins later asks again, since it is there to try again.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.address import AddressRefused
from crawlers.backoff import HostResting
from crawlers.budget import HostBudget
from crawlers.canonical import host_key
from crawlers.fates import location
from crawlers.packing import AnswerBroken
from crawlers.rules import ROBOTS_BYTES, RobotsDenied, Rules, read_answer, refused, rules_of
from kiemchung.crawl_state.robots import RobotsFile, RobotsFiles

__all__ = ["Robots", "RobotsDenied", "RobotsMiddleware", "origin_of"]

ROBOTS_META = "kiemchung_robots"
REDIRECTS = 5
REDIRECTIONS = range(300, 400)
SHORTEST = timedelta(minutes=5)
"""For how long a process doesn't ask again, whatever the answer said of its age."""
PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return scheme, host and port of `url`, in the one way in which a host is written."""
    parts = urlsplit(url)
    host = host_key(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


class Robots:
    """The rules of all hosts that one process visits."""

    def __init__(self, budget: HostBudget, files: RobotsFiles) -> None:
        """Keep what was read in `files`; tell `budget` what Crawl-delay a host asks for."""
        self._budget = budget
        self._files = files
        self._began = datetime.now(UTC)
        self._reading: dict[str, asyncio.Task[Rules]] = {}

    async def rules_for(self, url: str, crawler: Crawler) -> Rules:
        """Return the rules of the host of `url`, read through `crawler` if they must be.

        Raises:
            AddressRefused: the host must not be dialled.
            HostResting: the host is left alone.
            StoreError: the crawl state can't be reached.
        """
        origin = origin_of(url)
        if self._is_over(self._reading.get(origin)):
            self._reading[origin] = asyncio.ensure_future(self._read(origin, crawler))
        # All who wait share one task; shielded, since one who gives up must not end it for all.
        return await asyncio.shield(self._reading[origin])

    def _is_over(self, task: "asyncio.Task[Rules] | None") -> bool:
        if task is None:
            return True
        if not task.done():
            return False
        failed = task.cancelled() or task.exception() is not None
        return failed or datetime.now(UTC) >= task.result().until

    async def _read(self, origin: str, crawler: Crawler) -> Rules:
        now = datetime.now(UTC)
        file = await asyncio.to_thread(self._files.last, origin)
        is_news = file is None or not file.holds(now) or self._is_tried_again(file)
        if file is None or is_news:
            file = await _fetch(origin, crawler)
            await asyncio.to_thread(self._files.keep, file)
        rules = rules_of(file)
        if not rules.refusal:
            host = urlsplit(origin).hostname or ""
            await self._budget.ask_for(host, rules.crawl_delay, news=is_news)
        until = max(rules.until, now + SHORTEST)
        return Rules(until=until, parser=rules.parser, refusal=rules.refusal)

    def _is_tried_again(self, file: RobotsFile) -> bool:
        return bool(file.refusal) and file.read_at < self._began


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


async def _fetch(origin: str, crawler: Crawler) -> RobotsFile:
    url = f"{origin}/robots.txt"
    for _ in range(REDIRECTS + 1):
        try:
            response = await _ask(url, crawler)
        except (AddressRefused, HostResting):
            raise  # the host itself must not be dialled, or not now: the page's fate too
        except Exception as error:  # noqa: BLE001 (whatever goes wrong, the answer is no)
            said = str(error) if isinstance(error, AnswerBroken) else type(error).__name__
            return refused(origin, f"robots.txt: {said}")
        target = location(response)
        if response.status not in REDIRECTIONS or not target:
            return read_answer(origin, response)
        url = _target(url, target)
        if not url:
            return refused(origin, "robots.txt: redirected to another host")
    return refused(origin, "robots.txt: redirected without end")


async def _ask(url: str, crawler: Crawler) -> Response:
    meta = {ROBOTS_META: True, "dont_retry": True, "download_maxsize": ROBOTS_BYTES}
    request = Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True)
    return await crawler.engine.download_async(request)


def _target(url: str, location: str) -> str:
    """Return where a redirect from `url` leads; "" where that is another host, or nowhere."""
    try:
        target = urljoin(url, location)
        there, here = urlsplit(target), urlsplit(url)
        _ = there.port
    except ValueError:
        return ""
    same = host_key(there.hostname or "") == host_key(here.hostname or "")
    return target if same and there.scheme in PORTS else ""
