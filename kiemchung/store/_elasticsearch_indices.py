"""Indices and aliases: made from index_mappings/, and compared with it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from kiemchung.errors import StoreError
from kiemchung.paths import INDEX_MAPPINGS
from kiemchung.records import Stored
from kiemchung.store._elasticsearch_analysis import analysis
from kiemchung.store._elasticsearch_wire import Cluster
from kiemchung.store.base import KINDS, Kind
from kiemchung.store.query import FOLDING, HITS_LIMIT

SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    # One node alone is green; the second one gets a copy.
    "auto_expand_replicas": "0-1",
    "max_result_window": HITS_LIMIT,
    # What was removed leaves the files when the store is purged, however little it is.
    "merge": {"policy": {"expunge_deletes_allowed": 0}},
    # Mappings are strict, so these never bind; they are for the day when one is loosened.
    "mapping": {
        "total_fields": {"limit": 200},
        "depth": {"limit": 4},
        "nested_fields": {"limit": 0},
        "nested_objects": {"limit": 1000},
        "field_name_length": {"limit": 60},
    },
}


class Indices:
    """The indices of one prefix. An index is reached through its alias, `<prefix>-<kind>`."""

    def __init__(self, cluster: Cluster, prefix: str) -> None:
        """Use the indices of `prefix`; nothing is sent yet."""
        self._cluster = cluster
        self._client = cluster.client
        self._prefix = prefix

    def alias(self, kind: Kind) -> str:
        """Return the name under which all records of `kind` are read."""
        return f"{self._prefix}-{kind.name}"

    def prepare(self) -> None:
        """Make what is missing, and add the fields that older indices lack.

        Raises:
            StoreError: an index has a field of another type, or a foreign index has our name.
        """
        for kind in KINDS.values():
            names = self.names(kind)
            if not names and kind.by_month is None:
                self._create(kind, f"{self.alias(kind)}-1")
            for name in names:
                if _differences(mapping(kind), self._mapping(name)):
                    self._add_fields(kind, name)

    def names(self, kind: Kind) -> list[str]:
        """Return the indices behind the alias of `kind` as they are now, newest first."""
        answer = self._cluster.call(
            self._client.indices.get_alias, index=f"{self.alias(kind)}-*", allow_no_indices=True
        )
        alias = self.alias(kind)
        return sorted((name for name in answer if alias in answer[name]["aliases"]), reverse=True)

    def present(self, kind: Kind) -> list[str]:
        """Return `names(kind)`; only posts may have none yet.

        Raises:
            StoreError: the alias of another kind is gone.
        """
        names = self.names(kind)
        if not names and kind.by_month is None:
            raise StoreError(f"store {self._cluster.name}: {self._missing(kind)}")
        return names

    def _missing(self, kind: Kind) -> str:
        return f"the alias {self.alias(kind)} is missing; run `kiemchung store init`"

    def home(self, kind: Kind, record: Stored) -> str:
        """Return the name of the index that a new record belongs to, which may not exist yet."""
        if kind.by_month is None:
            return self.alias(kind)
        met: datetime = getattr(record, kind.by_month)
        return f"{self.alias(kind)}-{met.astimezone(UTC):%Y-%m}"

    def ensure(self, kind: Kind, names: set[str], there: list[str]) -> None:
        """Make those of `names` that are not `there` yet."""
        for name in sorted(names.difference(there, {self.alias(kind)})):
            self._create(kind, name)

    def _create(self, kind: Kind, name: str) -> None:
        """Make an index with its alias in one step; another process may do so meanwhile."""
        alias = self.alias(kind)
        self._cluster.call(
            self._client.options(ignore_status=400).indices.create,
            index=name,
            mappings=mapping(kind),
            settings={"index": SETTINGS, "analysis": analysis()},
            aliases={alias: {}},
        )
        if name not in self.names(kind):
            raise StoreError(
                f"store {self._cluster.name}: {name} can't be made with the alias {alias}; remove "
                "what has one of these names, or set KIEMCHUNG_INDEX_PREFIX"
            )

    def _mapping(self, name: str) -> dict[str, Any]:
        answer = self._cluster.call(self._client.indices.get_mapping, index=name)
        return dict(answer[name]["mappings"])

    def _add_fields(self, kind: Kind, name: str) -> None:
        self._cluster.call(
            self._client.options(ignore_status=400).indices.put_mapping,
            index=name,
            properties=mapping(kind)["properties"],
            dynamic="strict",
        )
        if left := _differences(mapping(kind), self._mapping(name)):
            # One conflict keeps every missing field out: it is what has to be mended.
            first = next((said for said in left if "another" in said), left[0])
            raise StoreError(
                f"store {self._cluster.name}: {name} has another mapping ({first}); make a new "
                "index from it with _reindex (index_mappings/README.md), or set "
                "KIEMCHUNG_INDEX_PREFIX"
            )

    # --- what is wrong ------------------------------------------------------------------------

    def check(self) -> list[str]:
        """Return what is wrong with aliases, mappings, folding and blocks, a sentence each."""
        found: list[str] = []
        for kind in KINDS.values():
            names = self.names(kind)
            if not names and kind.by_month is None:
                found.append(self._missing(kind))
            for name in names:
                found += self._check_index(kind, name)
        return found

    def _check_index(self, kind: Kind, name: str) -> list[str]:
        actual = self._mapping(name)
        found = [
            f"{name}: {said}; make a new index from it with _reindex (index_mappings/README.md)"
            for said in _differences(mapping(kind), actual)
        ]
        if kind.search and actual.get("_meta", {}).get("folding") != FOLDING:
            found.append(
                f"{name}: it folds text as another version of kiemchung did, so that search may "
                "miss records; make a new index from it with _reindex (index_mappings/README.md)"
            )
        answer = self._cluster.call(
            self._client.indices.get_settings, index=name, name="index.blocks.*"
        )
        blocks = answer[name]["settings"].get("index", {}).get("blocks", {}) if answer else {}
        if "true" in map(str, blocks.values()):
            found.append(f"{name}: it is blocked ({', '.join(blocks)}); take the block off")
        return found


@cache
def mapping(kind: Kind) -> dict[str, Any]:
    """Return the mapping in `index_mappings/<kind>.json`, with the folding it was made for."""
    text = (INDEX_MAPPINGS / f"{kind.name}.json").read_text(encoding="utf-8")
    return {**json.loads(text), "_meta": {"folding": FOLDING}}


def _differences(wanted: Mapping[str, Any], actual: Mapping[str, Any], path: str = "") -> list[str]:
    """Return how `actual` falls short of `wanted`, a phrase for each field."""
    found = []
    if "dynamic" in wanted and actual.get("dynamic") != wanted["dynamic"]:
        found.append(f"{path or 'its mapping'} is not strict")
    for name, field in wanted.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        there = actual.get("properties", {}).get(name)
        found += _differ(place, field, there) if there else [f"the field {place} is missing"]
    return found


def _differ(place: str, field: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    if "properties" in field:
        return _differences(field, there, place)
    keys = ("type", "analyzer", "index", "doc_values")
    wrong = [key for key in keys if there.get(key) != field.get(key)]
    missing = sorted(set(field.get("fields", {})) - set(there.get("fields", {})))
    return (
        [f"{place} has another {wrong[0]}"]
        if wrong
        else [f"the field {place}.{name} is missing" for name in missing]
    )
