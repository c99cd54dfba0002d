"""The places at hosts that this process holds, of those that all processes share.

They are used again and again, and parted with when they are idle or another process waits. A
place that is held costs no more than a word in the crawl state every half second.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from typing import ParamSpec, TypeVar

from kiemchung.crawl_state.hosts import LEASE, Grant, Hosts, HostState, Renewal
from kiemchung.crawl_state.owners import new_owner
from kiemchung.errors import KiemchungError

TICK = 0.5
"""Seconds between two renewals."""
SURE = LEASE - 1.0
"""Seconds after a renewal for which a place is used; then it may soon be another's."""
IDLE = 1.0
"""Seconds for which an idle place is kept."""
FAIR = 2.0
"""Seconds after which the only place is handed on, where another process has none."""
HUNGRY, CONTENT = 0.1, 0.5
"""Seconds between two looks for a place, for one who has none, and for one who has."""

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


class _Queue:
    """One host: the places held there, and who of this process waits for one."""

    def __init__(self) -> None:
        self.state = HostState()
        self.held: dict[int, float] = {}  # ticket: the moment until which it surely is ours
        self.idle: list[int] = []
        self.waiting: deque[asyncio.Future[int]] = deque()
        self.wanted = False
        self.asking = False
        self.since = 0.0
        self.used = 0.0
        self.filler: asyncio.Task[None] | None = None

    def sure(self, ticket: int) -> bool:
        """Tell whether the place is still ours; forget it if not."""
        if self.held.get(ticket, 0.0) > time.monotonic():
            return True
        self.held.pop(ticket, None)
        return False

    def hand(self, ticket: int) -> None:
        """Hand the place to the first who waits; keep it where nobody does."""
        while self.waiting:
            future = self.waiting.popleft()
            if not future.done():
                return future.set_result(ticket)
        self.used = time.monotonic()
        self.idle.append(ticket)
        return None

    def parts(self) -> bool:
        """Tell whether a place goes to another process: the second at once, the only one later."""
        return self.wanted and (len(self.held) > 1 or time.monotonic() - self.since > FAIR)


