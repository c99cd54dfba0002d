"""How much one host is asked of, over all sources and processes.

So many requests at once, so long between two beginnings, and nothing while it rests.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Self

from crawlers.backoff import LONGEST_WAIT, TOO_MANY, HostResting, Trouble, of_answer, of_error
from crawlers.canonical import host_key
from crawlers.places import Places
from kiemchung.crawl_state.hosts import Hosts, HostState

PER_HOST = 2
"""Requests under way to one host at once."""
SLACK, MOST_SLACK = 1 / 3, 0.05
"""The share of a delay, and the seconds at most, that are added for the packets' uneven way."""


class HostBudget:
    """Turns at hosts. All its users run in one event loop; other processes share the hosts."""

    def __init__(self, hosts: Hosts, delay: float) -> None:
        """Keep `delay` seconds between two requests to a host, unless it asks for more."""
        self._hosts = hosts
        self._delay = delay
        self._places = Places(hosts, PER_HOST)
        self._delays: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._left: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Hold nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let other processes have what this one holds."""
        self._places.close()

    async def ask_for(self, host: str, delay: float, *, news: bool = True) -> None:
        """Keep at least `delay` seconds between two requests to `host` (its Crawl-delay).

        Other processes are told, unless it is no `news` to them.
        """
        key = host_key(host)
        self._delays[key] = max(delay, self._delays.get(key, 0.0))
        if news:
            await self._places.call(self._hosts.asks_for, key, delay)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator["Turn"]:
        """Wait until `host` may be asked again, and hold a place while the request is under way.

        Raises:
            HostResting: the host is left alone for longer than a run waits.
            StoreError: the crawl state can't be reached.
        """
        key = host_key(host)
        self._refuse_if_left(key)
        place = await self._places.take(key)
        turn = Turn(self, key)
        try:
            await turn.wait()
            yield turn
        finally:
            try:
                await turn.end()
            finally:
                self._places.give_back(key, place)

    async def rest(self, key: str) -> None:
        """Wait until the host has rested, if it has to."""
        self._refuse_if_left(key)
        while left := self._places.state(key).rest(datetime.now(UTC)):
            if left > LONGEST_WAIT:
                self._leave(key, self._places.state(key))
            self._refuse_if_left(key)
            await asyncio.sleep(left)

    async def begin(self, key: str) -> bool:
        """Wait until a request to the host may begin; tell whether its delay is kept for us."""
        delay = wait = self._delay_of(key)
        await self.rest(key)
        while wait:
            owner = self._places.owner
            wait = await self._places.call(self._hosts.begin, key, owner, delay)
            if wait:
                await asyncio.sleep(wait)
                await self.rest(key)
        return delay > 0

    def began(self, key: str) -> "asyncio.Future[None]":
        """Tell all who wait that a request to the host began at this moment."""
        delay = self._delay_of(key)
        delay += min(delay * SLACK, MOST_SLACK)
        return self._places.call(self._hosts.began, key, self._places.owner, delay)

    def lock(self, key: str) -> asyncio.Lock | None:
        """Return what one request holds while it begins; None where several may at once.

        With a host in trouble, it is held until the request has ended.
        """
        if not self._delay_of(key) and not self.is_in_trouble(key):
            return None
        return self._locks.setdefault(key, asyncio.Lock())

    def is_in_trouble(self, key: str) -> bool:
        """Tell whether the host's last answer was a failure: then it is asked one by one."""
        return self._places.state(key).points > 0

    async def heard(self, key: str, trouble: Trouble | None) -> None:
        """Take note of how the host fared."""
        if trouble is not None:
            args = key, trouble.points, trouble.cause, trouble.rest
            state = await self._places.call(self._hosts.failed, *args)
            self._places.note(key, state)
            if state.points >= TOO_MANY:
                self._leave(key, state)
        elif self._places.state(key).points:
            self._places.note(key, await self._places.call(self._hosts.healed, key))

    def _delay_of(self, key: str) -> float:
        asked = self._delays.get(key, 0.0), self._places.state(key).crawl_delay
        return max(self._delay, *asked)

    def _leave(self, key: str, state: HostState) -> None:
        """Ask no more of the host in this run."""
        until = f"{state.rests_until:%Y-%m-%dT%H:%M:%SZ}"
        many = "too many failures in a row, the last: " if state.points >= TOO_MANY else ""
        self._left.setdefault(key, f"host is resting until {until} ({many}{state.cause})")

    def _refuse_if_left(self, key: str) -> None:
        if key in self._left:
            raise HostResting(self._left[key])


class Turn:
    """One request's turn. Whoever has it tells when the request goes out, and what came back."""

    def __init__(self, budget: HostBudget, key: str) -> None:
        """Take a turn out of `budget`."""
        self._budget = budget
        self._key = key
        self._lock: asyncio.Lock | None = None
        self._is_paced = False
        self._telling: asyncio.Future[None] | None = None
        self.is_sent = False

    async def wait(self) -> None:
        """Wait until the request may go out."""
        lock = self._budget.lock(self._key)
        if lock is not None:
            await lock.acquire()
            self._lock = lock
        self._is_paced = await self._budget.begin(self._key)

    def sent(self) -> None:
        """Tell that the request goes out now, over a connection that is there."""
        self.is_sent = True
        self._tell()
        if not self._budget.is_in_trouble(self._key):
            self._release()

    async def answered(self, status: int, retry_after: str) -> None:
        """Tell the answer's status and its Retry-After."""
        await self._budget.heard(self._key, of_answer(status, retry_after, datetime.now(UTC)))

    async def failed(self, error: Exception) -> None:
        """Tell that no answer came. What is no fault of the host doesn't count."""
        trouble = of_error(error, sent=self.is_sent)
        if trouble is not None:
            await self._budget.heard(self._key, trouble)

    async def end(self) -> None:
        """Let the next one begin."""
        self._tell()
        self._release()
        if self._telling is not None:
            await self._telling

    def _tell(self) -> None:
        """Tell that the delay begins, if it does: before another can ask for its turn."""
        if self._is_paced and self._telling is None:
            self._telling = self._budget.began(self._key)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None
