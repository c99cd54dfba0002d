"""What the store asks Elasticsearch: filters, order, words and phrases as its query bodies."""

from typing import Any

from kiemchung.store.base import Kind, Range, Value
from kiemchung.store.filters import plain
from kiemchung.store.query import Query

TERMS = 50_000
"""Values in one `terms` filter; Elasticsearch takes 65,536."""


def order(field: str, *, descending: bool) -> list[dict[str, Any]]:
    """Return the `sort` by `field`, empty values first (descending: last), then by id."""
    direction = "desc" if descending else "asc"
    first = {"order": direction, "missing": "_last" if descending else "_first"}
    return [{field: first}] if field == "id" else [{field: first}, {"id": {"order": "asc"}}]


def filters(where: dict[str, Value]) -> dict[str, Any]:
    """Return a query for what fits all of `where`."""
    return {"bool": {"filter": [_filter(field, wanted) for field, wanted in where.items()]}}


def _filter(field: str, wanted: Value) -> dict[str, Any]:
    if isinstance(wanted, Range):
        sides = (("gte", wanted.low), ("lt", wanted.high))
        return {"range": {field: {key: plain(side) for key, side in sides if side is not None}}}
    if isinstance(wanted, tuple):
        # Even of no members there is one part: `should` of no clause would take everything.
        starts = range(0, max(len(wanted), 1), TERMS)
        parts = [wanted[start : start + TERMS] for start in starts]
        anyone = [{"terms": {field: [plain(member) for member in part]}} for part in parts]
        return {"bool": {"should": anyone, "minimum_should_match": 1}}
    if wanted is None:
        return {"bool": {"must_not": [{"exists": {"field": field}}]}}
    return {"term": {field: plain(wanted)}}


def musts(kind: Kind, asked: Query) -> list[dict[str, Any]]:
    """Return one clause for each word and phrase; each may stand in any of the text fields."""
    words = [_anywhere([{"term": {field: word}} for field in kind.search]) for word in asked.words]
    phrases = [
        _anywhere([{"match_phrase": {f"{f}.exact": " ".join(phrase)}} for f in kind.search])
        for phrase in asked.phrases
    ]
    return words + phrases


def _anywhere(clauses: list[dict[str, Any]]) -> dict[str, Any]:
    return {"dis_max": {"queries": clauses}}