class Places:
    """At most `size` places at each host, over all processes. All its users run in one loop."""

    def __init__(self, hosts: Hosts, size: int) -> None:
        """Take the places from `hosts`."""
        self.owner = new_owner()
        self._hosts = hosts
        self._size = size
        self._queues: dict[str, _Queue] = {}
        self._tickets = count()
        # One worker, so that what is asked of the store is done in the order of asking.
        self._worker = ThreadPoolExecutor(1, "host-places")
        self._tasks: set[asyncio.Future[None]] = set()
        self._ended = threading.Event()
        self._keeper: threading.Thread | None = None

    def call(
        self, function: Callable[Given, Returned], *args: Given.args, **kwargs: Given.kwargs
    ) -> "asyncio.Future[Returned]":
        """Let `function` ask the store, without holding up the loop, after all others so far."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._worker, partial(function, *args, **kwargs))

    def state(self, host: str) -> HostState:
        """Return how `host` fares, as was last heard."""
        return self._queue(host).state

    def note(self, host: str, state: HostState) -> None:
        """Remember how `host` fares."""
        self._queue(host).state = state

    async def take(self, host: str) -> int:
        """Wait for a place at `host`, and return its ticket, which must be given back.

        Raises:
            StoreError: the store can't be asked.
        """
        queue = self._queue(host)
        while queue.idle:
            ticket = queue.idle.pop()
            if queue.sure(ticket):
                return ticket
        self._keep_alive()
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        queue.waiting.append(future)
        self._fill_soon(host, queue)
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.give_back(host, future.result())
            raise

    def give_back(self, host: str, ticket: int) -> None:
        """Let the next one have the place: of this process, or of another."""
        queue = self._queue(host)
        if queue.sure(ticket) and not queue.parts():
            queue.hand(ticket)
            return
        if ticket in queue.held:
            queue.wanted = False
            self._part(queue, ticket)
        self._fill_soon(host, queue)

    def close(self) -> None:
        """Let go of all places. If the store can't be told, the leases end by themselves."""
        self._ended.set()
        if self._keeper is not None:
            self._keeper.join()
        with suppress(KiemchungError):
            self._worker.submit(self._hosts.leave, self.owner).result()
        self._worker.shutdown()

    def _queue(self, host: str) -> _Queue:
        return self._queues.setdefault(host, _Queue())

    def _part(self, queue: _Queue, ticket: int) -> None:
        """Give a place back to all, some time soon."""
        queue.held.pop(ticket, None)
        task = asyncio.ensure_future(self._told(ticket))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, ticket: int) -> None:
        with suppress(KiemchungError):  # the lease ends by itself
            await self.call(self._hosts.give_back, self.owner, ticket)

    def _fill_soon(self, host: str, queue: _Queue) -> None:
        if queue.filler is None and queue.waiting:
            queue.filler = asyncio.ensure_future(self._fill(host, queue))

    async def _fill(self, host: str, queue: _Queue) -> None:
        """Look for places at `host` as long as somebody waits for one."""
        try:
            while queue.waiting:
                if not await self._took(host, queue):
                    await asyncio.sleep(CONTENT if queue.held else HUNGRY)
        except KiemchungError as error:
            while queue.waiting:
                future = queue.waiting.popleft()
                if not future.done():
                    future.set_exception(error)
        finally:
            queue.filler = None

    async def _took(self, host: str, queue: _Queue) -> bool:
        if len(queue.held) >= self._size:
            return False
        waits = not queue.held
        queue.asking = True
        try:
            now, grant = await self.call(self._take, host, waits=waits)
        finally:
            queue.asking = False
        if grant is None:
            return False
        queue.since = now if waits else queue.since
        queue.held[grant.ticket] = now + SURE
        queue.state = grant.state
        queue.hand(grant.ticket)
        return True

    def _take(self, host: str, *, waits: bool) -> tuple[float, Grant | None]:
        now, ticket = time.monotonic(), next(self._tickets)
        return now, self._hosts.take(host, self.owner, ticket, places=self._size, waits=waits)

    def _keep_alive(self) -> None:
        """Renew the leases from now on, in a thread: a busy loop must not lose them."""
        if self._keeper is None:
            loop = asyncio.get_running_loop()
            self._keeper = threading.Thread(target=self._keep, args=(loop,), daemon=True)
            self._keeper.start()

    def _keep(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._ended.wait(TICK):
            if not any(queue.held for queue in list(self._queues.values())):
                continue
            # Once the loop has ended, nobody is left to be told.
            with suppress(KiemchungError, RuntimeError):
                self._worker.submit(self._renew, loop).result()

    def _renew(self, loop: asyncio.AbstractEventLoop) -> None:
        """Renew the leases. Told by the worker, so that the loop hears all of it in order."""
        now = time.monotonic()
        loop.call_soon_threadsafe(self._renewed, now, self._hosts.renew(self.owner))

    def _renewed(self, asked: float, renewals: list[Renewal]) -> None:
        """Take note of what a renewal, asked for at the moment `asked`, brought."""
        still = {renewal.ticket: renewal for renewal in renewals}
        for queue in self._queues.values():
            for ticket, until in list(queue.held.items()):
                renewal = still.pop(ticket, None)
                if renewal is not None:
                    queue.held[ticket] = asked + SURE
                    queue.state, queue.wanted = renewal.state, renewal.wanted
                elif until <= asked + SURE:  # it was ours before we asked, and isn't any more
                    del queue.held[ticket]
            self._part_idle(queue)
        for ticket, renewal in still.items():
            queue = self._queue(renewal.host)
            if not queue.asking:
                self._part(queue, ticket)  # a place that had been given up as lost

    def _part_idle(self, queue: _Queue) -> None:
        if queue.idle and (queue.wanted or time.monotonic() - queue.used > IDLE):
            for ticket in queue.idle:
                if queue.sure(ticket):
                    self._part(queue, ticket)
            queue.idle.clear()
