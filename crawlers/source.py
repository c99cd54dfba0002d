"""`Source`: one publication, public channel or fact-checker that we read, and why we may."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from crawlers.canonical import host_key, host_of
from crawlers.drafts import Extracted
from kiemchung.errors import SourceError
from kiemchung.records import RawPage, Record
from kiemchung.vocabulary import PostKind, PublisherType, SourceKind

SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


class SpiderKind(StrEnum):
    """How a source names its new pages; there is one spider for each."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    THREAD = "thread"  # a forum's boards, whose threads have pages of their own
    CHANNEL = "channel"  # messages on one page, older ones by cursor
    CHECKER = "checker"  # a fact-check publisher: a data feed, or pages with ClaimReview


class Software(StrEnum):
    """What a source runs on, where that decides how its pages are read."""

    XENFORO = "xenforo"
    DISCOURSE = "discourse"
    VBULLETIN = "vbulletin"
    PHPBB = "phpbb"
    TELEGRAM = "telegram"
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    YOUTUBE = "youtube"


FORUMS = frozenset({Software.XENFORO, Software.DISCOURSE, Software.VBULLETIN, Software.PHPBB})
"""Software whose pages are threads; that of the others are channels."""


class SourceStatus(StrEnum):
    """`configured` is off: nobody has looked yet. `verified` has a saved page and its post."""

    CONFIGURED = "configured"
    VERIFIED = "verified"


class Source(Record, frozen=True, kw_only=True):
    """One source. Its file's stem, its spider's argument and its stored value are `name`.

    `owner` and `why` say whose page this is and why it may be read (boundary 7). `listings` are
    the addresses that name new pages; `hosts` further hosts on which its pages lie; `follow` is
    the pattern of a page's address in an HTML listing, and `next_page` that of the address of the
    listing behind it, where the page doesn't say rel=next. `software` reads a forum's threads and
    a channel's messages. Fewer than `min_posts` listed pages is an
    error of the run; more than `max_posts` are not asked for.

    Raises:
        SourceError: something is missing or can't be; the text names source and field.
    """

    name: str
    title: str
    kind: SourceKind
    owner: str
    why: str
    spider: SpiderKind
    listings: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    follow: str = ""
    next_page: str = ""
    software: Software | None = None
    publisher_type: PublisherType = PublisherType.UNKNOWN
    language: str = "vi"
    post_kind: PostKind = PostKind.ARTICLE
    min_posts: int = 1
    max_posts: int = 500
    status: SourceStatus = SourceStatus.CONFIGURED

    def __post_init__(self) -> None:
        """Refuse a source that doesn't say what it must."""
        for fault in self._faults():
            raise SourceError(f"source {self.name!r}: {fault}")

    @property
    def all_hosts(self) -> frozenset[str]:
        """Return the hosts that are this source's own, each by its one name."""
        return frozenset({*map(host_key, self.hosts), *map(host_of, self.listings)})

    def _faults(self) -> Iterator[str]:
        if not SLUG.match(self.name):
            yield "`name` is lower-case ASCII words joined by _, like its file's stem"
        for field in ("title", "owner", "why", "language"):
            if not getattr(self, field).strip():
                yield f"`{field}` is empty; boundary 7 asks for it"
        yield from self._wrong_types()
        yield from self._wrong_listings()
        yield from self._wrong_patterns()
        yield from self._wrong_software()
        if not 0 <= self.min_posts <= self.max_posts:
            yield "`min_posts` is at least 0 and at most `max_posts`"

    def _wrong_types(self) -> Iterator[str]:
        types = {
            "kind": SourceKind,
            "spider": SpiderKind,
            "publisher_type": PublisherType,
            "post_kind": PostKind,
            "status": SourceStatus,
            **({"software": Software} if self.software is not None else {}),
        }
        for field, enum in types.items():
            if not isinstance(getattr(self, field), enum):
                yield f"`{field}` is one of {enum.__name__}: {', '.join(enum)}"

    def _wrong_listings(self) -> Iterator[str]:
        if not self.listings:
            yield "`listings` is empty; name at least one address"
        for url in self.listings:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
                yield f"`listings`: {url!r} is no http(s) address"

    def _wrong_patterns(self) -> Iterator[str]:
        if self.spider is SpiderKind.LISTING and not self.follow:
            yield "`follow` is empty; a listing needs the pattern of its pages' addresses"
        if self.spider is SpiderKind.THREAD and not self.follow and self.software is None:
            yield "`follow` is empty; a forum needs the pattern of its threads, or `software`"
        for field in ("follow", "next_page"):
            try:
                re.compile(getattr(self, field))
            except re.error as error:
                yield f"`{field}` is no regular expression: {error}"

    def _wrong_software(self) -> Iterator[str]:
        is_channel = self.spider is SpiderKind.CHANNEL
        if self.software in FORUMS and (is_channel or self.spider is SpiderKind.CHECKER):
            yield f"`software` {self.software} is a forum's; its spider is thread, or what lists it"
        if self.software is not None and self.software not in FORUMS and not is_channel:
            yield f"`software` {self.software} is a channel's; its spider is channel"


Extractor = Callable[[RawPage, Source], Extracted]


class LoadedSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source with the file it came from, and its own `extract`, where it has one."""

    source: Source
    file: Path
    extract: Extractor | None = None
