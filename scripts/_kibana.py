"""Kibana's saved objects, made of `index_mappings/kibana/definitions.toml`."""

import json
from enum import StrEnum
from typing import Any

import msgspec

from kiemchung.paths import INDEX_MAPPINGS
from kiemchung.vocabulary import (
    AnswerKind,
    Harm,
    PublisherType,
    Rating,
    SignalLabel,
    SourceKind,
    Stance,
    Status,
)
from kiemchung.web.words import WORDS

DEFINITIONS = INDEX_MAPPINGS / "kibana" / "definitions.toml"
OBJECTS = INDEX_MAPPINGS / "kibana" / "kiemchung.ndjson"

CORE_VERSION = "8.8.0"
"""The oldest version that knows data views and saved searches in this form (8.8 to 9.x)."""
DATA_VIEW_VERSION = "8.0.0"
SEARCH_VERSION = "8.8.0"
"""Versions of the types. Kibana refuses one newer than itself and brings older ones up to date."""
INDEX_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index"

VALUES: dict[str, tuple[str, tuple[StrEnum, ...]]] = {
    "harm": ("harm", tuple(Harm)),
    "signal": ("harm", tuple(SignalLabel)),
    "status": ("status", tuple(Status)),
    # The other two answers are no verdicts of a flag that can be found (boundary 5).
    "verdict": (
        "answer",
        (AnswerKind.HARMFUL, AnswerKind.CONTRADICTED, AnswerKind.CANNOT_TELL),
    ),
    "source": ("source", tuple(SourceKind)),
    "publisher": ("publisher", tuple(PublisherType)),
    "rating": ("rating", tuple(Rating)),
    "stance": ("stance", tuple(Stance)),
}
"""Values, and how the names of their words on the review pages begin (`WORDS["harm.scam"]`)."""


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what `definitions.toml` holds: a name that isn't known is an error."""


class Label(Shape, frozen=True, kw_only=True):
    """A label in both languages."""

    vi: str
    en: str

    @property
    def both(self) -> str:
        """Return the label as Kibana shows it."""
        return f"{self.vi} / {self.en}"


class Field(Label, frozen=True, kw_only=True):
    """How a field is called and shown; at most one of `link`, `words` and `time` is set."""

    link: str = ""
    link_text: Label | None = None
    words: str = ""
    time: str = ""


class DataView(Shape, frozen=True, kw_only=True):
    """What analysts see of the records of one kind."""

    name: Label
    time_field: str
    hidden: tuple[str, ...]
    fields: dict[str, Field]


class Search(Shape, frozen=True, kw_only=True):
    """A saved search over a data view: a query in KQL, and how its hits are listed."""

    data_view: str
    title: Label
    description: Label
    query: str
    time_range: dict[str, str]
    columns: tuple[str, ...]
    sort: tuple[tuple[str, str], ...]
    breakdown: str


class Definitions(Shape, frozen=True, kw_only=True):
    """All of `definitions.toml`; a data view goes by the kind of record that it shows."""

    review: str
    data_views: dict[str, DataView]
    searches: dict[str, Search]


def load_definitions() -> Definitions:
    """Read `definitions.toml`.

    Raises:
        msgspec.ValidationError: it holds something unknown, or lacks something.
    """
    return msgspec.toml.decode(DEFINITIONS.read_bytes(), type=Definitions)


def build(*, prefix: str = "kiemchung", review: str = "") -> str:
    """Return the saved objects, one a line, the same for the same definitions.

    `prefix` is that of the indices; `review` replaces the address of the review pages.
    """
    definitions = load_definitions()
    base = (review or definitions.review).rstrip("/")
    objects = [
        *(data_view(kind, view, prefix, base) for kind, view in definitions.data_views.items()),
        *(search(name, saved, prefix) for name, saved in definitions.searches.items()),
    ]
    return "".join(f"{compact(each)}\n" for each in objects)


def data_view(kind: str, view: DataView, prefix: str, review: str) -> dict[str, Any]:
    """Return a data view of the alias `<prefix>-<kind>`, which is its id too."""
    shown = {name: shown_as(field, review) for name, field in view.fields.items()}
    labels = {name: {"customLabel": field.both} for name, field in view.fields.items()}
    return {
        "id": f"{prefix}-{kind}",
        "type": "index-pattern",
        "attributes": {
            "title": f"{prefix}-{kind}",
            "name": view.name.both,
            "timeFieldName": view.time_field,
            "fields": "[]",
            "fieldAttrs": compact(labels),
            "fieldFormatMap": compact({name: each for name, each in shown.items() if each}),
            "sourceFilters": compact([{"value": name} for name in view.hidden]),
            "runtimeFieldMap": "{}",
        },
        "references": [],
        "coreMigrationVersion": CORE_VERSION,
        "typeMigrationVersion": DATA_VIEW_VERSION,
        "managed": False,
    }


def shown_as(field: Field, review: str) -> dict[str, Any] | None:
    """Return the formatter of a field, None where Kibana's own will do."""
    if field.link:
        params = {"type": "a", "urlTemplate": field.link.replace("{review}", review)}
        if field.link_text:
            params["labelTemplate"] = field.link_text.both
        return {"id": "url", "params": params}
    if field.words:
        return {"id": "static_lookup", "params": {"lookupEntries": lookup(field.words)}}
    if field.time:
        return {"id": "date", "params": {"pattern": field.time}}
    return None


def lookup(words: str) -> list[dict[str, str]]:
    """Return what the review pages call each value of a list."""
    begin, values = VALUES[words]
    named = {value.value: WORDS[f"{begin}.{value.value}"] for value in values}
    return [{"key": value, "value": f"{word.vi} / {word.en}"} for value, word in named.items()]


def search(name: str, saved: Search, prefix: str) -> dict[str, Any]:
    """Return a saved search, with its time range."""
    source = {
        "query": {"query": saved.query, "language": "kuery"},
        "filter": [],
        "indexRefName": INDEX_REFERENCE,
    }
    view = {"id": f"{prefix}-{saved.data_view}", "type": "index-pattern", "name": INDEX_REFERENCE}
    return {
        "id": f"{prefix}-{name}",
        "type": "search",
        "attributes": {
            "title": saved.title.both,
            "description": saved.description.both,
            "columns": list(saved.columns),
            "sort": [list(pair) for pair in saved.sort],
            "grid": {},
            "hideChart": False,
            "breakdownField": saved.breakdown,
            "isTextBasedQuery": False,
            "usesAdHocDataView": False,
            "timeRestore": True,
            "timeRange": saved.time_range,
            "kibanaSavedObjectMeta": {"searchSourceJSON": compact(source)},
        },
        "references": [view],
        "coreMigrationVersion": CORE_VERSION,
        "typeMigrationVersion": SEARCH_VERSION,
        "managed": False,
    }


def compact(value: object) -> str:
    """Return `value` as JSON on one line, keys in order, Vietnamese as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
