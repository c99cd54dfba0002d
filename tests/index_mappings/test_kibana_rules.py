"""The validator of Kibana's import rules: it finds each fault that it is for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scripts._kibana import build
from scripts._kibana_rules import faults, mapping_fields, query_fields
from tests.index_mappings.conftest import known, parsed

Objects = dict[str, Any]
Change = Callable[[Objects], object]


def broken(change: Change) -> list[str]:
    """Return what the validator says of the file with one change."""
    objects = parsed(build())
    change(objects)
    return faults("".join(json.dumps(each) + "\n" for each in objects.values()), known())


def inside(objects: Objects, kind: str, name: str, change: Callable[[Any], object]) -> None:
    """Change the JSON that stands in a string of the attributes."""
    place = objects[kind]["attributes"]
    if name == "searchSourceJSON":
        place = place["kibanaSavedObjectMeta"]
    value = json.loads(place[name])
    change(value)
    place[name] = json.dumps(value)


def of_view(**changes: Any) -> Change:
    """Change the data view's attributes."""
    return lambda objects: objects["index-pattern"]["attributes"].update(changes)


def of_search(**changes: Any) -> Change:
    """Change the saved search's attributes."""
    return lambda objects: objects["search"]["attributes"].update(changes)


def of_source(**changes: Any) -> Change:
    """Change what the saved search asks."""
    return lambda objects: inside(
        objects, "search", "searchSourceJSON", lambda source: source.update(changes)
    )


def of_format(field: str, **shown: Any) -> Change:
    """Change how a field is shown."""
    return lambda objects: inside(
        objects, "index-pattern", "fieldFormatMap", lambda formats: formats.update({field: shown})
    )


def query(text: str, language: str = "kuery") -> Change:
    """Change the query."""
    return of_source(query={"query": text, "language": language})


def link(template: str) -> Change:
    """Change the link to the review page."""
    return of_format("id", id="url", params={"type": "a", "urlTemplate": template})


BROKEN: dict[str, tuple[Change, str]] = {
    "unknown type": (lambda o: o["search"].update(type="lens"), "lens"),
    "no references": (lambda o: o["search"].pop("references"), "references"),
    "no attributes": (lambda o: o["search"].pop("attributes"), "attributes"),
    "no id": (lambda o: o["search"].update(id=""), "length >= 1"),
    "old kind of version": (lambda o: o["search"].update(migrationVersion={}), "migrationVersion"),
    "newer core": (lambda o: o["search"].update(coreMigrationVersion="8.19.0"), "8.19.0 is newer"),
    "newer search": (
        lambda o: o["search"].update(typeMigrationVersion="10.1.0"),
        "10.1.0 is newer",
    ),
    "newer view": (lambda o: o["index-pattern"].update(typeMigrationVersion="8.8.0"), "is newer"),
    "no version": (lambda o: o["search"].update(typeMigrationVersion="latest"), "regex"),
    "the same twice": (lambda o: o.update(again=o["search"]), "it is there twice"),
    "reference to nothing": (
        lambda o: o["search"]["references"][0].update(id="elsewhere"),
        "elsewhere leads nowhere",
    ),
    "reference to itself": (
        lambda o: o["search"]["references"][0].update(type="search", id="kiemchung-open_today"),
        "no data view that is known",
    ),
    "reference twice": (
        lambda o: o["search"]["references"].append(o["search"]["references"][0]),
        "is there twice",
    ),
    "reference of another name": (
        lambda o: o["search"]["references"][0].update(name="index"),
        "is not its one reference",
    ),
    "index without reference": (of_source(index="kiemchung-flags"), "index"),
    "search source no JSON": (
        of_search(kibanaSavedObjectMeta={"searchSourceJSON": "{"}),
        "truncated",
    ),
    "another language": (query("verdict:x", "lucene"), "lucene"),
    "field of the query": (query("not verdikt : *"), "no field verdikt"),
    "column": (of_search(columns=["prioritty"]), "no field prioritty"),
    "sort by nothing": (of_search(sort=[["nothing", "desc"]]), "no field nothing"),
    "sort by text": (of_search(sort=[["text", "desc"]]), "can't be sorted or grouped by text"),
    "sort downwards": (of_search(sort=[["priority", "down"]]), "down"),
    "sort of one level": (of_search(sort=["priority", "desc"]), "sort"),
    "group by text": (of_search(breakdownField="title"), "can't be sorted or grouped by title"),
    "attribute of later": (of_search(tabs=[]), "tabs"),
    "text-based query": (of_search(isTextBasedQuery=True), "only searches in KQL"),
    "time field": (of_view(timeFieldName="@timestamp"), "no field @timestamp"),
    "no time field": (of_view(timeFieldName=""), "length >= 1"),
    "unknown alias": (of_view(title="kiemchung-*"), "nobody knows an alias kiemchung-*"),
    "label of nothing": (
        of_view(fieldAttrs='{"author":{"customLabel":"x"}}'),
        "no field author",
    ),
    "empty label": (of_view(fieldAttrs='{"id":{"customLabel":""}}'), "length >= 1"),
    "formats no JSON": (of_view(fieldFormatMap="{"), "truncated"),
    "hidden nothing": (of_view(sourceFilters='[{"value":"avatar"}]'), "no field avatar"),
    "view attribute of later": (of_view(allowHidden=False), "allowHidden"),
    "format of nothing": (
        of_format("nobody", id="date", params={"pattern": "Y"}),
        "no field nobody",
    ),
    "unknown format": (of_format("id", id="html", params={}), "html"),
    "link that runs": (link("javascript:alert({{value}})"), "urlTemplate"),
    "link to one place": (link("http://127.0.0.1:8765/flags/1"), "urlTemplate"),
    "words for nothing": (
        of_format("label", id="static_lookup", params={"lookupEntries": []}),
        "lookupEntries",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_found(name: str) -> None:
    """A file with one fault is refused, with a sentence that names it."""
    change, sentence = BROKEN[name]

    found = broken(change)

    assert any(sentence in fault for fault in found), found


def test_a_file_without_faults_has_none() -> None:
    """The changes above are what the validator sees: unchanged, the file passes."""
    assert broken(lambda _: None) == []


@pytest.mark.parametrize("text", ["", "\n", "[]\n", "{}\n", "no JSON\n", build().rstrip("\n")])
def test_what_is_no_file_of_objects(text: str) -> None:
    """Each line is one whole JSON object with an end."""
    assert faults(text, known())


def test_the_fields_of_a_query() -> None:
    """What stands in quotes is no field, and every comparison names one."""
    query = 'a.b : "c : d" and not e:* or f >= 3 and g < 2 or "h\\": i" or loose'

    assert query_fields(query) == {"a.b", "e", "f", "g"}


def test_the_fields_of_a_mapping() -> None:
    """Fields of objects and further fields have their whole names; text can't be sorted by."""
    mapping = {
        "properties": {
            "a": {"type": "object", "properties": {"b": {"type": "long", "doc_values": False}}},
            "c": {"type": "text", "fields": {"d": {"type": "text"}}},
            "e": {"type": "keyword"},
        }
    }

    assert mapping_fields(mapping) == {"a.b": False, "c": False, "c.d": False, "e": True}
