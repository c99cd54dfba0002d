"""What a page yields → records, masked; and what a post is after its page was edited."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import count

import msgspec

from crawlers.drafts import CheckDraft, Draft, Extracted
from crawlers.source import LoadedSource
from kiemchung.masking import mask
from kiemchung.publishers import Publishers
from kiemchung.records import Edition, FactCheck, Post, RawPage, Stored, stable_id
from nlp.analysis import prepare

Wanted = Post | FactCheck

EDITIONS = 20
"""Earlier editions that are kept of a post: the first, and the latest 19."""


class Step(msgspec.Struct, frozen=True):
    """What a record becomes by one reading.

    `is_new` says that it wasn't there, `is_edited` that its words changed. `earlier` is the edition
    that the edit replaced, `dropped` the id of the one that goes for it.
    """

    record: Wanted
    is_new: bool = False
    is_edited: bool = False
    earlier: Edition | None = None
    dropped: str = ""


def records_of(
    page: RawPage, result: Extracted, source: LoadedSource, publishers: Publishers, at: datetime
) -> tuple[Wanted, ...]:
    """Return what a page fetched at `at` says, as if nothing were known."""
    posts = (_post(draft, page, source, result.extractor, at) for draft in result.drafts)
    # Numbered by address, not by page: a new item at a data feed's top moves no other.
    numbers: defaultdict[str, Iterator[int]] = defaultdict(count)
    checks = (
        _check(draft, page, publishers, next(numbers[draft.url])) for draft in result.fact_checks
    )
    return (*posts, *checks)


def met(post: Post, at: datetime, first: datetime | None, *, alone: bool) -> datetime:
    """Return when a text was first met: with its page, or later where the page says so.

    `at` is when its page was fetched now, `first` when it was the first time. A message without a
    date that isn't `alone` on its page may be new on an old thread or channel: it counts from now.
    """
    if not alone and post.published_at is None:
        return at
    with_page = first or at
    return min(max(with_page, post.published_at or with_page), at)


def succeed(known: Wanted | None, new: Wanted, *, replayed: bool = False) -> Step:
    """Return what becomes of `known` when its page says `new`.

    `replayed` pages come from captures and not from the web: what is older than the text that is
    known changes nothing, and what another extractor makes of the same page is no edit.
    """
    if known is None:
        return Step(new, is_new=True)
    if isinstance(known, Post) and isinstance(new, Post):
        return _succeed_post(known, new, replayed=replayed)
    same = _kept(known, new, revision=known.revision, capture=known.capture)
    if same == known:
        return Step(known)
    return Step(_kept(known, new, revision=known.revision + 1), is_edited=True)


def _succeed_post(known: Post, new: Post, *, replayed: bool) -> Step:
    same_bytes = known.capture == new.capture
    same_text = known.text_hash == new.text_hash
    if replayed and not same_bytes and _seen(new) < _seen(known):
        return Step(known)
    back = msgspec.structs.replace(known, deleted_at=new.deleted_at)
    if same_text and known.extractor == new.extractor:
        # Nothing but that the page has it again, or no more.
        changed = back != known
        return Step(_kept(known, back, revision=known.revision + 1) if changed else known)
    other_extractor = known.extractor != new.extractor
    if same_text or same_bytes or (replayed and other_extractor):
        read = {"edition": known.edition, "seen_at": known.seen_at}
        next_one = _kept(known, new, revision=known.revision + 1, **read)
        return Step(next_one, is_edited=not same_text)
    edited = _kept(known, new, revision=known.revision + 1, edition=known.edition + 1)
    dropped = known.edition - EDITIONS + 1
    return Step(
        edited,
        is_edited=True,
        earlier=_edition(known),
        dropped=stable_id(known.id, str(dropped)) if dropped > 1 else "",
    )


def _seen(post: Post) -> datetime:
    return post.seen_at or post.fetched_at


def _kept(known: Stored, new: Wanted, **changes: object) -> Wanted:
    """Return `new` with `changes`, first fetched when `known` was: it decides the month's index."""
    first = {"fetched_at": known.fetched_at} if isinstance(known, Post | FactCheck) else {}
    return msgspec.structs.replace(new, **first, **changes)


OF_THE_TEXT = (
    "title",
    "text",
    "text_hash",
    "capture",
    "extractor",
    "published_at",
    "modified_at",
    "language",
    "truncated",
    "indicators",
)
"""What an edition holds of its post."""


def _edition(post: Post) -> Edition:
    return Edition(
        id=stable_id(post.id, str(post.edition)),
        post=post.id,
        source=post.source,
        edition=post.edition,
        seen_at=_seen(post),
        **{field: getattr(post, field) for field in OF_THE_TEXT},
    )


def restored(post: Post, edition: Edition, *, deleted: bool) -> Post:
    """Return `post` as it was in `edition`, or deleted since what came after it was seen."""
    return msgspec.structs.replace(
        post,
        revision=post.revision + 1,
        edition=edition.edition,
        seen_at=edition.seen_at,
        deleted_at=_seen(post) if deleted else None,
        signals=(),
        matches=(),
        analysed_by="",
        **{field: getattr(edition, field) for field in OF_THE_TEXT},
    )


def _post(draft: Draft, page: RawPage, source: LoadedSource, extractor: str, at: datetime) -> Post:
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
        fetched_at=at,
        language=draft.language,
        capture=page.sha256,
        extractor=extractor,
        truncated=draft.truncated or prepared.truncated,
        indicators=prepared.indicators,
        modified_at=draft.modified_at,
        seen_at=at,
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
