"""What another reading of the same captures changes, by source: counts, and a few examples.

Texts come from records, so they are masked.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from kiemchung.ingest import Ingested
from kiemchung.records import Post
from kiemchung.store.base import Store
from kiemchung.vocabulary import Fate

EXAMPLES = 3
"""Examples that are kept of each kind of change."""
AROUND = 60
"""Characters of a text that are shown before and after the first one that differs."""


class Change(StrEnum):
    """What may differ of a post."""

    TEXT = "text"
    TITLE = "title"
    DATE = "date"
    NEW = "new"
    LOST = "lost"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A post that differs, and how it reads around the place: masked, "" where it isn't there."""

    change: Change
    post: str
    url: str
    before: str
    after: str


class Differences:
    """What differs of one source's posts. `add` each page, then `close`."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.pages = 0
        self.broken = 0
        self.examples: list[Example] = []
        self.extractors: set[str] = set()
        self._found: dict[str, set[Change]] = {}

    def add(self, page: Ingested) -> None:
        """Take in what became of a page."""
        self.pages += 1
        self.broken += page.fate is Fate.QUARANTINED
        before = {each.id: each for each in page.before if isinstance(each, Post)}
        records = {each.id: each for each in page.records if isinstance(each, Post)}
        over = page.fate not in {Fate.NEW, Fate.CHANGED, Fate.UNCHANGED, Fate.DUPLICATE}
        for post in page.posts:
            if post in records:
                self._compare(before.get(post), records[post])
            elif not over:
                self._found.setdefault(post, set())

    def close(self, store: Store, source: str, captures: Collection[bytes]) -> None:
        """Count the stored posts of `source` that lean on `captures` and were not found in them."""
        for post in store.scan(Post, {"source": source}):
            if post.id not in self._found and bytes.fromhex(post.capture) in captures:
                self._note(Change.LOST, post, None)

    def counts(self) -> dict[str, int]:
        """Return how many pages were read, and broke; and of how many posts what differs."""
        changes = {
            change.value: sum(change in found for found in self._found.values())
            for change in Change
        }
        same = sum(not found for found in self._found.values())
        return {"pages": self.pages, "broken": self.broken, "same": same, **changes}

    def report(self) -> dict[str, Any]:
        """Return all of it, as JSON takes it."""
        examples = [msgspec.to_builtins(example) for example in self.examples]
        return {**self.counts(), "extractors": sorted(self.extractors), "examples": examples}

    def _compare(self, before: Post | None, after: Post) -> None:
        self.extractors |= {each.extractor for each in (before, after) if each is not None}
        if before is None:
            # Of a page that was fetched several times: it is there from the first one on.
            if after.id not in self._found:
                self._note(Change.NEW, None, after)
            return
        found = self._found.setdefault(after.id, set())
        if Change.NEW in found:
            return
        for change, name in _FIELDS.items():
            if getattr(before, name) != getattr(after, name):
                self._note(change, before, after)

    def _note(self, change: Change, before: Post | None, after: Post | None) -> None:
        post = after or before
        if post is None:
            return
        self._found.setdefault(post.id, set()).add(change)
        if sum(example.change is change for example in self.examples) < EXAMPLES:
            old, new = _excerpts(_said(before, change), _said(after, change))
            self.examples.append(
                Example(change=change, post=post.id, url=post.url, before=old, after=new)
            )


_FIELDS: Mapping[Change, str] = {
    Change.TEXT: "text",
    Change.TITLE: "title",
    Change.DATE: "published_at",
}


def _said(post: Post | None, change: Change) -> str:
    if post is None:
        return ""
    value = getattr(post, _FIELDS.get(change, "text"))
    return "" if value is None else str(value)


def _excerpts(before: str, after: str) -> tuple[str, str]:
    """Return both from a little before the first character that differs."""
    pairs = enumerate(zip(before, after, strict=False))
    place = next((i for i, (a, b) in pairs if a != b), min(len(before), len(after)))
    start = max(0, place - AROUND)
    return before[start : place + AROUND], after[start : place + AROUND]
