"""What may be filtered, sorted and counted by, checked before any store is asked."""

from datetime import datetime
from enum import Enum
from functools import cache
from typing import get_args, get_type_hints

from kiemchung.errors import StoreError
from kiemchung.records import Stored
from kiemchung.store.base import KINDS, Kind, Range, Value, Where
from kiemchung.store.encoding import time_text
from kiemchung.text import clean


def kind_of(record_type: type[Stored]) -> Kind:
    """Return how records of this type are kept.

    Raises:
        StoreError: no store keeps them.
    """
    if record_type not in KINDS:
        raise StoreError(f"{record_type.__name__}: no store keeps records of this type")
    return KINDS[record_type]


def searchable(record_type: type[Stored]) -> Kind:
    """Return the kind of a type that may be searched (boundary 5).

    Raises:
        StoreError: it may not.
    """
    kind = kind_of(record_type)
    if not kind.search:
        raise StoreError(f"{kind.name} can't be searched: flags and fact-checks alone can")
    return kind


@cache
def field_type(record_type: type[Stored], field: str) -> type:
    """Return datetime, int or str: what the values of a filter field are compared as."""
    hint = get_type_hints(record_type)[field]
    found = {hint, *get_args(hint)}
    return next((kind for kind in (datetime, int) if kind in found), str)


def check_where(record_type: type[Stored], where: Where | None) -> dict[str, Value]:
    """Return `where` as a dictionary of filters that fit the type.

    Raises:
        StoreError: a field can't be filtered by, or its wanted value is of the wrong type.
    """
    wanted = dict(where or {})
    for field, value in wanted.items():
        check_field(record_type, field)
        if not _fits(field_type(record_type, field), value):
            raise StoreError(
                f"{kind_of(record_type).name}: {field} can't be compared to a "
                f"{type(value).__name__}"
            )
    return wanted


def _fits(kind: type, value: Value) -> bool:
    if value is None:
        return True
    if isinstance(value, Range):
        return kind is not str and all(_bounds(kind, side) for side in (value.low, value.high))
    if isinstance(value, tuple):
        return kind is str and all(isinstance(member, str) for member in value)
    return kind is not datetime and isinstance(value, kind)


def _bounds(kind: type, side: datetime | int | None) -> bool:
    if isinstance(side, datetime):
        return kind is datetime and side.tzinfo is not None
    return side is None or kind is int


def check_field(record_type: type[Stored], field: str) -> str:
    """Return `field` if records of this type can be filtered and grouped by it.

    Raises:
        StoreError: they can't.
    """
    kind = kind_of(record_type)
    if field not in kind.filters:
        raise StoreError(f"{kind.name}: no filter {field!r}; there are {', '.join(kind.filters)}")
    return field


def check_sort(record_type: type[Stored], field: str) -> str:
    """Return `field` if records of this type can be sorted by it (a filter, or the id).

    Raises:
        StoreError: they can't.
    """
    return field if field == "id" else check_field(record_type, field)


def check_group(record_type: type[Stored], field: str) -> str:
    """Return `field` if records of this type can be counted by it.

    Raises:
        StoreError: they can't, or it is a time, whose values nobody would count.
    """
    if field_type(record_type, check_field(record_type, field)) is datetime:
        raise StoreError(f"{kind_of(record_type).name}: can't count by the time {field}")
    return field


def plain(value: object) -> str | int | None:
    """Return a field's value as what stores compare: text, a whole number or nothing."""
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return clean(value)
    return int(value) if isinstance(value, int) else None
