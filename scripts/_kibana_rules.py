"""What Kibana asks of a file of saved objects, checked without a Kibana.

The shapes are those of Kibana's own schemas for 8.8 (`saved_search/server/saved_objects/schema.ts`,
`data_views/common/content_management/v1`), which forbid what they don't know; the rules about
versions and references are those of its import. Only types are here that this project ships.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

NEWEST = {"index-pattern": "8.0.0", "search": "8.8.0"}
"""The newest version of each type that the oldest supported Kibana, 8.8, takes."""
NEWEST_CORE = "8.8.0"

Text = Annotated[str, Meta(min_length=1)]
Version = Annotated[str, Meta(pattern=r"^\d+\.\d+\.\d+$")]
Known = Mapping[str, Mapping[str, bool]]
"""Title of a data view → its fields → whether hits can be sorted by the field."""
There = Mapping[tuple[str, str], "SavedObject"]
"""The objects of a file, by type and id."""

KQL_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
KQL_FIELD = re.compile(r"([A-Za-z_][\w.]*)\s*(?::|[<>]=?)")


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Base of Kibana's shapes."""


class Reference(Shape, frozen=True, kw_only=True):
    """A saved object that another one needs."""

    id: Text
    type: Text
    name: Text


class SavedObject(Shape, frozen=True, kw_only=True):
    """A line of the file."""

    id: Text
    type: Literal["index-pattern", "search"]
    attributes: dict[str, Any]
    references: tuple[Reference, ...]
    core_migration_version: Version
    type_migration_version: Version
    managed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it from the others."""
        return self.type, self.id


class DataView(Shape, frozen=True, kw_only=True):
    """The attributes of a data view; most are JSON in a string."""

    title: Text
    name: Text
    time_field_name: Text
    fields: str
    field_attrs: str
    field_format_map: str
    source_filters: str
    runtime_field_map: str


class FieldAttribute(Shape, frozen=True, kw_only=True):
    """What a data view says of one field."""

    custom_label: Annotated[str, Meta(min_length=1, max_length=1000)]


class SourceFilter(Shape, frozen=True, kw_only=True):
    """A field that is not shown."""

    value: Text


class UrlParams(Shape, frozen=True, kw_only=True):
    """A link. Kibana makes one of http, https and mailto alone."""

    type: Literal["a"]
    url_template: Annotated[str, Meta(pattern=r"^(https?://[^{}\s]+)?\{\{value\}\}$")]
    label_template: Text | None = None


class UrlFormat(Shape, frozen=True, kw_only=True, tag="url", tag_field="id"):
    """Values as links."""

    params: UrlParams


class LookupEntry(Shape, frozen=True, kw_only=True):
    """A value and its word."""

    key: Text
    value: Text


class LookupParams(Shape, frozen=True, kw_only=True):
    """Words for values."""

    lookup_entries: Annotated[tuple[LookupEntry, ...], Meta(min_length=1)]


class LookupFormat(Shape, frozen=True, kw_only=True, tag="static_lookup", tag_field="id"):
    """Values as words."""

    params: LookupParams


class DateParams(Shape, frozen=True, kw_only=True):
    """A pattern of moment.js."""

    pattern: Text


class DateFormat(Shape, frozen=True, kw_only=True, tag="date", tag_field="id"):
    """Values as times."""

    params: DateParams


Format = UrlFormat | LookupFormat | DateFormat


class Query(Shape, frozen=True, kw_only=True):
    """A query in KQL, whose name is `kuery` here."""

    query: str
    language: Literal["kuery"]


class SearchSource(Shape, frozen=True, kw_only=True):
    """What a saved search asks, and of which data view: by the name of a reference."""

    query: Query
    filter: tuple[()]
    index_ref_name: Text


class SearchMeta(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The search source, JSON in a string."""

    source: str = msgspec.field(name="searchSourceJSON")


class TimeRange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when to when, in Kibana's date arithmetic."""

    start: Text = msgspec.field(name="from")
    end: Text = msgspec.field(name="to")


class Search(Shape, frozen=True, kw_only=True):
    """The attributes of a saved search."""

    title: Text
    description: str
    columns: tuple[Text, ...]
    sort: tuple[tuple[Text, Literal["asc", "desc"]], ...]
    grid: dict[str, Any]
    hide_chart: bool
    breakdown_field: Text
    is_text_based_query: bool
    uses_ad_hoc_data_view: bool
    time_restore: bool
    time_range: TimeRange
    kibana_saved_object_meta: SearchMeta


class FaultError(Exception):
    """One sentence on what Kibana would refuse or show wrongly."""


def faults(text: str, known: Known) -> list[str]:
    """Return what is wrong with the file `text`, a sentence each; [] where all is well.

    `known` has the data views that the file may define, by the alias that each one shows.
    """
    found: list[str] = []
    objects: list[SavedObject] = []
    # Not `splitlines`: JSON may hold U+2028 as it is.
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        try:
            objects.append(decode(line, SavedObject))
        except FaultError as fault:
            found.append(f"line {number}: {fault}")
    if not text.endswith("\n") or not objects:
        found.append("the file is empty, or its last line has no end")
    twice = [key for key, times in Counter(each.key for each in objects).items() if times > 1]
    found += [f"{name} {id_}: it is there twice" for name, id_ in twice]
    there = {each.key: each for each in objects}
    for each in objects:
        found += [f"{each.type} {each.id}: {said}" for said in object_faults(each, there, known)]
    return found


