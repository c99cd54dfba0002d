"""What a store is: nine methods over record types. Queries are functions above it.

Callers know `open_store`, this protocol, and the record types; none of them names a backend.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from kiemchung.records import Edition, FactCheck, Flag, Post, Quarantined, Stored, Story

R = TypeVar("R", bound=Stored)


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How records of one type are kept.

    `filters` are the fields that `scan`, `count` and `search` may filter, sort or group by.
    `search` are the text fields of the full-text search; empty means that the type can't be
    searched: flags and fact-checks alone can (boundary 5). `by_month` names the time field whose
    month decides the index of a store that rolls over.
    """

    name: str
    filters: tuple[str, ...]
    search: tuple[str, ...] = ()
    by_month: str | None = None


KINDS: dict[type[Stored], Kind] = {
    Post: Kind(
        name="posts",
        filters=(
            "source",
            "url",
            "language",
            "analysed_by",
            "story",
            "fetched_at",
            "capture",
            "deleted_at",
        ),
        by_month="fetched_at",
    ),
    Flag: Kind(
        name="flags",
        filters=(
            "post",
            "label",
            "status",
            "priority",
            "source",
            "source_kind",
            "story",
            "language",
            "fetched_at",
            "verdict",
            "capture",
        ),
        search=("title", "text"),
    ),
    FactCheck: Kind(
        name="fact_checks",
        filters=("publisher", "publisher_type", "rating", "review_date", "capture"),
        search=("claim", "summary"),
    ),
    Edition: Kind(name="editions", filters=("post",)),
    Story: Kind(name="stories", filters=("size", "first_seen", "last_seen")),
    Quarantined: Kind(name="quarantine", filters=("stage", "source", "at")),
}

type_of_name: dict[str, type[Stored]] = {kind.name: record for record, kind in KINDS.items()}


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A filter on order: at least `low`, below `high`; None leaves that side open."""

    low: datetime | int | None = None
    high: datetime | int | None = None


Value = str | int | None | tuple[str, ...] | Range
Where = Mapping[str, Value]
"""Field to wanted value. A tuple means any of; None means that the field is empty."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A record that the store would not take, and why (no text of the record)."""

    id: str
    cause: str


class Hit(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A search result; a higher score is nearer."""

    record: R
    score: float


class Store(Protocol):
    """What machines found. Every method is idempotent; all take and give whole batches."""

    def put(self, records: Sequence[Stored]) -> list[Rejected]:
        """Write `records`, replacing those with the same id. Return what was not taken.

        One record's fault never holds up the rest. Raises StoreError when the store can't be
        reached or refuses everything.
        """

    def get(self, record_type: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Return the records of `ids` that exist, by id, as last written by anybody."""

    def create(self, records: Sequence[Stored]) -> list[str]:
        """Write those of `records` whose id is not there yet; return the ids that were new."""

    def replace_if_version(self, records: Sequence[Stored]) -> list[str]:
        """Replace each record whose stored `revision` equals its own; return the ids that lost.

        What is stored then carries the next revision. A record that is gone has lost too.
        """

    def scan(
        self,
        record_type: type[R],
        where: Where | None = None,
        *,
        sort: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> Iterator[R]:
        """Yield the records that fit `where`, in order of `sort`, then of id (ascending)."""

    def search(
        self, record_type: type[R], query: str, where: Where | None = None, *, limit: int = 20
    ) -> list[Hit[R]]:
        """Return the nearest records in which every word of `query` stands.

        Words are compared folded; "quoted phrases" keep their marks (not their case).
        """

    def count(
        self, record_type: type[Stored], where: Where | None = None, *, by: str | None = None
    ) -> dict[str, int]:
        """Count what fits `where`, by the values of the field `by` (None: all under "")."""

    def expire(self, record_type: type[Stored], ids: Sequence[str]) -> int:
        """Remove the records of `ids`, from search too; return how many were there."""

    def purge(self, record_type: type[Stored]) -> None:
        """Let go of the words of removed records of this type, which no search finds any more.

        Search engines keep them in their files until these happen to be merged (boundary 8).
        Searches go on meanwhile.
        """

    def check(self) -> list[str]:
        """Return what is wrong with the store, a sentence each, with what to do; [] if well."""

    def close(self) -> None:
        """Let go of connections and files."""
