"""Redirects of pages that wait to learn whether what they lead to is there."""

from typing import NamedTuple

from scrapy import Request

from kiemchung.crawl_state import Leads


class Move(NamedTuple):
    """A redirect: the request that it answered, and where it leads."""

    request: Request
    leads: Leads


class Moves:
    """The redirects of one pass. What waits has no fate yet: after a kill it is asked again."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: dict[str, list[Move]] = {}
        self._lost: set[str] = set()

    def wait(self, url: str, move: Move) -> bool:
        """Let `move` wait for the fate of `url`; tell whether it has to: not where that is lost."""
        if url in self._lost:
            return False
        self._waiting.setdefault(url, []).append(move)
        return True

    def end(self, url: str, *, is_lost: bool) -> list[Move]:
        """Return the redirects that waited for `url`; further ones will know if it is lost."""
        if is_lost:
            self._lost.add(url)
        return self._waiting.pop(url, [])

    def rest(self) -> list[Move]:
        """Return the redirects that wait in vain: nobody asks for what they lead to."""
        rest = [move for moves in self._waiting.values() for move in moves]
        self._waiting.clear()
        return rest
