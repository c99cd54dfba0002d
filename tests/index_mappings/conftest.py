"""The saved objects as they ship, and flags on a real node to try them on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from elasticsearch import Elasticsearch

from kiemchung.paths import INDEX_MAPPINGS
from kiemchung.store.elasticsearch import ElasticsearchStore
from kiemchung.vocabulary import AnswerKind
from scripts._kibana import build
from scripts._kibana_rules import Known, mapping_fields
from tests.store.conftest import new_prefix, remove
from tests.store.samples import decomposed, make_contradicted, make_flag

TODAY = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
"""Noon in Vietnam, whose day began at 17:00 UTC."""
BEGIN, END = datetime(2026, 11, 23, 17, tzinfo=UTC), datetime(2026, 11, 24, 17, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 11, 23, 16, 59, 59, 999000, tzinfo=UTC)

OPEN_TODAY = (
    make_flag("urgent", priority=90, fetched_at=BEGIN, story="s", story_size=3, title="Nước chanh"),
    make_flag("later", priority=50, fetched_at=TODAY, text="Lũ lớn ở Đà Nẵng, Thành cao"),
    make_flag("earlier", priority=50, fetched_at=BEGIN, text=decomposed("Đà Nẵng ngập, chạy đi")),
    msgspec.structs.replace(
        make_contradicted("unsettled"), priority=40, fetched_at=TODAY, verdict=None
    ),
    make_flag("calm", priority=0, fetched_at=TODAY, published_at=None, title=""),
)
"""What the saved search lists, in its order."""
OPEN_OTHER_DAYS = (
    make_flag("yesterday", priority=99, fetched_at=LAST_MOMENT),
    make_flag("tomorrow", priority=99, fetched_at=END),
)
SETTLED = (
    msgspec.structs.replace(make_contradicted("refuted"), fetched_at=TODAY),
    make_flag("harmful", priority=99, fetched_at=TODAY, verdict=AnswerKind.HARMFUL),
)


class Seeded(msgspec.Struct, frozen=True):
    """Flags of one prefix on a real node, and the saved objects for that prefix."""

    node: Elasticsearch
    prefix: str
    objects: dict[str, Any]

    @property
    def alias(self) -> str:
        """Return the name under which Kibana would read the flags."""
        return f"{self.prefix}-flags"

    def found(self, query: dict[str, Any]) -> set[str]:
        """Return the ids of the flags that a query finds."""
        hits = self.node.search(index=self.alias, query=query, size=100)["hits"]["hits"]
        return {hit["_id"] for hit in hits}

    def kql(self, query: str) -> set[str]:
        """Return the ids of the flags that a query in KQL finds."""
        return self.found({"kql": {"query": query}})


def parsed(text: str) -> dict[str, Any]:
    """Return the saved objects of a file, by type: there is one of each."""
    objects = [json.loads(line) for line in text.splitlines()]
    return {each["type"]: each for each in objects}


def known(prefix: str = "kiemchung") -> Known:
    """Return the fields of the flags as their mapping file has them."""
    mapping = json.loads((INDEX_MAPPINGS / "flags.json").read_text(encoding="utf-8"))
    return {f"{prefix}-flags": mapping_fields(mapping)}


@pytest.fixture(scope="module")
def seeded(elasticsearch_url: str) -> Iterator[Seeded]:
    """Give a node with the flags of this file, written by the store."""
    prefix = new_prefix()
    with Elasticsearch(elasticsearch_url) as node:
        store = ElasticsearchStore(elasticsearch_url, prefix=prefix)
        assert store.put([*OPEN_TODAY, *OPEN_OTHER_DAYS, *SETTLED]) == []
        store.close()
        node.indices.refresh(index=f"{prefix}-flags")
        yield Seeded(node, prefix, parsed(build(prefix=prefix)))
    remove(elasticsearch_url, prefix)
