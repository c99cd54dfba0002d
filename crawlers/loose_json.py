"""JSON from strangers: whatever stands in it, what comes out can be written down again."""

import json
import re
from typing import Any

from kiemchung.text import clean

DEPTH = 50
"""Values within each other; what lies deeper is left out of what must be cleaned."""
UNWRITABLE = re.compile(r"\\u(?:d[89a-f]|0000)", re.IGNORECASE)
DIGITS = 100
"""Digits of a whole number; what has more is text: Python refuses thousands of them."""


def read_json(text: str) -> Any:
    """Return what `text` says, its strings without nulls and halves of characters.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deep.
    """
    data = json.loads(text, strict=False, parse_int=_whole)
    return _cleaned(data, DEPTH) if UNWRITABLE.search(text) or clean(text) != text else data


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= DIGITS else digits


def _cleaned(data: Any, depth: int) -> Any:
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        parts = data.items() if depth else ()
        return {clean(name): _cleaned(part, depth - 1) for name, part in parts}
    if isinstance(data, list):
        return [_cleaned(part, depth - 1) for part in (data if depth else ())]
    return data
