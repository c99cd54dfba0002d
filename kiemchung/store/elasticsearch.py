"""The store in Elasticsearch: strict indices behind aliases, one a month for posts."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from kiemchung.errors import KiemchungError, StoreError
from kiemchung.records import Stored
from kiemchung.store._elasticsearch_indices import Indices
from kiemchung.store._elasticsearch_queries import filters, musts, order
from kiemchung.store._elasticsearch_wire import CONFLICT, NOT_FOUND, Cluster, Operation, Outcome
from kiemchung.store.base import Hit, Kind, Rejected, Where
from kiemchung.store.encoding import encode_all, raise_rejected, unreadable, with_next_revision
from kiemchung.store.filters import (
    check_group,
    check_sort,
    check_where,
    kind_of,
    searchable,
)
from kiemchung.store.query import HITS_LIMIT, parse
from kiemchung.text import clean

R = TypeVar("R", bound=Stored)

PAGE = 500
"""Records that are read in one request."""
KEEP_ALIVE = "15m"
"""How long a scan may rest between two pages."""
ID_BYTES = 512
"""Bytes of a document's id that Elasticsearch takes."""
READABLE = frozenset({"green", "yellow"})


class Place(msgspec.Struct, frozen=True):
    """Where a document lies, and in which version: what optimistic locking asks for."""

    index: str
    seq_no: int
    primary_term: int
    source: dict[str, Any]


