"""Captures → masked posts and fact-checks in the store, each page's fate settled exactly once."""

import hashlib
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from crawlers.drafts import CheckDraft, Draft, Extracted, Failure
from crawlers.source import LoadedSource
from crawlers.worker import extract_pages
from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState
from kiemchung.errors import CaptureError
from kiemchung.masking import mask
from kiemchung.pipeline import Progress, batched, silent
from kiemchung.publishers import Publishers
from kiemchung.records import FactCheck, PageFate, Post, Quarantined, RawPage, Stored, stable_id
from kiemchung.store.base import Rejected, Store
from kiemchung.vocabulary import Fate
from nlp.analysis import prepare

BATCH = 100


class Ingest(msgspec.Struct, frozen=True):
    """What ingestion is handed. A text that is older than `longest` is not taken in again."""

    store: Store
    state: CrawlState
    captures: Captures
    sources: Mapping[str, LoadedSource]
    publishers: Publishers
    longest: timedelta = timedelta(days=90)


class _Outcome(msgspec.Struct, frozen=True):
    """What one page comes to: the records that it wants written, and its fate if they are."""

    fate: Fate
    records: tuple[Stored, ...] = ()
    detail: str = ""


Wanted = Post | FactCheck
Result = Extracted | Failure


def ingest_pending(
    parts: Ingest, progress: Progress = silent, *, only: Collection[str] = ()
) -> int:
    """Extract every captured page that waits, write what it yields; return how many pages.

    `only` names sources: parallel crawls leave each other's pages alone. Without it, all.

    A page that breaks goes to quarantine with its cause; the rest goes on.

    Raises:
        StoreError: store or crawl state can't be reached. A repeated call takes up where it ended.
    """
    done = 0
    for batch in batched(_extracted(parts, only), BATCH):
        _ingest(parts, batch)
        done += len(batch)
        progress("extract", done, done)
    return done


def put_checks(store: Store, checks: Sequence[FactCheck]) -> tuple[int, list[Rejected]]:
    """Write imported fact-checks; return how many were new or changed, and what was not taken."""
    latest = {check.id: check for check in checks}
    known = _known(store, list(latest.values()))
    changed = [_succeed(known.get(check.id), check) for check in latest.values()]
    changed = [check for check in changed if check != known.get(check.id)]
    rejected = store.put(changed)
    return len(changed) - len(rejected), rejected


def _extracted(
    parts: Ingest, only: Collection[str]
) -> Iterator[tuple[PageFate, RawPage | None, Result]]:
    """Yield what each waiting page says, in order; None for a page whose capture is gone."""
    waiting: deque[PageFate] = deque()
    lost: deque[tuple[PageFate, None, Failure]] = deque()

    def pages() -> Iterator[RawPage]:
        for fate in parts.state.pending():
            if only and fate.source not in only:
                continue
            page = _read(parts, fate)
            if isinstance(page, Failure):
                lost.append((fate, None, page))
            else:
                waiting.append(fate)
                yield page

    for page, result in extract_pages(pages(), lambda name: parts.sources[name]):
        yield waiting.popleft(), page, result
        while lost:
            yield lost.popleft()
    yield from lost


def _read(parts: Ingest, fate: PageFate) -> RawPage | Failure:
    if fate.source not in parts.sources:
        cause = f"source {fate.source} is gone; put its file back and crawl again"
        return Failure(cause=cause, extractor="")
    try:
        return parts.captures.read(fate.capture, fate.url)
    except CaptureError as error:
        return Failure(cause=str(error), extractor="")


def _ingest(parts: Ingest, batch: Sequence[tuple[PageFate, RawPage | None, Result]]) -> None:
    """Write a batch: one read of the store, one write, then the fates. Killed between, repeat."""
    first = parts.state.first_fetched([fate.url for fate, _, _ in batch])
    wanted = [_wanted(parts, page, result, first) for _, page, result in batch]
    known = _known(parts.store, [record for records in wanted for record in records])
    outcomes = []
    for (fate, page, result), records in zip(batch, wanted, strict=True):
        living = [each for each in records if each.id in known or not _is_over(each, page, parts)]
        outcome = _outcome(fate, page, result, living, known)
        known |= {record.id: record for record in outcome.records if isinstance(record, Wanted)}
        outcomes.append(outcome)
    # Of two pages that say the same the later one wins, so only the last revision is written.
    last = {record.id: record for outcome in outcomes for record in outcome.records}
    rejected = {each.id: each.cause for each in parts.store.put(list(last.values()))}
    fates = [fate for fate, _, _ in batch]
    settled = [_checked(fate, o, rejected) for fate, o in zip(fates, outcomes, strict=True)]
    parts.store.put([r for o in settled for r in o.records if isinstance(r, Quarantined)])
    # What broke is asked for again in full: a 304 would leave it broken for ever.
    parts.state.forget([f.url for f, o in zip(fates, settled, strict=True) if _is_broken(o)])
    parts.state.record(
        [
            msgspec.structs.replace(fate, fate=outcome.fate, detail=outcome.detail)
            for fate, outcome in zip(fates, settled, strict=True)
        ]
    )


def _is_over(record: Wanted, page: RawPage | None, parts: Ingest) -> bool:
    """Tell whether a text's time is over, counted from when it was first met."""
    if page is None or not isinstance(record, Post):
        return False
    return page.fetched_at - record.fetched_at > parts.longest


def _is_broken(outcome: _Outcome) -> bool:
    return outcome.fate is Fate.QUARANTINED


