"""Lines of JSON in and out: one bad line is said and skipped, the rest goes on."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

from kiemchung.errors import InputError, KiemchungError

T = TypeVar("T")
LONGEST_LINE = 10_000_000
"""Bytes; a longer line is a bad line."""


class Lines(Generic[T]):
    """Reads the records of a file of JSON lines; `bad` counts the lines that were skipped."""

    def __init__(self, path: Path, read: Callable[[dict[str, Any], bytes], T]) -> None:
        """Read `path`; `read` makes a record of a line's object and its bytes."""
        self.path = path
        self.bad = 0
        self._read = read

    def __iter__(self) -> Iterator[T]:
        """Yield the records in order; say each bad line with its number on standard error.

        Raises:
            InputError: the file can't be opened.
        """
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(_lines(file), 1):
                    if line.strip():
                        yield from self._record(number, line)
        except OSError as error:
            raise InputError(f"{self.path}: {error.strerror}; name a file of JSON lines") from error

    def _record(self, number: int, line: bytes) -> Iterator[T]:
        try:
            yield self._read(decode(line), line.strip())
        except KiemchungError as error:
            self.bad += 1
            sys.stderr.write(f"{self.path}, line {number}: {error}\n")


def decode(line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises:
        InputError: it is too long, no UTF-8, no JSON, or no object.
    """
    if len(line) > LONGEST_LINE:
        raise InputError(f"longer than {LONGEST_LINE} bytes; skipped")
    try:
        value = _parse(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON ({error}); skipped") from None
    if not isinstance(value, dict):
        raise InputError("not a JSON object; skipped")
    return value


def _parse(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        # An escaped lone surrogate is JSON as well (RFC 8259, 8.2), which msgspec refuses.
        if b"\\ud" not in line.lower():
            raise
        return json.loads(line.decode("utf-8"), parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def text_of(value: dict[str, Any], field: str, default: str | None = None) -> str:
    """Return the string `field` of a line; `default` where it is missing or null.

    Raises:
        InputError: it is missing without a default, or no string.
    """
    found = value.get(field)
    if found is None and default is not None:
        return default
    if not isinstance(found, str):
        raise InputError(f'"{field}" is missing or not a string; skipped')
    return found


def write_lines(path: Path, records: Iterable[Any]) -> int:
    """Write `records` to `path`, a JSON object a line, in order; return how many.

    Raises:
        InputError: the file can't be written.
    """
    count = 0
    try:
        with path.open("wb") as file:
            for record in records:
                file.write(msgspec.json.encode(record) + b"\n")
                count += 1
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a file that can be written") from error
    return count


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines of at most LONGEST_LINE + 1 bytes; the rest of a longer one is passed over."""
    while line := file.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        yield line
