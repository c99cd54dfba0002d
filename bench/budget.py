"""What the budget of a host costs a request: turns that ask nothing, over one crawl state.

`python -m bench.budget [--turns N] [--url sqlite:///…|postgresql://…]`
"""

import argparse
import asyncio
import tempfile
import time

from crawlers.budget import HostBudget
from kiemchung.crawl_state import open_crawl_state

AT_ONCE = 16
"""Requests that want a turn at once, as Scrapy's downloader has."""
LEAST_DELAY = 1e-6
"""A delay that costs its word in the crawl state, and next to no waiting."""


async def spend(budget: HostBudget, turns: int) -> None:
    """Take `turns` turns at one host."""

    async def some() -> None:
        for _ in range(turns // AT_ONCE):
            async with budget.turn("bao.example") as turn:
                turn.sent()
                await turn.answered(200, "")

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


def measure(url: str, delay: float, turns: int) -> float:
    """Return the microseconds of one turn."""
    state = open_crawl_state(url)
    with HostBudget(state.hosts, delay) as budget:
        began = time.perf_counter()
        asyncio.run(spend(budget, turns))
        took = time.perf_counter() - began
    state.close()
    return took / turns * 1e6


def main() -> None:
    """Measure, and print a line for each delay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=32_000)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{folder}/crawl_state.sqlite"
        print(f"no delay: {measure(url, 0.0, options.turns):.0f} µs a request")
        paced = measure(url, LEAST_DELAY, options.turns // 32)
        print(f"with a delay: {paced:.0f} µs a request, its wait left out")


if __name__ == "__main__":
    main()
