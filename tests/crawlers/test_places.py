"""Several budgets over one crawl state, as processes have them: places are shared and handed on."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from crawlers.backoff import HostResting
from crawlers.budget import PER_HOST, HostBudget
from crawlers.places import FAIR
from kiemchung.crawl_state import CrawlState
from tests.crawlers.lab import Lab

HOST = "bao.example"
SHORT = 0.02


class Host:
    """What a host sees of those who ask it."""

    def __init__(self) -> None:
        self.under_way = 0
        self.most = 0
        self.asked: Counter[int] = Counter()

    async def ask(self, who: int, budget: HostBudget, status: int = 200) -> None:
        """Ask once, in a turn of `budget`."""
        async with budget.turn(HOST) as turn:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            turn.sent()
            await asyncio.sleep(SHORT)
            self.asked[who] += 1
            self.under_way -= 1
            await turn.answered(status, "3600" if status == 429 else "")


@pytest.fixture
def state(lab: Lab) -> Iterator[CrawlState]:
    """Open a crawl state."""
    state = lab.state()
    yield state
    state.close()


@pytest.fixture
def budgets(state: CrawlState) -> Iterator[list[HostBudget]]:
    """Open three budgets of one crawl state."""
    with ExitStack() as stack:
        yield [stack.enter_context(HostBudget(state.hosts, 0.0)) for _ in range(3)]


def test_more_who_ask_than_places_take_turns(budgets: list[HostBudget]) -> None:
    """Three who never stop asking all get their share of two places, and no more are used."""
    host = Host()

    async def ask_on(who: int, budget: HostBudget, until: float) -> None:
        while asyncio.get_running_loop().time() < until:
            await host.ask(who, budget)

    async def everybody() -> None:
        until = asyncio.get_running_loop().time() + 3 * FAIR
        every = [ask_on(n, budget, until) for n, budget in enumerate(budgets) for _ in range(3)]
        await asyncio.gather(*every)

    asyncio.run(everybody())

    assert host.most == PER_HOST
    assert len(host.asked) == 3


def test_a_place_that_is_idle_goes_to_who_needs_it(budgets: list[HostBudget]) -> None:
    """One who has asked and stopped keeps no place from the next."""
    host = Host()

    async def one_after_the_other() -> None:
        for who, budget in enumerate(budgets):
            await asyncio.gather(*(host.ask(who, budget) for _ in range(4)))

    asyncio.run(one_after_the_other())

    assert host.asked == {0: 4, 1: 4, 2: 4}


def test_one_who_gives_up_waiting_leaves_no_place_taken(budgets: list[HostBudget]) -> None:
    """A request that is cancelled while it waits costs nobody a place."""
    host = Host()

    async def some_give_up() -> None:
        tasks = [asyncio.ensure_future(host.ask(0, budgets[0])) for _ in range(9)]
        await asyncio.sleep(SHORT / 2)
        for task in tasks[2:]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(host.ask(0, budgets[0]) for _ in range(4)))

    asyncio.run(some_give_up())

    assert host.asked[0] == 4 + 2


def test_what_a_host_told_one_the_others_know(budgets: list[HostBudget]) -> None:
    """Who asks after another was told to leave the host alone doesn't."""
    host = Host()

    async def told() -> None:
        await host.ask(0, budgets[0], 429)
        for budget in budgets:
            with pytest.raises(HostResting, match="Retry-After 3600 s"):
                await host.ask(1, budget)

    asyncio.run(told())

    assert host.asked == {0: 1}
