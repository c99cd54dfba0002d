"""How much one host is asked of: so many requests at once, so long between two beginnings.

One budget a process, shared by all its sources; a lease in the crawl state takes its place where
several processes read one host.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PER_HOST = 2
"""Requests under way to one host at once."""


class HostBudget:
    """Turns at hosts. All its users run in one event loop."""

    def __init__(self, delay: float) -> None:
        """Keep `delay` seconds between two requests to a host, unless it asks for more."""
        self._delay = delay
        self._delays: dict[str, float] = {}
        self._free_at: dict[str, float] = {}
        self._places: dict[str, asyncio.Semaphore] = {}

    def ask_for(self, host: str, delay: float) -> None:
        """Keep at least `delay` seconds between two requests to `host` (its Crawl-delay)."""
        self._delays[host] = max(delay, self._delays.get(host, self._delay))

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until `host` may be asked again, and hold a place while the request is under way."""
        place = self._places.setdefault(host, asyncio.Semaphore(PER_HOST))
        async with place:
            await self._pause(host)
            yield

    async def _pause(self, host: str) -> None:
        now = asyncio.get_running_loop().time()
        begin = max(now, self._free_at.get(host, 0.0))
        self._free_at[host] = begin + self._delays.get(host, self._delay)
        if begin > now:
            await asyncio.sleep(begin - now)
