"""Captures → posts → indicators, masked → signals → stories → flags → store.

Plain functions that are handed a store. Each does what is pending, may be killed anywhere, and
ends in the same store when it is repeated.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

import msgspec

from kiemchung.publishers import Publishers
from kiemchung.records import FactCheck, Flag, Post, Story, stable_id
from kiemchung.store.base import Store
from kiemchung.triage import Spread, raise_flags
from nlp import stories
from nlp.analysis import VERSION, Analyser, Prepared
from nlp.features import Features

BATCH = 500
T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Called with the stage, how many are done, how many there are."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What one analysis did: posts read, stories there, flags raised, changed and withdrawn."""

    analysed: int = 0
    stories: int = 0
    raised: int = 0
    changed: int = 0
    withdrawn: int = 0


def silent(_stage: str, _done: int, _total: int) -> None:
    """Show no progress."""


def analyse_pending(store: Store, publishers: Publishers, progress: Progress = silent) -> Counts:
    """Analyse what is new or was read by other versions or against other checks; renew the flags.

    Raises:
        StoreError: the store can't be reached. What was written stays right.
    """
    checks = {check.id: check for check in store.scan(FactCheck)}
    version = version_of(checks.values())
    analysed = _read_posts(store, list(checks.values()), version, progress)
    told = tell_stories(store)
    raised, changed, withdrawn = renew_flags(store, checks, publishers, progress)
    return Counts(
        analysed=analysed, stories=told, raised=raised, changed=changed, withdrawn=withdrawn
    )


def version_of(checks: Iterable[FactCheck]) -> str:
    """Name the detectors' versions and the fact-checks that a reading leans on.

    A check that arrives, changes or goes makes every living post pending again, so that a rumour
    older than its check is found.
    """
    leaning = "".join(sorted(f"{check.id}.{check.revision}" for check in checks))
    return f"{VERSION}#{stable_id(leaning)[:12]}"


def _read_posts(store: Store, checks: list[FactCheck], version: str, progress: Progress) -> int:
    others = store.count(Post, by="analysed_by")
    total = sum(count for by, count in others.items() if by != version)
    analyser = Analyser(checks)
    done = 0
    for other in sorted(by for by in others if by != version):
        # What was read leaves the filter, so each batch is taken from the front again.
        while batch := list(store.scan(Post, {"analysed_by": other}, limit=BATCH)):
            lost = store.replace_if_version(_read(analyser, batch, version))
            done += len(batch)
            progress("analyse", done, total)
            if len(lost) == len(batch):
                break  # another run is at the same posts; they are pending for the next one
    return done


def _read(analyser: Analyser, posts: Sequence[Post], version: str) -> list[Post]:
    prepared = [
        Prepared(text=p.text, title=p.title, url=p.url, indicators=p.indicators) for p in posts
    ]
    return [
        msgspec.structs.replace(
            post, signals=reading.signals, matches=reading.matches, analysed_by=version
        )
        for post, reading in zip(posts, analyser.analyse(prepared), strict=True)
    ]


# --- stories ------------------------------------------------------------------------------------


def tell_stories(store: Store) -> int:
    """Cluster all living posts anew; return how many stories there are.

    The outcome depends on the posts alone, not on the order in which they came.
    """
    members = stories.find_stories(
        (post.id, stories.shingles(Features(post.text).words)) for post in store.scan(Post)
    )
    moved: list[Post] = []
    told: dict[str, list[Post]] = {}
    for post in store.scan(Post):
        story = members.get(post.id)
        if story:
            told.setdefault(story, []).append(post)
        if post.story != story:
            moved.append(msgspec.structs.replace(post, story=story))
    for batch in batched(moved, BATCH):
        store.replace_if_version(batch)
    _write_stories(store, told)
    return len(told)


def _write_stories(store: Store, told: Mapping[str, list[Post]]) -> None:
    known = {story.id: story for story in store.scan(Story)}
    new = [_story(key, posts) for key, posts in told.items()]
    store.put([story for story in new if known.get(story.id) != story])
    store.expire(Story, [key for key in known if key not in told])


def _story(key: str, posts: Sequence[Post]) -> Story:
    return Story(
        id=key,
        posts=tuple(sorted(post.id for post in posts)),
        sources=tuple(sorted({post.source for post in posts})),
        first_seen=min(post.published_at or post.fetched_at for post in posts),
        last_seen=max(post.published_at or post.fetched_at for post in posts),
        size=len(posts),
    )


# --- flags --------------------------------------------------------------------------------------


def renew_flags(
    store: Store, checks: Mapping[str, FactCheck], publishers: Publishers, progress: Progress
) -> tuple[int, int, int]:
    """Raise, change and withdraw flags until they say what the posts do; return how many each."""
    sizes = {story.id: story.size for story in store.scan(Story)}
    known = {flag.id: flag for flag in store.scan(Flag)}
    wanted: dict[str, Flag] = {}
    pending: set[str] = set()
    total = sum(store.count(Post).values())
    for done, post in enumerate(store.scan(Post), 1):
        if not post.analysed_by:
            # Edited by another run in this moment: its flags are the next analysis' business.
            pending.add(post.id)
            continue
        spread = Spread(post.story, sizes.get(post.story or "", 1))
        wanted |= {flag.id: flag for flag in raise_flags(post, checks, publishers, spread)}
        if done % BATCH == 0 or done == total:
            progress("flag", done, total)
    now = datetime.now(UTC)
    new = [
        msgspec.structs.replace(flag, raised_at=now)
        for key, flag in wanted.items()
        if key not in known
    ]
    changed = [c for key, flag in wanted.items() if (c := _changed(known.get(key), flag))]
    gone = [key for key, flag in known.items() if key not in wanted and flag.post not in pending]
    for batch in batched([*new, *changed], BATCH):
        store.put(batch)
    store.expire(Flag, gone)
    return len(new), len(changed), len(gone)


def _changed(known: Flag | None, wanted: Flag) -> Flag | None:
    """Return the next revision of a flag, or None where nothing changed."""
    if known is None:
        return None
    kept = msgspec.structs.replace(
        wanted, revision=known.revision, verdict=known.verdict, raised_at=known.raised_at
    )
    return None if kept == known else msgspec.structs.replace(kept, revision=known.revision + 1)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield `items` in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
