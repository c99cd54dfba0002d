"""Where a crawl writes: captures first, then fates and what is remembered, in small batches.

What is recorded is durable in the captures; what a kill loses was not recorded, and is fetched
again by the next run, whatever its name. Addresses are held as 8-byte hashes.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec

from crawlers.source import Source
from kiemchung.captures import Captures
from kiemchung.crawl_state import (
    CrawlState,
    KnownPage,
    Leads,
    Miss,
    Notes,
    Poll,
    Seen,
    SourceRun,
)
from kiemchung.crawl_state.schedule import back_off
from kiemchung.errors import KiemchungError, StoreError
from kiemchung.records import PageFate, RawPage
from kiemchung.vocabulary import Fate

BATCH_PAGES = 32
BATCH_BYTES = 8_000_000
BATCH_SECONDS = 1.0
MOVED = timedelta(days=1)
"""How long an address that leads elsewhere is not asked itself."""

Progress = Callable[[dict[str, int]], None]
ANSWERED = frozenset({Fate.FETCHED, Fate.UNCHANGED, Fate.LISTING, Fate.REDIRECTED, Fate.DUPLICATE})
"""Fates of addresses that were had."""
LISTED_AGAIN = frozenset(Fate) - {
    Fate.FETCHED,
    Fate.NEW,
    Fate.CHANGED,
    Fate.NO_TEXT,
    Fate.SOFT_404,
    Fate.LOGIN_WALL,
    Fate.QUARANTINED,
}
"""Fates after which a repeated run reads a listing again; the others are of listings that are kept
as pages, and may wait for extraction."""


class Entry(msgspec.Struct, frozen=True):
    """What is noted of one address: its fate, its bytes where they are new, and for next time.

    `is_try` says that it is a page that was tried: if it wasn't had, it is left alone for a while.
    """

    fate: PageFate
    page: RawPage | None = None
    known: KnownPage | None = None
    leads: Leads | None = None
    seen: Seen = Seen()
    is_try: bool = True


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a pass over a source ended."""

    listed: int
    error: str = ""
    note: str = ""
    all_listings: bool = True
    polls: tuple[Poll, ...] = ()