def _wanted(
    parts: Ingest, page: RawPage | None, result: Result, first: Mapping[str, datetime]
) -> list[Wanted]:
    if page is None or isinstance(result, Failure):
        return []
    source = parts.sources[page.source]
    posts = [
        _post(draft, page, source, result.extractor, _met(draft, page, first))
        for draft in result.drafts
    ]
    checks = [
        _check(draft, page, parts.publishers, number)
        for number, draft in enumerate(result.fact_checks)
    ]
    return [*posts, *checks]


def _known(store: Store, wanted: Sequence[Wanted]) -> dict[str, Wanted]:
    known: dict[str, Wanted] = {}
    for record_type in (Post, FactCheck):
        if ids := [record.id for record in wanted if isinstance(record, record_type)]:
            known |= store.get(record_type, ids)
    return known


def _outcome(
    fate: PageFate,
    page: RawPage | None,
    result: Result,
    wanted: Sequence[Wanted],
    known: Mapping[str, Wanted],
) -> _Outcome:
    if isinstance(result, Failure) or page is None:
        failure = result if isinstance(result, Failure) else Failure(cause="", extractor="")
        return _quarantine(fate, "extract", failure.extractor, failure.cause)
    if not wanted:
        over = "over its time" if result.drafts else ""
        return _Outcome(Fate.UNCHANGED if over else result.fate or Fate.NO_TEXT, detail=over)
    records = [_succeed(known.get(record.id), record) for record in wanted]
    changed = tuple(record for record in records if record != known.get(record.id))
    mine = [known[record.id] for record in wanted if record.id in known]
    return _Outcome(_fate(changed, mine, page, moved=result.canonical_url != page.url), changed)


def _checked(fate: PageFate, outcome: _Outcome, rejected: Mapping[str, str]) -> _Outcome:
    causes = {rejected[record.id] for record in outcome.records if record.id in rejected}
    return _quarantine(fate, "store", "", "; ".join(sorted(causes))) if causes else outcome


def _quarantine(fate: PageFate, stage: str, version: str, cause: str) -> _Outcome:
    record = Quarantined(
        id=stable_id(fate.source, fate.url, stage),
        stage=stage,
        stage_version=version,
        subject=fate.url,
        source=fate.source,
        capture=fate.capture,
        cause=cause,
        at=datetime.now(UTC),
    )
    return _Outcome(Fate.QUARANTINED, (record,), cause)


def _met(draft: Draft, page: RawPage, first: Mapping[str, datetime]) -> datetime:
    """Return when a text was first met: with its page, or later where the page says so.

    A reply without a date may be new on an old thread, so it counts from now.
    """
    if "#" in draft.url and draft.published_at is None:
        return page.fetched_at
    met = first.get(page.url, page.fetched_at)
    said = draft.published_at or met
    return min(max(met, said), page.fetched_at)


def _post(draft: Draft, page: RawPage, source: LoadedSource, extractor: str, met: datetime) -> Post:
    prepared = prepare(draft.text, title=draft.title)
    return Post(
        id=stable_id(page.source, draft.url),
        source=page.source,
        source_kind=source.source.kind,
        url=draft.url,
        kind=draft.kind,
        title=prepared.title,
        text=prepared.text,
        text_hash=_hash(prepared.title, prepared.text),
        published_at=draft.published_at,
        fetched_at=met,
        language=draft.language,
        capture=page.sha256,
        extractor=extractor,
        truncated=draft.truncated or prepared.truncated,
        indicators=prepared.indicators,
    )


def _check(draft: CheckDraft, page: RawPage, publishers: Publishers, number: int) -> FactCheck:
    return FactCheck(
        # Not of the claim: a check that is reworded is the next revision, not a second check.
        id=stable_id(draft.url, str(number)),
        claim=prepare(draft.claim).text,
        rating=draft.rating,
        rating_text=mask(draft.rating_text),
        publisher=mask(draft.publisher),
        publisher_type=publishers.type_of(draft.url),
        url=draft.url,
        review_date=draft.review_date,
        summary=prepare(draft.summary).text,
        capture=page.sha256,
        fetched_at=page.fetched_at,
    )


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _succeed(known: Post | FactCheck | None, new: Post | FactCheck) -> Post | FactCheck:
    if known is None:
        return new
    if _same(known, new):
        return known
    # The first fetch decides the month's index and never changes.
    changes = {"revision": known.revision + 1, "fetched_at": known.fetched_at}
    if isinstance(known, Post):
        changes["edition"] = known.edition + 1
    return msgspec.structs.replace(new, **changes)


def _same(known: Post | FactCheck, new: Post | FactCheck) -> bool:
    if isinstance(known, Post) and isinstance(new, Post):
        return known.text_hash == new.text_hash and known.extractor == new.extractor
    kept = {"revision": known.revision, "fetched_at": known.fetched_at, "capture": known.capture}
    return msgspec.structs.replace(new, **kept) == known


def _fate(
    changed: Sequence[Wanted], known: Sequence[Wanted], page: RawPage, *, moved: bool
) -> Fate:
    ids = {record.id for record in known}
    if any(record.id not in ids for record in changed):
        return Fate.NEW
    if changed:
        return Fate.CHANGED
    # The very capture is in the store: this page was written before and not settled (a kill).
    mine = [record for record in known if record.capture == page.sha256]
    if mine and not moved:
        return Fate.NEW if all(_is_first(record) for record in mine) else Fate.CHANGED
    return Fate.DUPLICATE if moved else Fate.UNCHANGED


def _is_first(record: Wanted) -> bool:
    return record.edition == 1 if isinstance(record, Post) else record.revision == 1


def counted(fates: Mapping[str, Mapping[Fate, int]]) -> Iterator[tuple[Fate, int]]:
    """Yield the sum of each fate over all sources, in the order of `Fate`."""
    for fate in Fate:
        total = sum(by_fate.get(fate, 0) for by_fate in fates.values())
        if total:
            yield fate, total
