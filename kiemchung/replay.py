"""Captures → posts once more, without a request: what lives is rebuilt, what expired stays gone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from crawlers.worker import Workers
from kiemchung.captures import Captured
from kiemchung.crawl_state import KnownPage
from kiemchung.crawl_state.schedule import DELETED_DAYS, next_revisit
from kiemchung.differences import Differences
from kiemchung.errors import CaptureError
from kiemchung.ingest import Ingest, ingest_pages
from kiemchung.pipeline import Progress, batched, silent
from kiemchung.records import FactCheck, Match, PageFate, Post, RawPage
from kiemchung.retention import is_check_worthy
from kiemchung.settings import Settings
from kiemchung.triage import Spread, raise_flags
from kiemchung.vocabulary import SourceKind
from nlp.analysis import Analyser, Prepared

BATCH = 50
"""Captures that are looked up at once; their bytes are held."""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay came to: pages read, what differs by source, and what was left out.

    `lost` counts captures that are damaged, or went while they were read; `unknown` names the
    sources of captures whose files are gone.
    """

    pages: int
    lost: int
    unknown: tuple[str, ...]
    differences: Mapping[str, Differences]


def replay(  # noqa: PLR0913 (what is replayed, and how)
    parts: Ingest,
    settings: Settings,
    *,
    only: Collection[str] = (),
    write: bool = True,
    now: datetime | None = None,
    progress: Progress = silent,
) -> Replayed:
    """Extract every living capture anew and write what it yields, as the crawls did that left it.

    `only` names sources; without it, all. Without `write` nothing is written, and the differences
    are those that there would be. A post whose time is over by `now` isn't taken in: it counts
    from its page's first fetch, or from its capture where the crawl state doesn't know. Killed
    anywhere, a repeated call ends the same. Posts that are not found any more stay until their
    time is over.

    Raises:
        StoreError, CaptureError: store, crawl state or captures can't be reached or read.
    """
    at = now or datetime.now(UTC)
    living = msgspec.structs.replace(parts, lives=Survivors(parts, settings, at).lives)
    there = [name for name in parts.captures.sources() if not only or name in only]
    differences: dict[str, Differences] = {}
    pages = lost = 0
    with Workers() as workers:
        for name in sorted(set(there) & parts.sources.keys(), key=lambda name: _turn(parts, name)):
            met = Meetings(parts, name, write=write)
            found = differences[name] = Differences()
            for done in ingest_pages(living, met, workers, write=write, now=at):
                found.add(done)
                pages += 1
                progress("replay", pages, pages)
            found.close(parts.store, name, met.hashes)
            lost += met.lost
    unknown = tuple(name for name in there if name not in parts.sources)
    return Replayed(pages=pages, lost=lost, unknown=unknown, differences=differences)


def _turn(parts: Ingest, name: str) -> tuple[bool, str]:
    """Fact-checkers come first: their checks decide which of the older posts live."""
    return parts.sources[name].source.kind is not SourceKind.FACT_CHECKER, name


class Meetings:
    """The times that pages of one source were fetched, oldest first, as runs took note of them."""

    def __init__(self, parts: Ingest, source: str, *, write: bool) -> None:
        """Read those of `source`; with `write`, the crawl state learns what it had forgotten."""
        self._parts = parts
        self._source = source
        self._write = write
        self.lost = 0
        self.hashes: set[bytes] = set()
        """The hashes of the captures that were read."""

    def __iter__(self) -> Iterator[RawPage]:
        """Yield the pages as they were fetched."""
        for batch in batched(self._parts.captures.scan(self._source), BATCH):
            pages = [page for each in batch if (page := self._page(each)) is not None]
            fates = self._parts.state.captured.fates([page.url for page in pages])
            noted = [page for page in pages if self._is_noted(page, fates.get(page.url, ()))]
            if self._write:
                self._remember(noted)
            for page in noted:
                self.hashes.add(bytes.fromhex(page.sha256))
                yield page

    def _page(self, captured: Captured) -> RawPage | None:
        try:
            return self._parts.captures.page(captured)
        except CaptureError:
            self.lost += 1
            return None

    def _is_noted(self, page: RawPage, fates: Sequence[PageFate]) -> bool:
        """Tell whether a run took note of this fetch: one killed before is fetched again.

        A page of which no run is remembered counts as noted. Of two sources that fetched it in one
        run, the one that has its fate noted it.
        """
        if not fates:
            return True
        times = self._parts.captures.times(page.sha256, page.source, page.url)
        later = next((time for time in times if time > page.fetched_at), None)
        return any(
            (fate.source, fate.capture) == (page.source, page.sha256)
            and fate.at >= page.fetched_at
            and (later is None or fate.at < later)
            for fate in fates
        )

    def _remember(self, pages: Sequence[RawPage]) -> None:
        """Note when pages that the crawl state doesn't know were first fetched, as far as known."""
        known = self._parts.state.first_fetched([page.url for page in pages])
        forgotten = {page.url: page for page in reversed(pages) if page.url not in known}
        if forgotten:
            self._parts.state.record([], [_known(page) for page in forgotten.values()])


def _known(page: RawPage) -> KnownPage:
    """Return what is remembered of a page by its capture alone: the next visit asks in full."""
    at = page.fetched_at
    return KnownPage(
        url=page.url,
        source=page.source,
        capture="",
        checked_at=at,
        first_fetched=at,
        due=next_revisit(at, at),
    )


class Survivors:
    """Tells which posts of captures would still be in a store that never was lost."""

    def __init__(self, parts: Ingest, settings: Settings, now: datetime) -> None:
        """Ask as of `now`."""
        self._parts = parts
        self._settings = settings
        self._now = now
        self._checks: dict[str, FactCheck] = {}
        self._analyser = Analyser([])

    def lives(self, post: Post) -> bool:
        """Tell whether the time of `post` isn't over, by the rules of `kiemchung.retention`.

        An older post lives if it is check-worthy, or was flagged while it lived: by its words, or
        by a fact-check that was there in time.
        """
        age = self._now - post.fetched_at
        ordinary = timedelta(days=self._settings.post_days)
        deleted = post.deleted_at is not None and self._now - post.deleted_at > timedelta(
            days=DELETED_DAYS
        )
        if age <= ordinary and not deleted:
            return True
        read = self._read(post, post.fetched_at + ordinary)
        worthy = age <= timedelta(days=self._settings.check_worthy_days) and is_check_worthy(
            read.signals
        )
        return (worthy and not deleted) or self._is_flagged(read, age)

    def _is_flagged(self, post: Post, age: timedelta) -> bool:
        in_time = age <= timedelta(days=self._settings.flag_days)
        return in_time and bool(raise_flags(post, self._checks, self._parts.publishers, Spread()))

    def _read(self, post: Post, end: datetime) -> Post:
        """Return `post` with signals, and with matches to the checks that were there by `end`."""
        self._renew()
        text = Prepared(text=post.text, title=post.title, url=post.url, indicators=post.indicators)
        (reading,) = self._analyser.analyse([text])
        matches = tuple(match for match in reading.matches if self._was_there(match, end))
        return msgspec.structs.replace(post, signals=reading.signals, matches=matches)

    def _was_there(self, match: Match, end: datetime) -> bool:
        return self._checks[match.fact_check].fetched_at <= end

    def _renew(self) -> None:
        """Take in the checks that were replayed since."""
        if sum(self._parts.store.count(FactCheck).values()) != len(self._checks):
            self._checks = {check.id: check for check in self._parts.store.scan(FactCheck)}
            self._analyser = Analyser(list(self._checks.values()))
