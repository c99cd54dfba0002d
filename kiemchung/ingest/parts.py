"""What ingestion is handed, and what it makes of one page."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from crawlers.drafts import Draft, Extracted, Failure
from crawlers.source import LoadedSource
from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState
from kiemchung.ingest.posts import Wanted
from kiemchung.publishers import Publishers
from kiemchung.records import PageFate, Post, RawPage, Stored
from kiemchung.store.base import Store
from kiemchung.vocabulary import Fate


def _anything(_post: Post) -> bool:
    return True


class Ingest(msgspec.Struct, frozen=True):
    """What ingestion is handed. A text that is older than `longest` is not taken in again.

    Nor is one that was there, expired, and is older than `ordinary`: nobody found it check-worthy.
    `lives` is asked of each replayed post that the store doesn't have, dated as it would be.
    """

    store: Store
    state: CrawlState
    captures: Captures
    sources: Mapping[str, LoadedSource]
    publishers: Publishers
    longest: timedelta = timedelta(days=90)
    lives: Callable[[Post], bool] = _anything
    ordinary: timedelta = timedelta(days=14)


class Reading(msgspec.Struct, frozen=True):
    """A page that waits, and what extraction made of it.

    `page` is None where its capture is gone. `wanted` are the records that it asks for, as if
    nothing were known.
    """

    fate: PageFate
    page: RawPage | None
    result: Extracted | Failure
    wanted: tuple[Wanted, ...] = ()

    @property
    def at(self) -> datetime:
        """Return when the page was fetched; the same bytes are captured once, so not its own."""
        return self.fate.at

    @property
    def is_moved(self) -> bool:
        """Tell whether the page says that its own address is another one."""
        return isinstance(self.result, Extracted) and self.result.canonical_url != self.fate.url

    def is_alone(self, post: Post) -> bool:
        """Tell whether `post` is the page itself, and not a message among others on it."""
        return isinstance(self.result, Extracted) and self.result.canonical_url == post.url

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Return the messages that were found, () where extraction failed."""
        return self.result.drafts if isinstance(self.result, Extracted) else ()


class Outcome(msgspec.Struct, frozen=True):
    """What one page comes to: the records that it wants written, and its fate if they are."""

    fate: Fate
    records: tuple[Stored, ...] = ()
    detail: str = ""
    dropped: tuple[str, ...] = ()
    """Ids of editions that make room."""
    before: tuple[Stored, ...] = ()
    """What was stored of `records`."""


class Ingested(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one page: its fate, the records that it changed, and what they were before.

    `posts` are the ids of all posts on the page, changed or not, in its order.
    """

    url: str
    source: str
    fate: Fate
    detail: str
    posts: tuple[str, ...]
    records: tuple[Stored, ...]
    before: tuple[Stored, ...]