class ElasticsearchStore:
    """The store in an Elasticsearch of version 8 (see `base.Store`). Safe among threads.

    Reads see what this store object wrote; what others write is seen by `get` at once and by the
    rest within Elasticsearch's refresh interval of a second.
    """

    def __init__(
        self, url: str, api_key: str = "", prefix: str = "kiemchung", *, timeout: float = 30.0
    ) -> None:
        """Open the store at `url` (several nodes: separated by commas), making its indices.

        `timeout` is how many seconds one answer may take.

        Raises:
            StoreError: it can't be reached, refuses the key, or is of another version or mapping.
        """
        self._cluster = Cluster(url, api_key, timeout)
        self._client = self._cluster.client
        self._indices = Indices(self._cluster, prefix)
        self._dirty: set[str] = set()
        try:
            self._cluster.check_version()
            self._indices.prepare()
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # --- writing ------------------------------------------------------------------------------

    def put(self, records: Sequence[Stored]) -> list[Rejected]:
        """Write `records`. Records that the cluster refuses are returned; the rest is written."""
        encoded, rejected = encode_all(records)
        for record_type, group in _by_type(encoded).items():
            # Of two records with the same id the later one is meant.
            latest = {record.id: (record, body) for record, body in group}
            outcomes = self._write(record_type, list(latest.values()), "index")
            rejected += _refused(outcomes, accept=())
        return rejected

    def create(self, records: Sequence[Stored]) -> list[str]:
        """Write those whose id is not there yet; return the ids that were new."""
        encoded, rejected = encode_all(records)
        made: list[str] = []
        for record_type, group in _by_type(encoded).items():
            outcomes = self._write(record_type, group, "create")
            made += [wanted for wanted, outcome in outcomes if outcome.done]
            rejected += _refused(outcomes, accept=(CONFLICT,))
        raise_rejected(rejected)
        return made

    def replace_if_version(self, records: Sequence[Stored]) -> list[str]:
        """Replace each record whose stored `revision` is its own; return the ids that lost."""
        encoded, rejected = encode_all([with_next_revision(record) for record in records])
        lost: list[str] = []
        for record_type, group in _by_type(encoded).items():
            kind = kind_of(record_type)
            operations, ids = self._replacements(kind, group, lost)
            outcomes = list(zip(ids, self._bulk(kind, operations), strict=True))
            rejected += _refused(outcomes, accept=(CONFLICT, NOT_FOUND))
            conflicts = {i for i, o in outcomes if o.status in {CONFLICT, NOT_FOUND}}
            lost += self._really_lost(kind, [pair for pair in group if pair[0].id in conflicts])
        raise_rejected(rejected)
        return lost

    def expire(self, record_type: type[Stored], ids: Sequence[str]) -> int:
        """Remove the records of `ids`; return how many were there."""
        kind = kind_of(record_type)
        places = self._places(kind, ids, source=False)
        operations = [
            Operation(action="delete", index=place.index, id=_document_id(wanted))
            for wanted, place in places.items()
        ]
        outcomes = list(zip(places, self._bulk(kind, operations), strict=True))
        raise_rejected(_refused(outcomes, accept=(NOT_FOUND,)))
        return sum(outcome.done for _, outcome in outcomes)

    def purge(self, record_type: type[Stored]) -> None:
        """Have segments with removed documents merged; the cluster does so in its own time."""
        kind = kind_of(record_type)
        if self._indices.present(kind):
            merge = self._client.indices.forcemerge
            which = {"only_expunge_deletes": True, "wait_for_completion": False}
            self._cluster.call(merge, index=self._indices.alias(kind), **which)

    def _write(
        self, record_type: type[Stored], group: list[tuple[Stored, bytes]], action: str
    ) -> list[tuple[str, Outcome]]:
        kind = kind_of(record_type)
        homes = self._homes(kind, [record for record, _ in group])
        # Without its alias an index would be made up on the spot, with a mapping of its own.
        only_if: dict[str, int] = {"require_alias": True} if kind.by_month is None else {}
        operations = [
            Operation(
                action=action,
                index=homes[record.id],
                id=_document_id(record.id),
                body=body,
                only_if=only_if,
            )
            for record, body in group
        ]
        outcomes = self._bulk(kind, operations)
        return [(record.id, outcome) for (record, _), outcome in zip(group, outcomes, strict=True)]

    def _bulk(self, kind: Kind, operations: list[Operation]) -> list[Outcome]:
        if not operations:
            return []
        self._dirty.add(kind.name)
        return self._cluster.bulk(operations)

    def _homes(self, kind: Kind, records: Sequence[Stored]) -> dict[str, str]:
        """Return the index of each record: where it lies already, else where it belongs."""
        homes = {record.id: self._indices.home(kind, record) for record in records}
        if kind.by_month is None:
            return homes
        there = self._indices.present(kind)
        if there and len({*there, *homes.values()}) > 1:
            places = self._places(kind, list(homes), source=False)
            homes |= {wanted: place.index for wanted, place in places.items()}
        self._indices.ensure(kind, set(homes.values()), there)
        return homes

    def _replacements(
        self, kind: Kind, group: list[tuple[Stored, bytes]], lost: list[str]
    ) -> tuple[list[Operation], list[str]]:
        """Return the operations for records that may win, and add the ids of others to `lost`."""
        places = self._places(kind, [record.id for record, _ in group])
        operations, ids = [], []
        for record, body in group:
            place = places.get(record.id)
            if place is None or not _precedes(place.source, record, body):
                lost.append(record.id)
                continue
            versions = {"if_seq_no": place.seq_no, "if_primary_term": place.primary_term}
            target = {"index": place.index, "id": _document_id(record.id)}
            operations.append(Operation(action="index", body=body, only_if=versions, **target))
            ids.append(record.id)
        return operations, ids

    def _really_lost(self, kind: Kind, group: list[tuple[Stored, bytes]]) -> list[str]:
        """Return the ids that another writer changed: a repeated request meets its own write."""
        places = self._places(kind, [record.id for record, _ in group]) if group else {}
        return [
            record.id
            for record, body in group
            if record.id not in places or places[record.id].source != msgspec.json.decode(body)
        ]

    # --- reading ------------------------------------------------------------------------------

    def get(self, record_type: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Return the records of `ids` that exist, by id, also those of a moment ago."""
        places = self._places(kind_of(record_type), ids)
        return {wanted: _record(record_type, place.source) for wanted, place in places.items()}

    def _places(self, kind: Kind, ids: Sequence[str], *, source: bool = True) -> dict[str, Place]:
        """Return where the documents of `ids` lie, whichever month's index that is."""
        names = self._indices.present(kind)
        askable = [wanted for wanted in dict.fromkeys(ids) if wanted and clean(wanted) == wanted]
        pairs = [(name, wanted) for wanted in askable for name in names]
        found: dict[str, Place] = {}
        for start in range(0, len(pairs), PAGE):
            part = pairs[start : start + PAGE]
            docs = [
                {"_index": name, "_id": _document_id(wanted), "_source": source}
                for name, wanted in part
            ]
            answers = self._cluster.call(self._client.mget, docs=docs)["docs"]
            for (_, wanted), answer in zip(part, answers, strict=True):
                if answer.get("found"):
                    found[wanted] = _place(answer)
        return found

    def scan(
        self,
        record_type: type[R],
        where: Where | None = None,
        *,
        sort: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> Iterator[R]:
        """Yield what fits `where`, in order; empty values come first, descending last."""
        kind = kind_of(record_type)
        query = filters(check_where(record_type, where))
        sorting = order(check_sort(record_type, sort), descending=descending)
        sources = self._pages(kind, query, sorting, limit)
        return (_record(record_type, source) for source in sources)

    def _pages(
        self, kind: Kind, query: dict[str, Any], sorting: list[dict[str, Any]], limit: int | None
    ) -> Iterator[dict[str, Any]]:
        """Yield sources from a point in time, so that writers don't move what is read."""
        if not self._ready(kind):
            return
        opened = self._cluster.call(
            self._client.open_point_in_time, index=self._indices.alias(kind), keep_alive=KEEP_ALIVE
        )
        pit, after, left = opened["id"], None, limit
        try:
            while left is None or left > 0:
                size = PAGE if left is None else min(PAGE, left)
                answer = self._page(pit, after, query=query, sort=sorting, size=size)
                hits, pit = answer["hits"]["hits"], answer["pit_id"]
                yield from (hit["_source"] for hit in hits)
                if len(hits) < size:
                    return
                after, left = hits[-1]["sort"], None if left is None else left - len(hits)
        finally:
            self._cluster.call(self._client.options(ignore_status=404).close_point_in_time, id=pit)

    def _page(self, pit: str, after: list[Any] | None, **parameters: Any) -> dict[str, Any]:
        more = {} if after is None else {"search_after": after}
        point = {"id": pit, "keep_alive": KEEP_ALIVE}
        answer: dict[str, Any] = self._cluster.call(
            self._client.search,
            pit=point,
            track_total_hits=False,
            allow_partial_search_results=False,
            **more,
            **parameters,
        )
        return answer

    def count(
        self, record_type: type[Stored], where: Where | None = None, *, by: str | None = None
    ) -> dict[str, int]:
        """Count what fits `where` by the values of `by`; empty values count under ""."""
        kind = kind_of(record_type)
        query = filters(check_where(record_type, where))
        if by is not None:
            check_group(record_type, by)
        if not self._ready(kind):
            return {} if by is not None else {"": 0}
        if by is None:
            answer = self._cluster.call(
                self._client.count, index=self._indices.alias(kind), query=query
            )
            return {"": int(answer["count"])}
        counts: Counter[str] = Counter()
        for value, number in self._buckets(kind, query, by):
            counts[value] += number  # an empty text and no value at all count as one
        return dict(counts)

    def _buckets(self, kind: Kind, query: dict[str, Any], by: str) -> Iterator[tuple[str, int]]:
        source = {by: {"terms": {"field": by, "missing_bucket": True}}}
        composite: dict[str, Any] = {"size": PAGE, "sources": [source]}
        while True:
            answer = self._cluster.call(
                self._client.search,
                index=self._indices.alias(kind),
                size=0,
                query=query,
                aggs={"by": {"composite": composite}},
                allow_partial_search_results=False,
            )["aggregations"]["by"]
            for bucket in answer["buckets"]:
                value = bucket["key"][by]
                yield "" if value is None else str(value), int(bucket["doc_count"])
            if "after_key" not in answer:
                return
            composite = {**composite, "after": answer["after_key"]}

    def search(
        self, record_type: type[R], query: str, where: Where | None = None, *, limit: int = 20
    ) -> list[Hit[R]]:
        """Return the best hits by bm25."""
        kind = searchable(record_type)
        fitting = filters(check_where(record_type, where))
        asked = parse(query)
        if asked.empty or limit < 1 or not self._ready(kind):
            return []
        answer = self._cluster.call(
            self._client.search,
            index=self._indices.alias(kind),
            size=min(limit, HITS_LIMIT),
            query={"bool": {"must": musts(kind, asked), "filter": [fitting]}},
            track_total_hits=False,
            allow_partial_search_results=False,
        )
        return [
            Hit(record=_record(record_type, hit["_source"]), score=hit["_score"])
            for hit in answer["hits"]["hits"]
        ]

    def check(self) -> list[str]:
        """Return what is wrong with version, health, aliases, mappings, folding and blocks."""
        try:
            self._cluster.check_version()
            health = self._cluster.call(self._client.cluster.health)["status"]
            found = self._indices.check()
        except StoreError as error:
            return [str(error)]
        if health not in READABLE:
            found.append(f"its health is {health}; look at GET /_cluster/allocation/explain")
        return [f"store {self._cluster.name}: {sentence}" for sentence in found]

    def _ready(self, kind: Kind) -> bool:
        """Make this object's own writes visible; tell whether there is anything to read."""
        if kind.by_month is not None and not self._indices.present(kind):
            return False
        if kind.name in self._dirty:
            self._dirty.discard(kind.name)
            self._cluster.call(self._client.indices.refresh, index=self._indices.alias(kind))
        return True


def _by_type(
    encoded: Sequence[tuple[Stored, bytes]],
) -> dict[type[Stored], list[tuple[Stored, bytes]]]:
    groups: dict[type[Stored], list[tuple[Stored, bytes]]] = {}
    for record, body in encoded:
        groups.setdefault(type(record), []).append((record, body))
    return groups


def _refused(outcomes: Sequence[tuple[str, Outcome]], *, accept: tuple[int, ...]) -> list[Rejected]:
    return [
        Rejected(id=wanted, cause=outcome.cause)
        for wanted, outcome in outcomes
        if not outcome.done and outcome.status not in accept
    ]


def _document_id(record_id: str) -> str:
    """Return `record_id`, or what stands for it where it is too long for Elasticsearch."""
    raw = record_id.encode("utf-8", "replace")
    return record_id if len(raw) <= ID_BYTES else "sha256:" + hashlib.sha256(raw).hexdigest()


def _place(answer: dict[str, Any]) -> Place:
    return Place(
        answer["_index"], answer["_seq_no"], answer["_primary_term"], answer.get("_source", {})
    )


def _precedes(source: dict[str, Any], record: Stored, body: bytes) -> bool:
    """Tell whether `source` is the revision before `record`, or that record itself."""
    return bool(source["revision"] == record.revision - 1) or source == msgspec.json.decode(body)


def _record(record_type: type[R], source: dict[str, Any]) -> R:
    try:
        return msgspec.convert(source, record_type)
    except (msgspec.ValidationError, KiemchungError) as error:
        raise unreadable(record_type, error) from None
