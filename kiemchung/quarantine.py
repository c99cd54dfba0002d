"""What broke a stage: told, and driven again from its capture by the present version."""

from collections.abc import Iterator, Sequence

import msgspec

from crawlers.worker import Workers
from kiemchung.crawl_state import Seen
from kiemchung.crawl_state.pages import LISTING_FAULT
from kiemchung.errors import CaptureError
from kiemchung.ingest import Ingest, ingest_pages, ingest_pending
from kiemchung.ingest.quarantines import LISTING, lift, quarantined
from kiemchung.pipeline import Progress, batched, silent
from kiemchung.records import PageFate, Quarantined, RawPage
from kiemchung.store.base import Store
from kiemchung.vocabulary import Fate

BATCH = 100
PAST = frozenset({Fate.NEW, Fate.CHANGED, Fate.UNCHANGED, Fate.DUPLICATE, Fate.NO_TEXT})
"""Fates after which an older capture of a page is of no use."""


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries were driven again, how many of them are gone, and those that broke again."""

    driven: int
    mended: int
    left: tuple[Quarantined, ...]


def entries(
    store: Store, *, stage: str = "", source: str = "", limit: int | None = None
) -> Iterator[Quarantined]:
    """Yield the entries of `stage` and `source` (all, where "") in the store, newest first."""
    where = {name: value for name, value in (("stage", stage), ("source", source)) if value}
    return store.scan(Quarantined, where, sort="at", descending=True, limit=limit)


def causes(store: Store) -> dict[tuple[str, str], int]:
    """Count the entries by stage and cause, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for entry in store.scan(Quarantined):
        counts[entry.stage, entry.cause] = counts.get((entry.stage, entry.cause), 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def note_listings(parts: Ingest, run: str) -> int:
    """Put the listings that `run` could not read into quarantine, and take out those that it could.

    Returns how many could not be read. Idempotent.

    Raises:
        StoreError: store or crawl state can't be reached.
    """
    broken = 0
    for batch in batched(parts.state.captured.listings(run), BATCH):
        faults = [fate for fate in batch if fate.fate is not Fate.LISTING]
        parts.store.put([_listing_entry(fate, fate.detail) for fate in faults])
        lift(parts.store, (fate for fate in batch if fate.fate is Fate.LISTING), LISTING)
        broken += len(faults)
    return broken


def retry(
    parts: Ingest, wanted: Sequence[Quarantined], *, page_bytes: int, progress: Progress = silent
) -> Retried:
    """Drive `wanted` again through their stages, from their captures, without a request.

    What succeeds leaves quarantine, and its page's fate in its run is settled anew; what breaks
    again tells its present cause and version. Killed anywhere, the next extraction goes on. What
    waits for extraction at the same sources is extracted too.

    Raises:
        StoreError, CaptureError: store, crawl state or captures can't be reached or written.
    """
    listings = [entry for entry in wanted if entry.stage == LISTING]
    pages = [entry for entry in wanted if entry.stage != LISTING]
    if listings:
        _retry_listings(parts, listings, page_bytes)
    for batch in batched(pages, BATCH):
        _retry_pages(parts, batch, progress)
    there = parts.store.get(Quarantined, [entry.id for entry in wanted]) if wanted else {}
    left = tuple(there[entry.id] for entry in wanted if entry.id in there)
    return Retried(driven=len(wanted), mended=len(wanted) - len(left), left=left)


# --- pages --------------------------------------------------------------------------------------


def _retry_pages(parts: Ingest, batch: Sequence[Quarantined], progress: Progress) -> None:
    subjects = [entry.subject for entry in batch]
    fates, seen = parts.state.captured.fates(subjects), parts.state.look(subjects)
    again: list[PageFate] = []
    replayed: list[RawPage] = []
    for entry in batch:
        of_page = [fate for fate in fates.get(entry.subject, ()) if fate.source == entry.source]
        broke = [fate for fate in of_page if _broke(fate, entry)]
        if _is_gone(seen[entry.subject]) or (broke and _is_past(of_page, broke[-1])):
            _drop(parts.store, entry)
        elif broke:
            again.append(msgspec.structs.replace(broke[-1], fate=Fate.FETCHED, detail=""))
        elif page := _page(parts, entry):
            replayed.append(page)
    # They wait for extraction again, like any page that was fetched: the pass that follows settles
    # them, or, where this one is killed, the next one.
    parts.state.record(again)
    ingest_pending(parts, progress, only={entry.source for entry in batch})
    with Workers() as workers:
        for _ in ingest_pages(parts, replayed, workers):
            pass


def _broke(fate: PageFate, entry: Quarantined) -> bool:
    return fate.fate is Fate.QUARANTINED and fate.capture == entry.capture


def _is_gone(seen: Seen) -> bool:
    """Tell whether the page's owner took it away: that leaves no capture, and may be a redirect."""
    return seen.known is not None and seen.known.gone_at is not None


def _is_past(fates: Sequence[PageFate], broke: PageFate) -> bool:
    """Tell whether the page was read since it `broke`."""
    return any(fate.at > broke.at and fate.fate in PAST for fate in fates)


def _page(parts: Ingest, entry: Quarantined) -> RawPage | None:
    """Return the page of `entry`; None where it can't be had, which is its cause then."""
    try:
        if entry.source not in parts.sources:
            raise CaptureError(f"source {entry.source} is gone; put its file back")  # noqa: TRY301
        return parts.captures.read(entry.capture, entry.subject, source=entry.source)
    except CaptureError as error:
        parts.store.put([_told(entry, str(error), entry.stage_version)])
        return None


# --- listings -----------------------------------------------------------------------------------


def _retry_listings(parts: Ingest, wanted: Sequence[Quarantined], page_bytes: int) -> None:
    """Read captured listings again; what they name is asked for by the next crawl."""
    from crawlers.ledger import Ledger
    from crawlers.listings import VERSION, listing_fault

    ledger = Ledger("", parts.captures, parts.state, lambda _: None)
    fates = parts.state.captured.fates([entry.subject for entry in wanted])
    for entry in wanted:
        page = _page(parts, entry)
        if page is None:
            continue
        fault = listing_fault(page, parts.sources[entry.source].source, ledger, page_bytes)
        if fault:
            parts.store.put([_told(entry, f"{LISTING_FAULT} {fault}", VERSION)])
            continue
        read = [fate for fate in fates.get(entry.subject, ()) if fate.capture == entry.capture]
        failed = [fate for fate in read if fate.fate is Fate.FAILED]
        parts.state.record(
            [msgspec.structs.replace(fate, fate=Fate.LISTING, detail="") for fate in failed]
        )
        _drop(parts.store, entry)


def _listing_entry(fate: PageFate, cause: str) -> Quarantined:
    from crawlers.listings import VERSION

    return quarantined(fate, LISTING, VERSION, cause)


def _told(entry: Quarantined, cause: str, version: str) -> Quarantined:
    return msgspec.structs.replace(
        entry, cause=cause, stage_version=version, revision=entry.revision + 1
    )


def _drop(store: Store, entry: Quarantined) -> None:
    store.expire(Quarantined, [entry.id])
