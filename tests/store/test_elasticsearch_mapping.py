"""F27: nothing gets into an index that its mapping does not know, and nothing blows it up."""

import json
from typing import Any

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from kiemchung.paths import INDEX_MAPPINGS
from kiemchung.records import Flag, Post, Stored, Story
from kiemchung.store.base import KINDS
from kiemchung.store.encoding import encode
from kiemchung.store.filters import field_type
from tests.store.conftest import Open
from tests.store.samples import cases, make_flag, make_post, make_story, one_of_each

NESTED: dict[str, Any] = {"a": 1}
for _ in range(200):
    NESTED = {"a": NESTED}

EXPLOSIONS: dict[str, dict[str, Any]] = {
    "an unknown field": {"surprise": 1},
    "an author": {"author": "someone"},
    "ten thousand fields": {f"field_{n}": n for n in range(10_000)},
    "deep objects": {"deep": NESTED},
    "an unknown field inside": {"signals": [{"detector": "d", "politics": 0.9}]},
    "an object for a text": {"title": {"a": 1}},
    "a text for a number": {"priority": "very"},
}


def index(raw: Elasticsearch, prefix: str, kind: str, document: dict[str, Any]) -> None:
    """Write a document past the store, as another program would."""
    raw.index(index=f"{prefix}-{kind}", id="raw", document=document)


@pytest.mark.parametrize("name", cases(EXPLOSIONS, "an author", "ten thousand fields"))
def test_what_no_mapping_knows_is_refused(
    raw: Elasticsearch, shared_prefix: str, open_elasticsearch: Open, name: str
) -> None:
    """A foreign field is an error of that document, and the mapping stays as it is."""
    open_elasticsearch().put([make_flag()])
    before = raw.indices.get_mapping(index=f"{shared_prefix}-flags").body
    document = json.loads(encode(make_flag("raw"))) | EXPLOSIONS[name]

    with pytest.raises(BadRequestError, match=r"strict_dynamic|parsing"):
        index(raw, shared_prefix, "flags", document)
    assert raw.indices.get_mapping(index=f"{shared_prefix}-flags").body == before


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS.values() if kind.by_month is None])
def test_every_index_is_strict(
    raw: Elasticsearch, shared_prefix: str, open_elasticsearch: Open, kind: str
) -> None:
    """No kind takes a field that its file does not name."""
    open_elasticsearch()

    with pytest.raises(BadRequestError, match="strict_dynamic"):
        index(raw, shared_prefix, kind, {"handle": "@someone"})


def test_posts_of_a_new_month_are_strict_too(
    raw: Elasticsearch, shared_prefix: str, open_elasticsearch: Open
) -> None:
    """The index of a month is made with the mapping, not on the spot."""
    open_elasticsearch().put([make_post()])

    with pytest.raises(BadRequestError, match="strict_dynamic"):
        index(raw, shared_prefix, "posts-2026-11", {"avatar": "x"})


BIG: dict[str, Stored] = {
    "a term of 32,766 bytes": make_flag("big", url="u" * 32_766),
    "a term of 40,000 bytes": make_flag("big", url="ố" * 20_000, versions="v" * 40_000),
    "a story of 100,000 posts": make_story("big", posts=tuple(f"p{n}" for n in range(100_000))),
    "a flag of 5,000 signals": make_flag("big", signals=make_flag().signals * 5_000),
    "a text of one word": make_flag("big", text="x" * 1_000_000),
    "a text of many words": make_flag("big", text=" ".join(map(str, range(200_000)))),
    "a post of one word": make_post("big", text="ố" * 1_000_000),
}


@pytest.mark.parametrize("name", cases(BIG, "a term of 40,000 bytes"))
def test_large_values_are_kept(open_elasticsearch: Open, name: str) -> None:
    """What is merely large is stored whole, beside the rest of its batch."""
    record = BIG[name]
    store = open_elasticsearch()

    assert store.put([make_flag("small"), record]) == []
    assert store.get(type(record), ["big"]) == {"big": record}
    assert store.get(Flag, ["small"])


def test_every_kind_has_its_file() -> None:
    """The files of index_mappings/ are the kinds, by name."""
    assert {path.stem for path in INDEX_MAPPINGS.glob("*.json")} == {k.name for k in KINDS.values()}


@pytest.mark.parametrize("record_type", KINDS)
def test_the_mapping_has_the_fields_of_the_record(record_type: type[Stored]) -> None:
    """A mapping names exactly the fields of its record, filters among them indexed."""
    kind = KINDS[record_type]
    mapping = json.loads((INDEX_MAPPINGS / f"{kind.name}.json").read_text(encoding="utf-8"))
    kinds = {int: {"long"}, str: {"keyword"}}

    assert set(mapping["properties"]) == set(record_type.__struct_fields__)
    assert mapping["dynamic"] == "strict"
    for field in kind.filters:
        there = mapping["properties"][field]
        assert there["type"] in kinds.get(field_type(record_type, field), {"date", "date_nanos"})
        assert there.get("index", True), field


def test_text_of_posts_is_not_indexed(
    raw: Elasticsearch, shared_prefix: str, open_elasticsearch: Open
) -> None:
    """Boundary 5: no query reaches the words of a post, nor what detectors said of it."""
    store = open_elasticsearch()
    store.put([make_post()])
    raw.indices.refresh(index=f"{shared_prefix}-posts")
    capabilities = raw.field_caps(index=f"{shared_prefix}-posts", fields="*")["fields"]

    reachable = {
        name for name, kinds in capabilities.items() if any(k["searchable"] for k in kinds.values())
    }

    own = {name for name in reachable if not name.startswith("_")}
    assert own == {"id", *KINDS[Post].filters}
    for field in ("text", "title"):
        with pytest.raises(BadRequestError, match="not indexed"):
            raw.search(index=f"{shared_prefix}-posts", query={"match": {field: "chanh"}})


def test_sources_are_the_records(
    raw: Elasticsearch, shared_prefix: str, open_elasticsearch: Open
) -> None:
    """A document holds the record's own JSON and nothing else."""
    records = one_of_each()
    open_elasticsearch().put(records)

    for record in records:
        alias = f"{shared_prefix}-{KINDS[type(record)].name}"
        raw.indices.refresh(index=alias)
        hits = raw.search(index=alias, query={"ids": {"values": [record.id]}})["hits"]["hits"]
        assert [hit["_source"] for hit in hits] == [json.loads(encode(record))]


def test_a_story_is_bounded() -> None:
    """The samples of this module are within what a store takes."""
    assert isinstance(BIG["a story of 100,000 posts"], Story)