def object_faults(one: SavedObject, there: There, known: Known) -> Iterator[str]:
    """Find what is wrong with one object among those that are `there`."""
    yield from version_faults(one)
    yield from reference_faults(one, there)
    try:
        if one.type == "index-pattern":
            yield from data_view_faults(one, known)
        else:
            yield from search_faults(one, there, known)
    except FaultError as fault:
        yield str(fault)


def version_faults(one: SavedObject) -> Iterator[str]:
    """Find versions that an older Kibana would refuse."""
    given = {
        "coreMigrationVersion": (one.core_migration_version, NEWEST_CORE),
        "typeMigrationVersion": (one.type_migration_version, NEWEST[one.type]),
    }
    for name, (version, newest) in given.items():
        if numbers(version) > numbers(newest):
            yield f"{name} {version} is newer than {newest}"


def numbers(version: str) -> tuple[int, ...]:
    """Return a version so that it can be compared."""
    return tuple(map(int, version.split(".")))


def reference_faults(one: SavedObject, there: There) -> Iterator[str]:
    """Find references to what is not in the file, and names that stand for two."""
    for reference in one.references:
        if (reference.type, reference.id) not in there:
            yield f"its reference to {reference.type} {reference.id} leads nowhere"
    names = Counter(reference.name for reference in one.references)
    yield from (f"the reference {name} is there twice" for name, n in names.items() if n > 1)


def data_view_faults(one: SavedObject, known: Known) -> Iterator[str]:
    """Find what is wrong with a data view.

    Raises:
        FaultError: its attributes are of another shape than Kibana's.
    """
    view: DataView = convert(one.attributes, DataView)
    formats: dict[str, Format] = decode(view.field_format_map, dict[str, Format])
    labels: dict[str, FieldAttribute] = decode(view.field_attrs, dict[str, FieldAttribute])
    hidden: tuple[SourceFilter, ...] = decode(view.source_filters, tuple[SourceFilter, ...])
    decode(view.fields, tuple[()])
    decode(view.runtime_field_map, Shape)
    if one.references:
        yield "a data view refers to nothing"
    if view.title not in known:
        yield f"nobody knows an alias {view.title}"
        return
    used = [view.time_field_name, *formats, *labels, *(each.value for each in hidden)]
    yield from missing(used, known[view.title])


def search_faults(one: SavedObject, there: There, known: Known) -> Iterator[str]:
    """Find what is wrong with a saved search.

    Raises:
        FaultError: its attributes are of another shape than Kibana's.
    """
    search: Search = convert(one.attributes, Search)
    source: SearchSource = decode(search.kibana_saved_object_meta.source, SearchSource)
    if search.is_text_based_query or search.uses_ad_hoc_data_view:
        yield "only searches in KQL over a data view of the file are known here"
    fields = searched_fields(one, source, there, known)
    sorted_by = [*(field for field, _ in search.sort), search.breakdown_field]
    yield from missing([*search.columns, *sorted_by, *query_fields(source.query.query)], fields)
    for field in sorted_by:
        if not fields.get(field, True):
            yield f"hits can't be sorted or grouped by {field}"


def searched_fields(
    one: SavedObject, source: SearchSource, there: There, known: Known
) -> Mapping[str, bool]:
    """Return the fields of the data view that a search refers to.

    Raises:
        FaultError: it refers to none that is known, or to something else besides.
    """
    named = {reference.name: reference for reference in one.references}
    if set(named) != {source.index_ref_name}:
        raise FaultError(f"indexRefName {source.index_ref_name} is not its one reference")
    reference = named[source.index_ref_name]
    view = there.get((reference.type, reference.id))
    title = view.attributes.get("title") if view and view.type == "index-pattern" else None
    if not isinstance(title, str) or title not in known:
        raise FaultError("its reference is to no data view that is known")
    return known[title]


def query_fields(query: str) -> set[str]:
    """Return the fields that a query in KQL names."""
    return set(KQL_FIELD.findall(KQL_QUOTED.sub('""', query)))


def missing(used: Iterable[str], fields: Mapping[str, bool]) -> Iterator[str]:
    """Find names of fields that don't exist."""
    yield from (f"there is no field {name}" for name in dict.fromkeys(used) if name not in fields)


def decode(text: str, shape: Any) -> Any:
    """Read JSON of the given shape.

    Raises:
        FaultError: it is no JSON, or of another shape.
    """
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.MsgspecError as error:
        raise FaultError(str(error)) from None


def convert(value: object, shape: Any) -> Any:
    """Read decoded JSON of the given shape.

    Raises:
        FaultError: it is of another shape.
    """
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise FaultError(str(error)) from None


def mapping_fields(mapping: Mapping[str, Any], path: str = "") -> dict[str, bool]:
    """Return the fields of an index's mapping, and whether hits can be sorted by each."""
    fields: dict[str, bool] = {}
    for name, field in mapping.get("properties", {}).items():
        place = f"{path}{name}"
        if "properties" in field:
            fields |= mapping_fields(field, f"{place}.")
            continue
        fields[place] = field["type"] != "text" and field.get("doc_values", True)
        fields |= {f"{place}.{more}": False for more in field.get("fields", {})}
    return fields
