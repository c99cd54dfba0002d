"""Where a crawl writes: captures first, then fates and validators, in small batches.

What is recorded is durable in the captures; what a kill loses was not recorded, and is fetched
again by the next run.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from crawlers.source import Source
from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState, KnownPage, SourceRun
from kiemchung.errors import KiemchungError
from kiemchung.records import PageFate, RawPage
from kiemchung.vocabulary import Fate

BATCH_PAGES = 32
BATCH_BYTES = 8_000_000
BATCH_SECONDS = 1.0

Progress = Callable[[dict[str, int]], None]
UNDONE = frozenset({Fate.REDIRECTED})
"""Fates that a repeated run asks again for: a redirect's target may not have been reached."""


class Ledger:
    """One run's book, shared by all its sources."""

    def __init__(self, run: str, captures: Captures, state: CrawlState, progress: Progress) -> None:
        """Write to `captures` and `state`; tell `progress` the pages done, by source."""
        self.run = run
        self.failure: KiemchungError | None = None
        self._captures = captures
        self._state = state
        self._progress = progress
        self._fates: dict[str, PageFate] = {}
        self._pages: list[RawPage] = []
        self._known: list[KnownPage] = []
        self._done: dict[str, int] = {}
        self._asked: set[str] = set()
        self._written_at = time.monotonic()
        self._before = {
            page.url: page.source for page in state.pages_of(run) if page.fate not in UNDONE
        }

    def begin(self, source: Source) -> None:
        """Write down that the pass over `source` began."""
        self._state.write_run(self._source_run(source, started=datetime.now(UTC)))

    def end(self, source: Source, listed: int, error: str) -> None:
        """Write down how the pass over `source` ended, and all that came before.

        Raises:
            KiemchungError: the crawl state can't be written.
        """
        with suppress(KiemchungError):  # kept in `failure`, and told as the run's error
            self.write()
        run = next(r for r in self._state.runs_of(self.run) if r.source == source.name)
        ended = self._source_run(
            source,
            started=run.started,
            ended=datetime.now(UTC),
            listed=listed,
            error=str(self.failure or error),
        )
        self._state.write_run(ended)

    def claim(self, url: str, *, listing: bool) -> bool:
        """Tell whether `url` is still to be asked for in this run, by anybody.

        A listing is always read again after a kill: it names the pages that weren't reached.
        """
        if url in self._asked:
            return False
        self._asked.add(url)
        return listing or url not in self._before

    def known(self, url: str) -> KnownPage | None:
        """Return what the page at `url` said at the last visit."""
        return self._state.validators(url)

    def add(
        self, fate: PageFate, page: RawPage | None = None, known: KnownPage | None = None
    ) -> None:
        """Note the fate of a page, with its bytes and validators; written with the next batch.

        Raises:
            KiemchungError: captures or crawl state can't be written.
        """
        self._fates[fate.url] = fate
        self._done[fate.source] = self._done.get(fate.source, 0) + 1
        if page is not None:
            self._pages.append(page)
        if known is not None:
            self._known.append(known)
        if self._is_full():
            self.write()

    def write(self) -> None:
        """Write what was noted, captures first.

        Raises:
            KiemchungError: captures or crawl state can't be written.
        """
        if self.failure is not None:
            raise self.failure
        try:
            self._captures.write_all(self._pages)
            self._state.record(list(self._fates.values()), self._known)
        except KiemchungError as error:
            self.failure = error
            raise
        for noted in (self._fates, self._pages, self._known):
            noted.clear()
        self._written_at = time.monotonic()
        self._progress(self._done)

    def _is_full(self) -> bool:
        return (
            len(self._fates) >= BATCH_PAGES
            or sum(len(page.body) for page in self._pages) >= BATCH_BYTES
            or time.monotonic() - self._written_at >= BATCH_SECONDS
        )

    def _source_run(
        self,
        source: Source,
        *,
        started: datetime,
        ended: datetime | None = None,
        listed: int = 0,
        error: str = "",
    ) -> SourceRun:
        return SourceRun(
            run=self.run,
            source=source.name,
            started=started,
            ended=ended,
            listed=listed,
            error=error,
        )
