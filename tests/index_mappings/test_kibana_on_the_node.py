"""Data view and saved search against the real index: every field is there, every query finds."""

import json
from collections import Counter
from typing import Any

import pytest

from scripts._kibana import load_definitions
from tests.index_mappings.conftest import (
    OPEN_OTHER_DAYS,
    OPEN_TODAY,
    SETTLED,
    TODAY,
    Seeded,
    known,
)
from tests.store.samples import decomposed

ZONE = "Asia/Ho_Chi_Minh"
"""Kibana's setting dateFormat:tz, as index_mappings/kibana/README.md asks for it."""
BY_FORMAT = {"url": {"keyword"}, "static_lookup": {"keyword"}, "date": {"date", "date_nanos"}}
DA_NANG = {"later", "earlier"}


def field_caps(seeded: Seeded) -> dict[str, dict[str, Any]]:
    """Return what the node says of each field of the flags, objects and metadata left out."""
    fields = seeded.node.field_caps(index=seeded.alias, fields="*")["fields"]
    caps = {name: next(iter(types.values())) for name, types in fields.items()}
    return {
        name: each
        for name, each in caps.items()
        if not each["metadata_field"] and each["type"] != "object"
    }


def attributes(seeded: Seeded, kind: str) -> dict[str, Any]:
    """Return the attributes of the data view or the saved search."""
    found: dict[str, Any] = seeded.objects[kind]["attributes"]
    return found


def search_query(seeded: Seeded) -> str:
    """Return the saved search's query in KQL."""
    source = json.loads(attributes(seeded, "search")["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return str(source["query"]["query"])


def discover(seeded: Seeded) -> list[dict[str, Any]]:
    """Ask as Kibana's Discover does for the saved search, with noon of `TODAY` as now."""
    search, view = attributes(seeded, "search"), attributes(seeded, "index-pattern")
    span = search["timeRange"]
    now = f"{TODAY:%Y-%m-%dT%H:%M:%SZ}||"
    times = {
        "gte": span["from"].replace("now", now),
        "lte": span["to"].replace("now", now),
        "time_zone": ZONE,
    }
    day = {"range": {view["timeFieldName"]: times}}
    answer = seeded.node.search(
        index=view["title"],
        query={"bool": {"filter": [{"kql": {"query": search_query(seeded)}}, day]}},
        sort=[{field: order} for field, order in search["sort"]],
        fields=search["columns"],
        source=False,
    )
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return hits


def test_every_field_is_labelled_or_hidden(seeded: Seeded) -> None:
    """The data view names the fields of the real index, each of them and no other."""
    view = load_definitions().data_views["flags"]

    assert {*view.fields, *view.hidden} == set(field_caps(seeded))
    assert not set(view.fields) & set(view.hidden)


def test_the_mapping_file_says_what_the_node_does(seeded: Seeded) -> None:
    """The validator's fields, and which can be sorted by, are those of the real index."""
    caps = field_caps(seeded)

    assert known()["kiemchung-flags"] == {name: caps[name]["aggregatable"] for name in caps}


def test_formatters_fit_the_types(seeded: Seeded) -> None:
    """Links and words are of keywords, times of dates, in the real index."""
    caps = field_caps(seeded)
    formats = json.loads(attributes(seeded, "index-pattern")["fieldFormatMap"])

    wrong = [name for name, f in formats.items() if caps[name]["type"] not in BY_FORMAT[f["id"]]]

    assert wrong == []


def test_the_time_field_is_a_searchable_time(seeded: Seeded) -> None:
    """Kibana's time picker can use it."""
    caps = field_caps(seeded)[attributes(seeded, "index-pattern")["timeFieldName"]]

    assert caps["type"] in BY_FORMAT["date"]
    assert caps["searchable"]
    assert caps["aggregatable"]


def test_the_query_finds_the_open_flags(seeded: Seeded) -> None:
    """The node's own `kql` query finds every flag without a verdict, and no other."""
    expected = {flag.id for flag in (*OPEN_TODAY, *OPEN_OTHER_DAYS)}

    assert seeded.kql(search_query(seeded)) == expected


def test_the_search_lists_today_by_priority(seeded: Seeded) -> None:
    """With its time range: Vietnam's day to the millisecond, the most urgent first, then newest."""
    assert [hit["_id"] for hit in discover(seeded)] == [flag.id for flag in OPEN_TODAY]


def test_the_columns_have_values(seeded: Seeded) -> None:
    """Discover reads columns through `fields`, and gets each of a flag that has it."""
    urgent = discover(seeded)[0]["fields"]

    assert set(urgent) == set(attributes(seeded, "search")["columns"])
    assert urgent["priority"] == [90]
    assert urgent["id"] == ["urgent"]


def test_the_histogram_can_be_split(seeded: Seeded) -> None:
    """The chart above the list counts by harm: the aggregation on the real index has buckets."""
    field = attributes(seeded, "search")["breakdownField"]

    answer = seeded.node.search(
        index=seeded.alias, size=0, aggs={"by": {"terms": {"field": field}}}
    )["aggregations"]["by"]["buckets"]

    flags = (*OPEN_TODAY, *OPEN_OTHER_DAYS, *SETTLED)
    assert {b["key"]: b["doc_count"] for b in answer} == Counter(flag.label for flag in flags)


@pytest.mark.parametrize(
    "query",
    ['text : "da nang"', 'text : "Đà Nẵng"', decomposed('text : "đà nẵng"'), "da nang"],
)
def test_kql_folds(seeded: Seeded, query: str) -> None:
    """What an analyst types, with marks or without, in the field or anywhere, finds Đà Nẵng."""
    assert seeded.kql(query) == DA_NANG


@pytest.mark.parametrize(
    "query",
    [
        {"query_string": {"query": '"da nang"'}},
        {"query_string": {"query": "da AND nang", "default_field": "text"}},
        {"match": {"text": {"query": "da nang", "operator": "and"}}},
        {"match_phrase": {"text": "da nang"}},
        # What Kibana sends for words without a field.
        {"multi_match": {"query": "da nang", "type": "phrase", "lenient": True}},
    ],
    ids=lambda query: next(iter(query)),
)
def test_raw_queries_fold(seeded: Seeded, query: dict[str, Any]) -> None:
    """No Python runs before a query of Kibana, and `da nang` finds Đà Nẵng all the same."""
    assert seeded.found(query) == DA_NANG


def test_exact_fields_keep_marks(seeded: Seeded) -> None:
    """`text.exact` tells words apart that differ in marks alone."""
    assert seeded.kql('text.exact : "đà nẵng"') == DA_NANG
    assert seeded.kql('text.exact : "da nang"') == set()
