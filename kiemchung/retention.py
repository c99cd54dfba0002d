"""Little is kept, and not for long: what expires when (boundary 8)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState
from kiemchung.crawl_state.schedule import DELETED_DAYS
from kiemchung.records import Edition, FactCheck, Flag, Post, Quarantined, Signal
from kiemchung.settings import Settings
from kiemchung.store.base import Range, Store
from kiemchung.vocabulary import AnswerKind, SignalLabel

CHECK_WORTHY = 0.5
"""Score from which a post is kept longer, so that a later fact-check can find it."""
SETTLED_DAYS = 365
STATE_DAYS = 90
"""Days for which the crawl state keeps runs, fates, and what stood on which page."""
BATCH = 500
DISMISSED = frozenset({AnswerKind.NOT_HARMFUL, AnswerKind.OUT_OF_SCOPE})


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each went. `remembered` are rows of the crawl state."""

    flags: int
    posts: int
    editions: int
    captures: int
    quarantined: int
    remembered: int


def expire_records(
    store: Store, captures: Captures, state: CrawlState, settings: Settings, now: datetime
) -> Expired:
    """Remove what is over its time. Idempotent; what a living flag leans on stays.

    Raises:
        StoreError, CaptureError: store, captures or crawl state can't be reached or written.
    """
    over: list[str] = []
    living = Living()
    for flag in store.scan(Flag):
        if now - (flag.raised_at or flag.fetched_at) > _time(flag, settings):
            over.append(flag.id)
        else:
            living.add(flag)
    gone_flags = store.expire(Flag, over)
    gone_posts = store.expire(Post, sorted(set(_posts_over(store, living, settings, now))))
    gone_editions = drop_editions(store, _without_need(store, living))
    for record_type in (Flag, Post, Edition):
        store.purge(record_type)
    before = now - timedelta(days=settings.captures_days)
    checked = {check.capture for check in store.scan(FactCheck)}
    broken = [each.id for each in store.scan(Quarantined, {"at": Range(high=before)})]
    return Expired(
        flags=gone_flags,
        posts=gone_posts,
        editions=gone_editions,
        captures=captures.expire(before, living.captures | checked),
        quarantined=store.expire(Quarantined, broken),
        remembered=state.expire(
            now - timedelta(days=STATE_DAYS),
            now - timedelta(days=SETTLED_DAYS),
            keep=living.dismissed,
        ),
    )


def drop_editions(store: Store, posts: Iterable[str]) -> int:
    """Remove the earlier editions of `posts`; return how many there were.

    For whoever settles a flag as `not_harmful` or `out_of_scope`: they go at once (boundary 5).
    """
    gone = 0
    for batch in _batches(posts):
        editions = store.scan(Edition, {"post": tuple(batch)})
        gone += store.expire(Edition, [edition.id for edition in editions])
    return gone


class Living:
    """What the flags that live lean on; of each of their posts, whether all were dismissed."""

    def __init__(self) -> None:
        """Begin without a flag."""
        self.captures: set[str] = set()
        self.dismissed: dict[str, bool] = {}

    def add(self, flag: Flag) -> None:
        """Take `flag` in."""
        self.captures.add(flag.capture)
        so_far = self.dismissed.get(flag.post, True)
        self.dismissed[flag.post] = so_far and flag.verdict in DISMISSED


def _posts_over(store: Store, living: Living, settings: Settings, now: datetime) -> Iterator[str]:
    """Yield the posts whose time is over, that of what was deleted included."""
    flagged = living.dismissed.keys()
    old = Range(high=now - timedelta(days=settings.post_days))
    for post in store.scan(Post, {"fetched_at": old}):
        if post.id not in flagged and now - post.fetched_at > _post_time(post, settings):
            yield post.id
    deleted = Range(high=now - timedelta(days=DELETED_DAYS))
    for post in store.scan(Post, {"deleted_at": deleted}):
        if post.id not in flagged:
            yield post.id


def _without_need(store: Store, living: Living) -> Iterator[str]:
    """Yield the posts whose editions nobody needs: those that went, or were settled out."""
    for batch in _batches(store.count(Edition, by="post")):
        there = store.get(Post, batch)
        settled_out = living.dismissed
        yield from (post for post in batch if post not in there or settled_out.get(post, False))


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while batch := list(islice(left, BATCH)):
        yield batch


def _time(flag: Flag, settings: Settings) -> timedelta:
    settled = flag.verdict is not None and flag.verdict not in DISMISSED
    return timedelta(days=SETTLED_DAYS if settled else settings.flag_days)


def is_check_worthy(signals: Iterable[Signal]) -> bool:
    """Tell whether a post with `signals` is kept longer."""
    return any(
        signal.label is SignalLabel.CHECK_WORTHINESS and signal.score >= CHECK_WORTHY
        for signal in signals
    )


def _post_time(post: Post, settings: Settings) -> timedelta:
    worthy = is_check_worthy(post.signals)
    return timedelta(days=settings.check_worthy_days if worthy else settings.post_days)
