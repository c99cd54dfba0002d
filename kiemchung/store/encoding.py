"""Records to stored bytes and back, with the limits that hold for every store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from kiemchung.errors import KiemchungError, RecordError, StoreError
from kiemchung.records import Stored
from kiemchung.store.base import Rejected

R = TypeVar("R", bound=Stored)

RECORD_BYTES = 16_000_000
"""Bytes of one encoded record that a store takes."""
INTEGERS = range(-(2**63), 2**63)


def encode(record: Stored) -> bytes:
    """Return `record` as JSON that `decode` is known to read back.

    Raises:
        RecordError: it can't be kept; the text says why and carries no text of the record.
    """
    if not record.id or "\x00" in record.id:
        raise RecordError("the id is empty or has a null character")
    _check_values(record)
    try:
        body = msgspec.json.encode(record)
    except (UnicodeEncodeError, TypeError):
        raise RecordError("a text has lone surrogates, or a value is of no known type") from None
    if len(body) > RECORD_BYTES:
        raise RecordError(f"{len(body):,} bytes are more than the limit of {RECORD_BYTES:,}")
    try:
        msgspec.json.decode(body, type=type(record))
    except (msgspec.ValidationError, KiemchungError) as error:
        raise RecordError(f"it would not be read back ({type(error).__name__})") from None
    return body


def encode_all(
    records: Sequence[Stored],
) -> tuple[list[tuple[Stored, bytes]], list[Rejected]]:
    """Return the records that can be kept, with their bytes, and those that can't be."""
    encoded: list[tuple[Stored, bytes]] = []
    rejected: list[Rejected] = []
    for record in records:
        try:
            encoded.append((record, encode(record)))
        except RecordError as error:
            rejected.append(Rejected(id=record.id, cause=str(error)))
    return encoded, rejected


def raise_rejected(rejected: Sequence[Rejected]) -> None:
    """Raise where a method that can't return refused records had to refuse some.

    Raises:
        StoreError: there are any; it names the first one and its cause.
    """
    if rejected:
        first = rejected[0]
        raise StoreError(
            f"{len(rejected)} of the records were not taken, the rest was written; the first is "
            f"{first.id[:64]!r}: {first.cause}"
        )


def with_next_revision(record: R) -> R:
    """Return `record` as it is stored once it has replaced the revision that it names."""
    return msgspec.structs.replace(record, revision=record.revision + 1)


def _check_values(record: Stored) -> None:
    for field in record.__struct_fields__:
        value = getattr(record, field)
        if isinstance(value, datetime) and not _is_sortable(value):
            raise RecordError(f"{field} has no time zone, or is out of range in UTC")
        if isinstance(value, int) and value not in INTEGERS:
            raise RecordError(f"{field} is beyond 64 bits")


def _is_sortable(time: datetime) -> bool:
    try:
        return time.tzinfo is not None and bool(time_text(time))
    except OverflowError:
        return False


def decode(record_type: type[R], body: bytes | str) -> R:
    """Return the record that `body` holds.

    Raises:
        StoreError: it was written by a version whose records differ, or is damaged.
    """
    try:
        return msgspec.json.decode(body, type=record_type)
    except (msgspec.DecodeError, UnicodeDecodeError, KiemchungError) as error:
        raise unreadable(record_type, error) from None


def unreadable(record_type: type[Stored], error: Exception) -> StoreError:
    """Return the error that says that a stored record of this type can't be read."""
    return StoreError(
        f"a stored {record_type.__name__} can't be read ({type(error).__name__}): it was written "
        "by another version of kiemchung or is damaged; rebuild the store from the captures"
    )


def time_text(time: datetime) -> str:
    """Return `time` in UTC as text of fixed length, so that order of text is order of time."""
    text = time.astimezone(UTC).isoformat(timespec="microseconds")
    return text.removesuffix("+00:00") + "Z"
