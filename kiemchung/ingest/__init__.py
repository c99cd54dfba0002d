"""Captures → masked posts and fact-checks in the store, each page's fate settled exactly once."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from crawlers.drafts import Extracted, Failure
from crawlers.worker import Workers
from kiemchung.errors import CaptureError
from kiemchung.ingest.absences import tell_gone
from kiemchung.ingest.batches import each_batch
from kiemchung.ingest.parts import Ingest, Ingested, Reading
from kiemchung.ingest.posts import records_of, succeed
from kiemchung.pipeline import Progress, silent
from kiemchung.records import FactCheck, PageFate, RawPage
from kiemchung.store.base import Rejected, Store
from kiemchung.vocabulary import Fate

__all__ = ["Ingest", "Ingested", "counted", "ingest_pages", "ingest_pending", "put_checks"]

BATCH = 100
PAUSE = 0.2
"""Seconds between two looks for pages of a crawl that goes on."""


def ingest_pending(
    parts: Ingest,
    progress: Progress = silent,
    *,
    only: Collection[str] = (),
    while_: Callable[[], bool] = lambda: False,
) -> int:
    """Extract every captured page that waits, write what it yields; return how many pages.

    `only` names sources: parallel crawls leave each other's pages alone. Without it, all. As long
    as `while_` says that a crawl goes on, its pages are waited for; it is asked before each look,
    so that none is missed.

    A page that breaks goes to quarantine with its cause; the rest goes on. At the end the posts of
    pages that are gone are marked as deleted.

    Raises:
        StoreError: store or crawl state can't be reached. A repeated call takes up where it ended.
    """
    done = 0
    with Workers() as workers:
        waiting = _pending(parts, only, while_)
        for batch in each_batch(parts, _readings(parts, waiting, workers), BATCH):
            batch.write()
            done += len(batch.outcomes)
            progress("extract", done, done)
    tell_gone(parts, only)
    return done


def ingest_pages(
    parts: Ingest,
    pages: Iterable[RawPage],
    workers: Workers,
    *,
    write: bool = True,
    now: datetime | None = None,
) -> Iterator[Ingested]:
    """Write what captured `pages` yield, oldest first, and yield what became of each, in order.

    The records are those that a crawl left: what is known of a later fetch stays, what was deleted
    since is marked so, what is over its time by `now` isn't taken in, what another extractor makes
    of the same bytes is no edit. No fate of any run changes. Without `write` nothing is written:
    what is yielded is what would be.

    Raises:
        StoreError: store or crawl state can't be reached. A repeated call ends the same.
    """
    at = now or datetime.now(UTC)
    waiting = ((_fate_of(page), page) for page in pages)
    for batch in each_batch(parts, _readings(parts, waiting, workers), BATCH, at):
        if write:
            batch.write()
        yield from batch.ingested()


def put_checks(store: Store, checks: Sequence[FactCheck]) -> tuple[int, list[Rejected]]:
    """Write imported fact-checks; return how many were new or changed, and what was not taken."""
    latest = {check.id: check for check in checks}
    known = store.get(FactCheck, list(latest)) if latest else {}
    steps = [succeed(known.get(check.id), check) for check in latest.values()]
    changed = [step.record for step in steps if step.is_new or step.is_edited]
    rejected = store.put(changed)
    return len(changed) - len(rejected), rejected


def counted(fates: Mapping[str, Mapping[Fate, int]]) -> Iterator[tuple[Fate, int]]:
    """Yield the sum of each fate over all sources, in the order of `Fate`."""
    for fate in Fate:
        total = sum(by_fate.get(fate, 0) for by_fate in fates.values())
        if total:
            yield fate, total


Waiting = tuple[PageFate, RawPage | Failure]
"""A page's fate so far, and its bytes, or why there are none."""


def _pending(parts: Ingest, only: Collection[str], while_: Callable[[], bool]) -> Iterator[Waiting]:
    """Yield the pages that wait, each once, and those that come while a crawl goes on."""
    taken: set[tuple[str, str]] = set()
    while True:
        goes_on, found = while_(), False
        still: set[tuple[str, str]] = set()
        for fate in parts.state.pending():
            key = (fate.run, fate.url)
            still.add(key)
            if key in taken or (only and fate.source not in only):
                continue
            taken.add(key)
            found = True
            yield fate, _read(parts, fate)
        # What waits no longer was settled: only what is still on its way has to be remembered.
        taken &= still
        if not goes_on:
            return
        if not found:
            time.sleep(PAUSE)


def _read(parts: Ingest, fate: PageFate) -> RawPage | Failure:
    if fate.source not in parts.sources:
        cause = f"source {fate.source} is gone; put its file back and crawl again"
        return Failure(cause=cause, extractor="")
    try:
        return parts.captures.read(fate.capture, fate.url, fate.at, source=fate.source)
    except CaptureError as error:
        return Failure(cause=str(error), extractor="")


def _fate_of(page: RawPage) -> PageFate:
    return PageFate(
        run="",
        source=page.source,
        url=page.url,
        fate=Fate.FETCHED,
        capture=page.sha256,
        at=page.fetched_at,
    )


def _readings(parts: Ingest, waiting: Iterable[Waiting], workers: Workers) -> Iterator[Reading]:
    """Yield what each waiting page says, in order."""
    on_the_way: deque[PageFate | tuple[PageFate, Failure]] = deque()

    def pages() -> Iterator[RawPage]:
        for fate, page in waiting:
            if isinstance(page, Failure):
                on_the_way.append((fate, page))
            else:
                on_the_way.append(fate)
                yield page

    for page, result in workers.extract(pages(), lambda name: parts.sources[name]):
        yield from _lost(on_the_way)
        fate = on_the_way.popleft()
        if isinstance(fate, PageFate):
            yield _reading(parts, fate, page, result)
    yield from _lost(on_the_way)


def _lost(on_the_way: deque[PageFate | tuple[PageFate, Failure]]) -> Iterator[Reading]:
    while on_the_way and isinstance(on_the_way[0], tuple):
        fate, failure = on_the_way[0]
        on_the_way.popleft()
        yield Reading(fate, None, failure)


def _reading(parts: Ingest, fate: PageFate, page: RawPage, result: Extracted | Failure) -> Reading:
    if isinstance(result, Failure):
        return Reading(fate, page, result)
    source = parts.sources[fate.source]
    return Reading(fate, page, result, records_of(page, result, source, parts.publishers, fate.at))
