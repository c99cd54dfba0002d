"""Little is kept, and not for long: what expires when (boundary 8)."""

from datetime import datetime, timedelta

import msgspec

from kiemchung.captures import Captures
from kiemchung.records import FactCheck, Flag, Post, Quarantined
from kiemchung.settings import Settings
from kiemchung.store.base import Range, Store
from kiemchung.vocabulary import AnswerKind, SignalLabel

CHECK_WORTHY = 0.5
"""Score from which a post is kept longer, so that a later fact-check can find it."""
SETTLED_DAYS = 365
DISMISSED = frozenset({AnswerKind.NOT_HARMFUL, AnswerKind.OUT_OF_SCOPE})


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each went."""

    flags: int
    posts: int
    captures: int
    quarantined: int


def expire_records(store: Store, captures: Captures, settings: Settings, now: datetime) -> Expired:
    """Remove what is over its time. Idempotent; what a living flag leans on stays.

    Raises:
        StoreError, CaptureError: store or captures can't be reached or written.
    """
    flags = [
        flag.id
        for flag in store.scan(Flag)
        if now - (flag.raised_at or flag.fetched_at) > _time(flag, settings)
    ]
    gone_flags = store.expire(Flag, flags)
    flagged = {flag.post for flag in store.scan(Flag)}
    old = Range(high=now - timedelta(days=settings.post_days))
    posts = [
        post.id
        for post in store.scan(Post, {"fetched_at": old})
        if post.id not in flagged and now - post.fetched_at > _post_time(post, settings)
    ]
    before = now - timedelta(days=settings.captures_days)
    broken = [each.id for each in store.scan(Quarantined, {"at": Range(high=before)})]
    return Expired(
        flags=gone_flags,
        posts=store.expire(Post, posts),
        captures=captures.expire(before, _leaned_on(store)),
        quarantined=store.expire(Quarantined, broken),
    )


def _time(flag: Flag, settings: Settings) -> timedelta:
    settled = flag.verdict is not None and flag.verdict not in DISMISSED
    return timedelta(days=SETTLED_DAYS if settled else settings.flag_days)


def _post_time(post: Post, settings: Settings) -> timedelta:
    worthy = any(
        signal.label is SignalLabel.CHECK_WORTHINESS and signal.score >= CHECK_WORTHY
        for signal in post.signals
    )
    return timedelta(days=settings.check_worthy_days if worthy else settings.post_days)


def _leaned_on(store: Store) -> set[str]:
    flagged = {flag.capture for flag in store.scan(Flag)}
    return flagged | {check.capture for check in store.scan(FactCheck)}
