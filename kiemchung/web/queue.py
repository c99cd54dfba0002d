"""The queue: which flags a reviewer sees, in which order, a page at a time.

Paging goes by the last flag seen, not by a count of pages: what is answered or added meanwhile
shifts nothing.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from urllib.parse import urlencode

import msgspec

from kiemchung.records import Flag
from kiemchung.store.base import Range, Store, Value
from kiemchung.vocabulary import Harm, Status

PAGE = 25
FIRST_READ = 100


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What the reviewer wants to see; read from and written to an address."""

    harm: Harm | None = None
    status: Status | None = None
    with_answered: bool = False

    def where(self) -> dict[str, Value]:
        """Return the store's filter. A settled flag is in no queue."""
        where: dict[str, Value] = {"verdict": None}
        if self.harm:
            where["label"] = self.harm.value
        if self.status:
            where["status"] = self.status.value
        return where

    def query(self, **more: str) -> str:
        """Return the part of an address, with its question mark; "" where nothing is chosen."""
        chosen = {
            "harm": self.harm.value if self.harm else "",
            "status": self.status.value if self.status else "",
            "answered": "show" if self.with_answered else "",
        }
        query = urlencode({name: value for name, value in (chosen | more).items() if value})
        return f"?{query}" if query else ""

    def replace(self, **changes: object) -> "Filters":
        """Return the filters with some of them changed."""
        return msgspec.structs.replace(self, **changes)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the queue; `after` leads to the next, "" where there is none."""

    flags: list[Flag]
    after: str


def read_filters(query: Mapping[str, str]) -> Filters:
    """Read the filters of an address; what is no filter is left out."""
    harm, status = query.get("harm", ""), query.get("status", "")
    return Filters(
        harm=Harm(harm) if harm in {*Harm} else None,
        status=Status(status) if status in {*Status} else None,
        with_answered=query.get("answered") == "show",
    )


def read_page(store: Store, filters: Filters, answered: AbstractSet[str], after: str) -> Page:
    """Return the page of the queue that begins behind the flag `after` ("" for the first)."""
    waiting = _follow(store, filters, after)
    if not filters.with_answered:
        waiting = (flag for flag in waiting if flag.id not in answered)
    flags = list(islice(waiting, PAGE + 1))
    more = len(flags) > PAGE
    return Page(flags=flags[:PAGE], after=place(flags[PAGE - 1]) if more else "")


def next_flag(
    store: Store, filters: Filters, answered: AbstractSet[str], flag: Flag
) -> Flag | None:
    """Return the flag to review after `flag`, from the top again at the end; None if none waits."""
    behind = _follow(store, filters, place(flag))
    return next(
        (
            other
            for other in chain(behind, _follow(store, filters, ""))
            if other.id not in answered and other.id != flag.id
        ),
        None,
    )


def place(flag: Flag) -> str:
    """Return a flag's place in the queue, as it stands in an address."""
    return f"{flag.priority}-{flag.id}"


def _follow(store: Store, filters: Filters, after: str) -> Iterator[Flag]:
    """Yield what stands behind the place `after`, by falling priority, then by id.

    Reads a few first, and four times as many each time they are not enough: a store sorts no more
    than it is asked for, and where many share a priority this still comes to an end.
    """
    where, seen, limit = filters.where(), _read_place(after), FIRST_READ
    while True:
        if seen:
            where["priority"] = Range(high=1 - seen[0])
        flags = list(store.scan(Flag, where, sort="priority", descending=True, limit=limit))
        for flag in flags:
            if seen is None or _key(flag) > seen:
                seen = _key(flag)
                yield flag
        if len(flags) < limit:
            return
        limit *= 4


def _key(flag: Flag) -> tuple[int, str]:
    return -flag.priority, flag.id


def _read_place(text: str) -> tuple[int, str] | None:
    priority, _, last = text.partition("-")
    if not priority.isascii() or not priority.isdigit() or len(priority) > len("100"):
        return None
    return -int(priority), last