class Ledger:
    """One run's book, shared by all its sources. `only_due` says that it asks for nothing else."""

    def __init__(
        self,
        run: str,
        captures: Captures,
        state: CrawlState,
        progress: Progress,
        *,
        only_due: bool = False,
    ) -> None:
        """Write to `captures` and `state`; tell `progress` the pages done, by source."""
        self.run = run
        self.only_due = only_due
        self.failure: KiemchungError | None = None
        self._captures = captures
        self._state = state
        self._progress = progress
        self._entries: dict[str, Entry] = {}
        self._bytes = 0
        self._done: dict[str, int] = {}
        self._began: dict[str, datetime] = {}
        self._asked: dict[str, int] = {}
        self._claims: dict[int, str] = {}
        self._distrusted = state.schedule.distrusted(datetime.now(UTC))
        self._written_at = time.monotonic()
        # What this very run did before it was killed; True where a listing is to be read again.
        self._before = {_key(p.url): p.fate in LISTED_AGAIN for p in state.pages_of(run)}

    def begin(self, source: Source) -> None:
        """Write down that the pass over `source` began."""
        self._began[source.name] = datetime.now(UTC)
        self._asked[source.name] = self._state.count_fates(self.run, source.name)
        self._state.write_run(self._source_run(source, Ending(listed=0), ended=False))

    def end(self, source: Source, ending: Ending) -> None:
        """Write down how the pass over `source` ended, and all that came before.

        When its listings are due next is written last, and only where all was written.

        Raises:
            KiemchungError: the crawl state can't be written.
        """
        with suppress(KiemchungError):  # kept in `failure`, and told as the run's error
            self.write()
        faults = (str(self.failure or ""), ending.error, self._miscounted(source.name))
        error = "; ".join(dict.fromkeys(filter(None, faults)))
        ended = msgspec.structs.replace(ending, error=error)
        self._state.write_run(self._source_run(source, ended, ended=True))
        if self.failure is None:
            self._state.schedule.write_polls(ending.polls)
            self._state.schedule.prune(datetime.now(UTC))

    def claim(self, name: str) -> bool:
        """Tell whether `name`, an address or another text, comes up for the first time."""
        key = _key(name)
        if key in self._claims:
            return False
        self._claims[key] = ""
        return True

    def is_claimed(self, name: str) -> bool:
        """Tell whether `name` came up before."""
        return _key(name) in self._claims

    def is_done(self, url: str) -> bool:
        """Tell whether this run had given `url` a fate before it was killed."""
        return _key(url) in self._before

    def is_read(self, url: str) -> bool:
        """Tell whether a listing was done before, and must not be read again: it waits."""
        return not self._before.get(_key(url), True)

    def count(self, source: Source, url: str) -> None:
        """Count `url` as asked for by `source`."""
        self._claims[_key(url)] = source.name
        if not self.is_done(url):
            self._asked[source.name] += 1

    def look(self, urls: Sequence[str]) -> dict[str, Seen]:
        """Return what is remembered of `urls`.

        Raises:
            KiemchungError: the crawl state can't be read.
        """
        with self._kept():
            return self._state.look(urls)

    def due_pages(self, source: Source, limit: int) -> list[str]:
        """Return the pages of `source` that are to be visited, or tried, again."""
        schedule, now = self._state.schedule, datetime.now(UTC)
        due = schedule.due_pages(source.name, now, limit)
        return due + schedule.due_misses(source.name, now, limit - len(due))

    def never_had(self, urls: Sequence[str]) -> list[str]:
        """Return those of `urls` that were neither had nor tried.

        Raises:
            KiemchungError: the crawl state can't be read.
        """
        with self._kept():
            return self._state.never_had(urls)

    def polls(self, source: Source) -> dict[str, Poll]:
        """Return how often the listings of `source` are asked, by address."""
        return self._state.schedule.polls(source.name)

    def last_pass(self, source: Source) -> datetime | None:
        """Return when the last pass that read all listings of `source` without a fault began."""
        polls = self.polls(source)
        times = [polls[url].polled for url in source.listings if url in polls]
        return min(times) if len(times) == len(source.listings) else None

    def is_trusted(self, host: str) -> bool:
        """Tell whether a 304 of `host` is an answer."""
        return host not in self._distrusted

    def distrust(self, host: str, url: str) -> None:
        """Take no 304 of `host` any more: `url` was not what it said."""
        self._distrusted.add(host)
        self._state.schedule.distrust(host, url, datetime.now(UTC))

    def add(self, entry: Entry) -> None:
        """Note what became of an address; written with the next batch.

        Raises:
            KiemchungError: captures or crawl state can't be written.
        """
        fate = entry.fate
        self._entries[fate.url] = entry
        self._bytes += len(entry.page.body) if entry.page else 0
        self._done[fate.source] = self._done.get(fate.source, 0) + 1
        if self._is_full():
            self.write()

    def write(self) -> None:
        """Write what was noted, captures first.

        Raises:
            KiemchungError: captures or crawl state can't be written.
        """
        if self.failure is not None:
            raise self.failure
        entries = list(self._entries.values())
        with self._kept():
            self._captures.write_all(*_captured(entries))
            self._write_notes(entries)
        self._entries.clear()
        self._bytes = 0
        self._written_at = time.monotonic()
        self._progress(self._done)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Note why the book can't be kept: the run ends with that, whatever it is."""
        try:
            yield
        except KiemchungError as error:
            self.failure = error
            raise
        except Exception as error:
            self.failure = StoreError(f"the run's book can't be kept: {type(error).__name__}")
            raise self.failure from error

    def _write_notes(self, entries: Sequence[Entry]) -> None:
        """Write what was noted; of a batch that is refused each entry alone: one costs one page."""
        try:
            self._state.write(_notes(entries))
        except (StoreError, ValueError):  # a text that is none is a ValueError
            for entry in entries:
                self._write_alone(entry)

    def _write_alone(self, entry: Entry) -> None:
        """Write what was noted of an address; where that is refused, that it failed."""
        try:
            self._state.write(_notes([entry]))
        except (StoreError, ValueError) as error:
            detail = f"can't be noted: {type(error).__name__}"
            fate = msgspec.structs.replace(entry.fate, fate=Fate.FAILED, capture="", detail=detail)
            self._state.write(_notes([Entry(fate, seen=entry.seen)]))

    def _is_full(self) -> bool:
        return (
            len(self._entries) >= BATCH_PAGES
            or self._bytes >= BATCH_BYTES
            or time.monotonic() - self._written_at >= BATCH_SECONDS
        )

    def _miscounted(self, source: str) -> str:
        """Return how the fates of `source` differ from what it asked for; "" where they don't."""
        if self.failure is not None:
            return ""
        asked, counted = self._asked[source], self._state.count_fates(self.run, source)
        if asked != counted:
            counted += self._had_by_others(source)
        return "" if asked == counted else f"asked for {asked} pages, and {counted} have a fate"

    def _had_by_others(self, source: str) -> int:
        """Count what `source` asked for and another process, in the same run, had first."""
        fates = self._state.pages_of(self.run)
        return sum(
            fate.source != source and self._claims.get(_key(fate.url)) == source for fate in fates
        )

    def _source_run(self, source: Source, ending: Ending, *, ended: bool) -> SourceRun:
        return SourceRun(
            run=self.run,
            source=source.name,
            started=self._began[source.name],
            ended=datetime.now(UTC) if ended else None,
            listed=ending.listed,
            error=ending.error,
            asked=self._asked[source.name],
            note=ending.note,
            all_listings=ending.all_listings,
        )


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())


def _captured(entries: Iterable[Entry]) -> tuple[list[RawPage], list[RawPage]]:
    """Return the bytes that are kept: those of pages, and those of listings that say nothing."""
    pages: list[RawPage] = []
    listings: list[RawPage] = []
    for entry in entries:
        if entry.page is not None:
            (listings if entry.fate.fate is Fate.FAILED else pages).append(entry.page)
    return pages, listings


def _notes(entries: Iterable[Entry]) -> Notes:
    entries = list(entries)
    misses = [miss for entry in entries if (miss := _miss(entry)) is not None]
    missed = {miss.url for miss in misses}
    return Notes(
        fates=[entry.fate for entry in entries],
        pages=[entry.known for entry in entries if entry.known],
        leads={e.fate.url: (e.fate.source, e.leads) for e in entries if e.leads is not None},
        misses=misses,
        had=[e.fate.url for e in entries if e.seen.miss and e.fate.url not in missed],
    )


def _miss(entry: Entry) -> Miss | None:
    """Return the miss that `entry` is; None where its page was had, or is known to be gone."""
    fate = entry.fate
    if (
        not entry.is_try
        or entry.known is not None
        or (fate.fate in ANSWERED and fate.fate is not Fate.REDIRECTED)
    ):
        return None
    count = entry.seen.miss.count + 1 if entry.seen.miss else 1
    wait = MOVED if fate.fate is Fate.REDIRECTED else back_off(count)
    return Miss(url=fate.url, source=fate.source, count=count, due=fate.at + wait)
